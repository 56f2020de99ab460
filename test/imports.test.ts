// The rules of the source tree: what each folder may import, and what each entry may load.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderOf, measure, readSources, unitOf, type Arrow } from '../scripts/structure.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const files = readSources(join(ROOT, 'src'));
const fileOf = new Map(files.map((file) => [file.path, file]));

type Table = Readonly<Record<string, readonly string[]>>;

/**
 * What the files of each folder, and each file beside the folders, import (types included) from other folders. Every row
 * names earlier rows only, so no arrow can go back up.
 */
const IMPORTS: Table = {
  'errors.ts': [],
  'version.ts': [],
  'platform.ts': [],
  'arguments.ts': ['errors.ts'],
  'file-kinds.ts': [],
  'next-task.ts': [],
  'read-bytes.ts': ['errors.ts', 'arguments.ts', 'next-task.ts'],
  kernels: ['errors.ts', 'platform.ts', 'arguments.ts'],
  threads: ['errors.ts', 'kernels'],
  ir: ['errors.ts', 'kernels'],
  ops: ['errors.ts', 'kernels', 'ir'],
  image: ['errors.ts', 'platform.ts', 'arguments.ts', 'file-kinds.ts', 'read-bytes.ts', 'kernels', 'ir'],
  format: ['errors.ts', 'file-kinds.ts', 'next-task.ts', 'ir', 'ops', 'image'],
  runtime: ['errors.ts', 'platform.ts', 'arguments.ts', 'read-bytes.ts', 'kernels', 'threads', 'ir', 'ops', 'format'],
  classifier: ['errors.ts', 'platform.ts', 'arguments.ts', 'next-task.ts', 'kernels', 'ir', 'image', 'runtime'],
  converter: [
    'errors.ts',
    'version.ts',
    'platform.ts',
    'arguments.ts',
    'file-kinds.ts',
    'next-task.ts',
    'kernels',
    'ir',
    'ops',
    'image',
    'format',
    'runtime',
    'classifier',
  ],
  worker: [
    'errors.ts',
    'arguments.ts',
    'read-bytes.ts',
    'kernels',
    'ir',
    'ops',
    'format',
    'image',
    'runtime',
    'classifier',
  ],
  'public.ts': [
    'errors.ts',
    'version.ts',
    'platform.ts',
    'read-bytes.ts',
    'kernels',
    'ir',
    'image',
    'format',
    'runtime',
    'classifier',
    'worker',
  ],
  'react-native': [
    'errors.ts',
    'arguments.ts',
    'read-bytes.ts',
    'ir',
    'image',
    'runtime',
    'classifier',
    'worker',
    'public.ts',
  ],
  'react-native.ts': ['react-native'],
  'index.ts': ['kernels', 'image', 'runtime', 'classifier', 'worker', 'public.ts'],
  'umd.ts': ['worker', 'index.ts'],
  'asmjs.ts': ['kernels', 'image', 'classifier', 'public.ts'],
  'external.ts': ['kernels', 'image', 'runtime', 'classifier', 'worker', 'public.ts'],
  'convert.ts': ['errors.ts', 'platform.ts', 'arguments.ts', 'ir', 'image', 'format', 'converter'],
  node: [
    'errors.ts',
    'platform.ts',
    'threads',
    'arguments.ts',
    'file-kinds.ts',
    'read-bytes.ts',
    'ir',
    'image',
    'format',
    'runtime',
    'converter',
    'worker',
  ],
  'node.ts': ['kernels', 'image', 'runtime', 'classifier', 'worker', 'node', 'public.ts'],
  'edge.ts': ['kernels', 'image', 'classifier', 'node', 'public.ts'],
  'wasm.d.ts': [],
  'thread.ts': ['worker', 'node.ts'],
  eval: ['errors.ts', 'kernels', 'image', 'format', 'classifier', 'node', 'node.ts'],
  calibration: ['errors.ts', 'kernels', 'ir', 'runtime', 'classifier', 'eval'],
  prune: ['kernels', 'ir', 'ops', 'runtime', 'converter', 'calibration'],
  quantizer: ['ir', 'kernels', 'next-task.ts', 'ops', 'format', 'runtime', 'converter', 'calibration', 'prune'],
  report: ['ir', 'runtime', 'eval', 'calibration'],
  cli: [
    'errors.ts',
    'file-kinds.ts',
    'kernels',
    'ir',
    'image',
    'format',
    'converter',
    'node',
    'node.ts',
    'eval',
    'calibration',
    'quantizer',
    'prune',
    'report',
  ],
  'cli.ts': ['version.ts', 'cli'],
};

/** What the files of each folder import from other folders of the same folder of src. */
const IMPORTS_WITHIN: Table = {
  'node/jpeg': ['node'],
  'cli/commands': ['cli'],
  converter: ['converter/int8', 'converter/onnx', 'converter/passes', 'converter/reading', 'converter/tflite'],
  'converter/int8': ['converter/passes'],
  'converter/onnx': ['converter/onnx/rules', 'converter/reading'],
  'converter/onnx/rules': ['converter/onnx', 'converter/reading'],
  'converter/passes': ['converter/rewrites'],
  'converter/tflite': ['converter/reading', 'converter/tflite/rules'],
  'converter/tflite/rules': ['converter/reading', 'converter/tflite'],
  ops: ['ops/conv', 'ops/gated', 'ops/int8', 'ops/rare', 'ops/scripted', 'ops/shared'],
  'ops/conv': ['ops/shared'],
  'ops/gated': ['ops/conv', 'ops/shared'],
  'ops/int8': ['ops/conv', 'ops/shared'],
  'ops/rare': ['ops/conv', 'ops/shared'],
  'ops/scripted': ['ops/shared'],
  runtime: ['runtime/loading'],
  'runtime/loading': ['runtime'],
};

/** Folders whose files use a folder in them, which uses other files of theirs. No files import each other in a circle. */
const CIRCLES = ['converter/onnx/rules', 'converter/tflite/rules', 'runtime/loading'];

const textOf = ({ from, to }: Arrow): string => `${from} -> ${to}`;

/** Checks that a table has exactly these arrows. */
const checkTable = (table: Table, arrows: readonly Arrow[]): void => {
  const rows = Object.entries(table).flatMap(([from, targets]) => targets.map((to) => textOf({ from, to })));
  const found = arrows.map(textOf);
  assert.equal(found.filter((arrow) => !rows.includes(arrow)).sort(), [], 'imports that the table does not have');
  assert.equal(rows.filter((arrow) => !found.includes(arrow)).sort(), [], 'rows that no file needs');
};

test('every folder has a row, and rows name earlier rows only', () => {
  const rows = Object.keys(IMPORTS);
  assert.equal([...new Set(files.map(({ path }) => unitOf(path)))].sort(), [...rows].sort());
  rows.forEach((unit, index) => {
    assert.equal(
      IMPORTS[unit]!.filter((target) => rows.indexOf(target) >= index),
      [],
      unit,
    );
  });
});

test('folders import what their row says', () => {
  checkTable(IMPORTS, measure(files).arrows);
});

test('folders in folders import what their row says', () => {
  const isWithin = ({ from, to }: Arrow) => unitOf(from) === unitOf(to);
  checkTable(IMPORTS_WITHIN, measure(files, folderOf).arrows.filter(isWithin));
});

test('folders import each other in the known circles only', () => {
  const expected = CIRCLES.flatMap((inner) => {
    const outer = folderOf(inner);
    return [
      { from: inner, to: outer },
      { from: outer, to: inner },
    ];
  });
  assert.equal(measure(files, folderOf).back.map(textOf).sort(), expected.map(textOf).sort());
});

test('files do not import each other in circles, types included', () => {
  assert.equal(measure(files).circles, []);
});

test('there are at most 190 arrows between folders and top-level files', () => {
  assert.ok(measure(files).arrows.length <= 190);
});

/** Imports of kernels have no extension. */
const kernels = readSources(join(ROOT, 'assembly'));

test('kernels import their own family and shared parts of kernels only', () => {
  const known = new Set(kernels.map(({ path }) => path.replace(/\.ts$/, '')));
  assert.ok(known.has('conv/gemm'));
  for (const { path, imports } of kernels) {
    for (const target of imports) {
      assert.ok(known.has(target), `assembly/${path} imports ${target}`);
      if (path === 'index.ts') continue;
      assert.ok([unitOf(path), 'shared'].includes(unitOf(target)), `assembly/${path} imports ${target}`);
    }
  }
});

const sourceOf = (path: string): string => readFileSync(join(ROOT, 'src', path), 'utf8');

/** All files and packages that loading `path` loads. */
const reachedFrom = (path: string): Set<string> => {
  const reached = new Set<string>([path]);
  for (const next of reached) for (const found of fileOf.get(next)?.values ?? []) reached.add(found);
  return reached;
};

test('the imports of this project are found', () => {
  assert.ok(fileOf.get('index.ts')!.values.includes('kernels/embedded.ts'));
  assert.not(fileOf.get('runtime/plan.ts')!.values.includes('ir/graph.ts'));
  assert.ok(fileOf.get('runtime/plan.ts')!.imports.includes('ir/graph.ts'));
  assert.ok(reachedFrom('index.ts').has('ops/conv/conv.ts'));
  assert.ok(reachedFrom('convert.ts').has('converter/optimise.ts'));
  assert.ok(files.length > 80);
});

for (const entry of ['index.ts', 'external.ts']) {
  test(`${entry} loads no converter, no writer, no command line and nothing of Node`, () => {
    const forbidden = /^((converter|cli|eval|node)\/|(convert|cli|node)\.ts|format\/write\.ts|node:)/;
    assert.equal(
      [...reachedFrom(entry)].filter((path) => forbidden.test(path)),
      [],
    );
  });

  test(`${entry} loads no package but the loader`, () => {
    assert.equal(
      [...reachedFrom(entry)].filter((path) => !fileOf.has(path)),
      ['@assemblyscript/loader'],
    );
  });
}

test('the converter loads nothing of Node and no command line', () => {
  assert.equal(
    [...reachedFrom('convert.ts')].filter((path) => /^((cli|eval|node)\b|node:)/.test(path)),
    [],
  );
});

test('only external.ts leaves the embedded kernels out', () => {
  assert.ok(reachedFrom('index.ts').has('kernels/embedded.ts'));
  assert.not(reachedFrom('external.ts').has('kernels/embedded.ts'));
});

test('the entry for React Native loads React and no engine, and no other entry loads React', () => {
  const reached = [...reachedFrom('react-native.ts')];
  assert.equal(
    reached.filter((path) => /^(kernels|ops|format|runtime|ir|node)\//.test(path)),
    [],
  );
  assert.equal(reached.filter((path) => !fileOf.has(path) && !path.endsWith('-text.ts')).sort(), [
    'react',
    'react-native',
    'react-native-webview',
  ]);
  for (const entry of ['index.ts', 'external.ts', 'node.ts', 'convert.ts', 'cli.ts'])
    assert.not(
      [...reachedFrom(entry)].some((path) => path.startsWith('react')),
      entry,
    );
});

for (const entry of ['index.ts', 'external.ts', 'node.ts', 'umd.ts']) {
  test(`${entry} leaves the page's side of workers to the option`, () => {
    const reached = [...reachedFrom(entry)].filter((path) =>
      /^worker\/(in-worker|client|not-cloned|start-web-worker|worker-\w+)\./.test(path),
    );
    assert.equal(reached, []);
  });
}

/** The lists of ops: those of every download, and those that models load when they need them. */
const LISTS = ['ops/index.ts', 'ops/rare.ts'];

for (const entry of ['index.ts', 'external.ts', 'node.ts']) {
  test(`${entry} leaves the rare ops to models that have them`, () => {
    const reached = [...reachedFrom(entry)].filter((path) => /^ops\/(rare|scripted)\b/.test(path));
    assert.equal(reached, []);
  });
}

test('ops know no other ops', () => {
  const inOps = files.filter(({ path }) => path.startsWith('ops/') && !LISTS.includes(path));
  const isOp = ({ path }: { path: string }) => /\bdefineOp\(\{/.test(sourceOf(path));
  const ops = new Set(inOps.filter(isOp).map(({ path }) => path));
  assert.is(ops.size, 43);
  for (const { path, imports } of inOps) {
    assert.equal(
      imports.filter((found) => ops.has(found) || LISTS.includes(found)),
      [],
      path,
    );
  }
});

test('only kernels/wasm.ts knows the loader', () => {
  const users = files.filter(({ imports }) => imports.some((found) => found.startsWith('@assemblyscript/')));
  assert.equal(
    users.map(({ path }) => path),
    ['kernels/wasm.ts'],
  );
});

test('only the command line, evaluation and the parts for Node import from Node', () => {
  for (const { path, imports } of files) {
    if (!/^(cli\/|eval\/|node\/|thread\.ts)/.test(path))
      assert.not(
        imports.some((found) => found.startsWith('node:')),
        path,
      );
  }
});

test.run();
