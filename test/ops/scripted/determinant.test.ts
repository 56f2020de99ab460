// determinant, compared with the expansion along the first row.

import { test } from 'uvu';
import { determinant } from '../../../src/ops/scripted/determinant.js';
import { refuses, type Dense } from '../../support/cases.js';
import { checkOp } from '../../support/harness.js';

const expansion = (matrix: number[][]): number => {
  if (matrix.length === 1) return matrix[0]![0]!;
  return matrix[0]!.reduce((sum, value, column) => {
    const minor = matrix.slice(1).map((row) => row.filter((_, c) => c !== column));
    return sum + (column % 2 ? -value : value) * expansion(minor);
  }, 0);
};

checkOp(
  determinant,
  ([x]: Dense[], _, shape) => {
    const size = x!.shape.at(-1)!;
    const count = shape.reduce((a, b) => a * b, 1);
    return Array.from({ length: count }, (_unused, i) =>
      expansion(
        Array.from({ length: size }, (_row, r) =>
          Array.from({ length: size }, (_column, c) => x!.data[(i * size + r) * size + c]!),
        ),
      ),
    );
  },
  [
    ...[1, 2, 3, 4, 6].map((size) => ({ attrs: {}, inputs: [{ shape: [3, size, size] }] })),
    { attrs: {}, inputs: [{ shape: [3, 3] }] },
    { attrs: {}, inputs: [{ shape: [3, 3], data: [0, 1, 2, 1, 0, 3, 4, -3, 8] }] },
    { attrs: {}, inputs: [{ shape: [2, 2], data: [1, 2, 2, 4] }] },
    { attrs: {}, inputs: [{ shape: [3, 3], data: [0, 0, 0, 1, 2, 3, 4, 5, 6] }] },
  ],
);

const shapeOf = (shape: number[]) => determinant.shape([{ name: 'x', shape, type: 'float32' }], {});

refuses({
  'a matrix that is not square': () => shapeOf([2, 3]),
  'a list': () => shapeOf([3]),
});

test.run();
