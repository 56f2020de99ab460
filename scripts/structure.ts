// Measures the import graph of src: `npm run structure` prints it, test/imports.test.ts holds it to the table below.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** A file of src with the project files that it imports, types included; `values` are left when types are erased. */
export type SourceFile = { path: string; lines: number; imports: readonly string[]; values: readonly string[] };

/** An import of one unit's file by another's. */
export type Arrow = { from: string; to: string };

/** The imports between units: the folders of src and the files beside them, unless `measure` is told otherwise. */
export type Structure = {
  units: readonly string[];
  arrows: readonly Arrow[];
  /** Arrows within a circle of units. */
  back: readonly Arrow[];
  /** Files that import each other, types included. */
  circles: readonly (readonly string[])[];
};

/** The files below `folder` (paths relative to it). */
export const readSources = (folder: string): SourceFile[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.includes('generated/'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(folder, path), 'utf8');
      const syntax = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022);
      return { path, lines: text.split('\n').length - 1, ...importsOf(path, syntax) };
    });

const importsOf = (path: string, syntax: ts.SourceFile): Pick<SourceFile, 'imports' | 'values'> => {
  const imports = new Set<string>();
  const values = new Set<string>();
  for (const statement of syntax.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    if (!statement.moduleSpecifier || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const { text } = statement.moduleSpecifier;
    const target = text.startsWith('.') ? normalize(join(dirname(path), text)).replace(/\.js$/, '.ts') : text;
    if (target.includes('generated/')) continue;
    imports.add(target);
    if (!isTypeOnly(statement)) values.add(target);
  }
  return { imports: [...imports], values: [...values] };
};

const isTypeOnly = (statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean =>
  ts.isImportDeclaration(statement) ? Boolean(statement.importClause?.isTypeOnly) : statement.isTypeOnly;

/** The unit of a file: its first folder, or the file itself. */
export const unitOf = (path: string): string => path.split('/')[0]!;

/** The folder of a file, as deep as it is; the file itself if it is in none. */
export const folderOf = (path: string): string => (path.includes('/') ? dirname(path) : path);

/** The structure of the given files. `unit` says to which unit a file belongs. */
export const measure = (files: readonly SourceFile[], unit = unitOf): Structure => {
  const known = new Set(files.map(({ path }) => path));
  const arrows = new Map<string, Arrow>();
  for (const { path, imports } of files) {
    for (const target of imports) {
      const [from, to] = [unit(path), unit(target)];
      if (known.has(target) && from !== to) arrows.set(`${from} -> ${to}`, { from, to });
    }
  }
  const list = [...arrows.values()];
  const units = [...new Set(files.map(({ path }) => unit(path)))];
  const circle = circleOf(units, (one) => list.filter(({ from }) => from === one).map(({ to }) => to));
  const importsOfFile = new Map(
    files.map(({ path, imports }) => [path, imports.filter((target) => known.has(target))]),
  );
  return {
    units,
    arrows: list,
    back: list.filter(({ from, to }) => circle.get(from) === circle.get(to)),
    circles: circles([...known], (path) => importsOfFile.get(path)!),
  };
};

/** Tarjan's strongly connected components: the component of each node. */
const circleOf = (nodes: readonly string[], next: (node: string) => readonly string[]): Map<string, number> => {
  const [index, low, component] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  const stack: string[] = [];
  let components = 0;
  const visit = (node: string): void => {
    index.set(node, index.size);
    low.set(node, index.get(node)!);
    stack.push(node);
    for (const other of next(node)) {
      if (!index.has(other)) visit(other);
      if (!component.has(other)) low.set(node, Math.min(low.get(node)!, low.get(other)!));
    }
    if (low.get(node) !== index.get(node)) return;
    for (let member = stack.pop()!; ; member = stack.pop()!) {
      component.set(member, components);
      if (member === node) break;
    }
    components++;
  };
  for (const node of nodes) if (!index.has(node)) visit(node);
  return component;
};

const circles = (nodes: readonly string[], next: (node: string) => readonly string[]): string[][] => {
  const component = circleOf(nodes, next);
  const members = new Map<number, string[]>();
  for (const node of nodes) members.set(component.get(node)!, [...(members.get(component.get(node)!) ?? []), node]);
  return [...members.values()].filter((list) => list.length > 1);
};

const print = (folder: string): void => {
  const files = readSources(folder);
  const { units, arrows, back, circles: found } = measure(files);
  console.log(
    `${files.length} files, ${units.length} folders and top-level files, ${arrows.length} arrows between them`,
  );
  for (const unit of units) {
    const own = files.filter(({ path }) => unitOf(path) === unit);
    const lines = own.reduce((sum, file) => sum + file.lines, 0);
    const targets = arrows.filter(({ from }) => from === unit).map(({ to }) => to);
    console.log(
      `${unit.padEnd(14)} ${String(own.length).padStart(3)} files ${String(lines).padStart(5)} lines -> ${targets.join(' ') || '-'}`,
    );
  }
  console.log(`back arrows: ${back.length}${back.map(({ from, to }) => `\n  ${from} -> ${to}`).join('')}`);
  console.log(`circles of files: ${found.length}${found.map((list) => `\n  ${list.join(' ')}`).join('')}`);
};

const [, script, folder = 'src'] = process.argv;
if (script && resolve(script) === fileURLToPath(import.meta.url)) print(relative('.', folder));
