// The weights of blocks as stored in model files: block after block, [outputs][taps][inputs].

import type { Block } from '../../ir/structure.js';

/** The weights [taps][inputs] of one output, starting at element `start`. */
export type WeightRow = { output: number; inputs: readonly number[]; start: number };

/** The row of weights of every output in the blocks, in file order. */
export function* weightRows(blocks: readonly Block[], taps: number): Generator<WeightRow> {
  let start = 0;
  for (const { inputs, outputs } of blocks) {
    for (const output of outputs) {
      yield { output, inputs, start };
      start += taps * inputs.length;
    }
  }
}

/** The rows by output; outputs in no block have none. */
export const rowsByOutput = (blocks: readonly Block[], taps: number): Map<number, WeightRow> => {
  const rows = new Map<number, WeightRow>();
  for (const row of weightRows(blocks, taps)) rows.set(row.output, row);
  return rows;
};

/** Number of weights in the blocks per tap. */
export const weightsPerTap = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, { inputs, outputs }) => sum + inputs.length * outputs.length, 0);
