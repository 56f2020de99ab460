// Determinants of square matrices.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { showShape, sizeOf } from '../../ir/tensor.js';
import { checkedShape, floatOnly } from '../shared/checks.js';
import { planScript } from './script.js';

/** The determinants of x [..., M, M], by elimination with the largest pivot of each column. */
export const determinant = defineOp({
  code: 39,
  name: 'determinant',
  inputs: { x: 'value' },
  attrs: {},
  type: floatOnly,
  shape: ({ x }) => {
    if (x.shape.length < 2 || x.shape.at(-1) !== x.shape.at(-2))
      throw new ShapeError(`${showShape(x.shape)} does not end with a square matrix`);
    return checkedShape(x.shape.slice(0, -2));
  },
  work: ({ x }, output) => (sizeOf(output.shape) * x.shape.at(-1)! ** 3) / 3,
  plan: ({ x }, output) => {
    const size = x.shape.at(-1)!;
    return planScript([x], output, ([values], y) => {
      for (let i = 0; i < y.length; i++) {
        const start = i * size * size;
        const row = (r: number) => Float64Array.from(values!.subarray(start + r * size, start + (r + 1) * size));
        y[i] = determinantOf(Array.from({ length: size }, (_, r) => row(r)));
      }
    });
  },
});

const determinantOf = (rows: Float64Array[]): number => {
  let product = 1;
  for (let k = 0; k < rows.length; k++) {
    let best = k;
    for (let r = k + 1; r < rows.length; r++) if (Math.abs(rows[r]![k]!) > Math.abs(rows[best]![k]!)) best = r;
    if (best !== k) {
      [rows[k], rows[best]] = [rows[best]!, rows[k]!];
      product = -product;
    }
    const pivot = rows[k]![k]!;
    product *= pivot;
    if (pivot === 0) return product;
    for (const row of rows.slice(k + 1)) {
      const factor = row[k]! / pivot;
      for (let c = k; c < rows.length; c++) row[c]! -= factor * rows[k]![c]!;
    }
  }
  return product;
};
