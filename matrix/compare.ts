// Compares numbers between engines: they must have the same bits everywhere.

import type { Column } from './field.js';

/** Fails outcomes whose value differs from the first one with that name, and says where that was. */
export const compareValues = (columns: readonly Column[]): void => {
  const first = new Map<string, { value: string; where: string }>();
  for (const column of columns) {
    for (const { place, outcomes } of column.rows) {
      for (const outcome of outcomes) {
        if (outcome.value === undefined) continue;
        const expected = first.get(outcome.name);
        if (!expected) first.set(outcome.name, { value: outcome.value, where: `${column.name} ${place}` });
        else if (outcome.outcome === 'passed' && outcome.value !== expected.value) {
          Object.assign(outcome, { outcome: 'failed', reason: `the bits differ from those of ${expected.where}` });
        }
      }
    }
  }
};
