// The table in docs/bundlers.md: what works in which bundler.

import type { Column, Outcome } from '../field.js';
import { table } from '../markdown.js';

/** Titles of columns, and the cases that they stand for. */
const CASES: Readonly<Record<string, readonly string[]>> = {
  '`groupwise`': ['groupwise', 'rare ops'],
  '`worker: true`': ['worker: true'],
  'your own worker': ['own worker'],
  '`/convert`': ['convert'],
  '`/external`': ['external'],
  'files by URL': ['model file', 'workerUrl', 'kernels'],
  '`/node` on a server': ['node'],
  'with `worker: true`': ['node, worker: true'],
};

const cell = (found: readonly Outcome[]): string => {
  const has = (kind: Outcome['outcome']): boolean => found.some(({ outcome }) => outcome === kind);
  if (has('failed') || has('impossible')) return 'no';
  if (has('configurable') || found.some(({ configuration }) => configuration)) return 'configured';
  return has('passed') ? 'yes' : '';
};

/** Whether each case works, does with configuration, or does not. Fields without such cases are left out. */
export const bundlerGrid = (columns: readonly Column[]): string => {
  const rows = columns.map(({ name, version, rows }) => {
    const outcomes = rows.flatMap((row) => row.outcomes);
    const cells = Object.values(CASES).map((cases) => cell(outcomes.filter((each) => cases.includes(each.name))));
    return [`${name.replace(/-\d+$/, '')} ${version}`, ...cells];
  });
  return table(
    ['', ...Object.keys(CASES)],
    rows.filter(([, ...cells]) => cells.some(Boolean)),
  );
};
