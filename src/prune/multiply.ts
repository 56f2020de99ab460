// Products of large matrices by the kernels of the runtime, with plain SIMD, so that they are the same on every engine.

import type { Node } from '../ir/op.js';
import { embeddedKernels } from '../kernels/embedded.js';
import { matmul } from '../ops/matmul.js';
import { createEvaluator } from '../runtime/evaluate-node.js';

/** a [rows, depth] @ b [depth, columns]. */
export type Multiply = (a: Float32Array, b: Float32Array, depth: number) => Float32Array;

/** Creates a function that multiplies matrices. */
export const createMultiply = async (): Promise<Multiply> => {
  const evaluate = await createEvaluator(embeddedKernels);
  return (a, b, depth) => {
    const [rows, columns] = [a.length / depth, b.length / depth];
    const node: Node = {
      name: 'product',
      op: matmul,
      attrs: { low: -Infinity, high: Infinity },
      inputs: [
        { name: 'a', shape: [rows, depth], type: 'float32', data: a },
        { name: 'b', shape: [depth, columns], type: 'float32', data: b },
      ],
      output: { name: 'y', shape: [rows, columns], type: 'float32' },
    };
    return evaluate(node) as Float32Array;
  };
};

/** The matrix [rows][columns] as [columns][rows]. */
export const transposed = (matrix: ArrayLike<number>, columns: number): Float32Array => {
  const rows = matrix.length / columns;
  const result = new Float32Array(matrix.length);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) result[column * rows + row] = matrix[at]!;
  }
  return result;
};
