// Shows outcomes: a line for each place while the matrix runs, and the tables in documents.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { NO_SUCH_THING } from './cases/case.js';
import { bundlerGrid } from './bundlers/grid.js';
import type { Column, Field, Outcome, Row } from './field.js';
import { replacePart, table } from './markdown.js';

/** A field with its last outcomes, and when and where they were measured. */
type Kept = Column & { date: string; machine: string };

const RESULTS = 'matrix/results.json';
const DOCUMENT = 'docs/matrix.md';
const BUNDLERS = 'docs/bundlers.md';

/** Lines of a reason that are shown: the message, and where it was thrown. */
const MAX_LINES = 4;

/** Hexadecimal digits of a hash in the table. */
const DIGITS = 12;

const shortened = (reason = ''): string => reason.split('\n').slice(0, MAX_LINES).join('\n        ');

const count = (outcomes: readonly Outcome[], kind: Outcome['outcome']): number =>
  outcomes.filter(({ outcome }) => outcome === kind).length;

/** A line for a place, and one for every case that failed there, or that was the only one and was skipped. */
export const showRow = ({ name, version, seconds }: Column, { place, outcomes }: Row): string => {
  const [passed, failed, skipped] = (['passed', 'failed', 'skipped'] as const).map((kind) => count(outcomes, kind));
  const shown = outcomes.filter(
    ({ outcome, reason }) =>
      ['failed', 'configurable', 'impossible'].includes(outcome) || (outcomes.length === 1 && reason),
  );
  const lines = shown.map(({ name, reason }) => `      ${name}: ${shortened(reason)}`);
  const state = failed ? 'FAIL' : ' ok ';
  const head = `${state}  ${name} ${version}  ${place}  ${passed} passed, ${failed} failed, ${skipped} skipped (${seconds} s)`;
  return [head, ...lines].join('\n');
};

/** What is kept of a field: hashes in place of numbers, the first line of reasons. */
const kept = ({ rows, ...column }: Column): Column => ({
  ...column,
  rows: rows.map(({ place, outcomes }) => ({
    place,
    outcomes: outcomes.map(({ value, reason, ...outcome }) => ({
      ...outcome,
      ...(reason && { reason: reason.split('\n')[0]! }),
      ...(value && { value: createHash('sha256').update(value, 'hex').digest('hex').slice(0, DIGITS) }),
    })),
  })),
});

const overview = (columns: readonly Column[], title: string): string =>
  table(
    [title, 'place', 'passed', 'failed', 'needs configuration', 'does not work', 'not there'],
    columns.flatMap(({ name, version, rows }) =>
      rows.map(({ place, outcomes }, i) => [
        i === 0 ? `${name} ${version.includes(' ') ? '' : version}` : '',
        place || (outcomes[0]!.outcome === 'skipped' ? 'skipped' : ''),
        count(outcomes, 'passed'),
        count(outcomes, 'failed'),
        count(outcomes, 'configurable'),
        count(outcomes, 'impossible'),
        count(outcomes, 'skipped'),
      ]),
    ),
  );

type Found = Outcome & { where: string };

const foundIn = (columns: readonly Column[]): Found[] =>
  columns.flatMap(({ name, rows }) =>
    rows.flatMap(({ place, outcomes }) =>
      outcomes.map((outcome) => ({ ...outcome, where: place ? `${name}, ${place}` : name })),
    ),
  );

/** Failures, and cases that a place skips for a reason of its own, each with all places. */
const reasons = (found: readonly Found[]): string => {
  const places = new Map<string, string[]>();
  for (const { name, outcome, reason, where } of found) {
    if (outcome === 'passed' || !reason || reason === NO_SUCH_THING) continue;
    const key = `${name} | ${outcome} | ${reason.replaceAll('|', '\\|')}`;
    places.set(key, [...(places.get(key) ?? []), where]);
  }
  return table(
    ['case', 'outcome', 'reason', 'where'],
    [...places].map(([key, where]) => [key, where.join('; ')]),
  );
};

const hashes = (found: readonly Found[]): string => {
  const values = new Map<string, string[]>();
  for (const { name, value } of found) if (value) values.set(name, [...(values.get(name) ?? []), value]);
  return table(
    ['case', 'SHA-256 of the numbers', 'places with these bits', 'other bits'],
    [...values].map(([name, all]) => {
      const same = all.filter((value) => value === all[0]).length;
      return [name, `\`${all[0]}\``, same, all.length - same];
    }),
  );
};

const documentOf = (columns: readonly Kept[]): string => {
  const dates = columns.map(({ date }) => date).sort();
  const machines = [...new Set(columns.map(({ machine }) => machine))].join('; ');
  const found = foundIn(columns);
  const total = (kind: Outcome['outcome']): string => count(found, kind).toLocaleString('en');
  const of = (kind: Field['kind']): Column[] => columns.filter((column) => column.kind === kind);
  return [
    `\`npm run matrix -- --write\` on ${machines}. Each engine and bundler as it ran last, from ${dates[0]} to ${dates.at(-1)}: ${total('passed')} cases passed, ${total('failed')} failed, ${total('skipped')} are of something that the engine does not have.`,
    '### Engines',
    overview(of('engine'), 'engine'),
    ...(of('bundler').length ? ['### Bundlers', overview(of('bundler'), 'bundler')] : []),
    '### The same bits everywhere',
    hashes(found),
    '### What failed or was left out, and why',
    reasons(found),
  ].join('\n\n');
};

/** Renews the tables in docs/matrix.md and docs/bundlers.md; fields that did not run keep their outcomes. */
export const writeTable = (fields: readonly Field[], columns: readonly Column[]): void => {
  const before = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as { columns: Kept[] }).columns : [];
  const date = new Date().toISOString().slice(0, 10);
  const [cpu] = cpus();
  const machine = `${process.platform}-${process.arch}, ${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores`;
  const all = fields.flatMap(({ name }) => {
    const column = columns.find((other) => other.name === name);
    const old = before.find((other) => other.name === name);
    return column ? [{ ...kept(column), date, machine }] : old ? [old] : [];
  });
  writeFileSync(RESULTS, `${JSON.stringify({ columns: all }, undefined, 2)}\n`);
  replacePart(DOCUMENT, documentOf(all));
  replacePart(BUNDLERS, bundlerGrid(all.filter(({ kind }) => kind === 'bundler')));
};
