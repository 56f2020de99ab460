// Cases of resized images, stored numbers and constants.

import { INT32, BOOL, x, halves, values, ints, truths, bytes, type TfliteCase } from './case.js';
import { bytesOf } from './write.js';

const resizing: TfliteCase[] = ['RESIZE_BILINEAR', 'RESIZE_NEAREST_NEIGHBOR'].flatMap((op) =>
  [
    ['', {}],
    ['corners', { align_corners: true }],
    ['half pixel', { half_pixel_centers: true }],
  ].flatMap(([manner, options]) =>
    [
      [4, 6],
      [7, 2],
      [2, 9],
    ].map((size): TfliteCase => ({
      name: `${op} ${manner as string} to ${size.join('x')}`,
      op,
      inputs: [x([1, 4, 3, 2]), ints(size)],
      options: options as Record<string, boolean>,
    })),
  ),
);

const quantized: TfliteCase[] = [
  { name: 'DEQUANTIZE of halves', op: 'DEQUANTIZE', inputs: [halves([3, 4])] },
  { name: 'DEQUANTIZE by row', op: 'DEQUANTIZE', inputs: [bytes([3, 2, 2], [0.1, 0.02, 0.5])] },
  { name: 'DEQUANTIZE by column', op: 'DEQUANTIZE', inputs: [bytes([2, 3], [0.1, 0.02, 0.5], 1)] },
  {
    name: 'DENSIFY by rows',
    op: 'DENSIFY',
    inputs: [
      {
        shape: [3, 4],
        data: bytesOf(Float32Array, [1, 2, 3, 4]),
        sparsity: {
          order: [0, 1],
          blocks: [],
          levels: [{ size: 3 }, { segments: [0, 2, 2, 4], indices: [0, 3, 1, 2] }],
        },
      },
    ],
  },
  {
    name: 'DENSIFY in blocks of 2x2',
    op: 'DENSIFY',
    inputs: [
      {
        shape: [4, 4],
        data: bytesOf(Float32Array, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        sparsity: {
          order: [0, 1, 2, 3],
          blocks: [0, 1],
          levels: [{ size: 2 }, { segments: [0, 1, 3], indices: [1, 0, 1] }, { size: 2 }, { size: 2 }],
        },
      },
    ],
  },
  { name: 'CAST to integers', op: 'CAST', inputs: [x([2, 5], -9, 9)], outputs: [INT32] },
  { name: 'CAST of a truth value', op: 'CAST', inputs: [truths([1, 0, 1])] },
];

const constants: TfliteCase[] = [
  { name: 'SHAPE', op: 'SHAPE', inputs: [x([2, 3, 4])], options: { out_type: { byte: INT32 } }, outputs: [INT32] },
  { name: 'RANK', op: 'RANK', inputs: [x([2, 3, 4])], outputs: [INT32] },
  { name: 'FILL', op: 'FILL', inputs: [ints([2, 3]), values([7], [])] },
  { name: 'RANGE', op: 'RANGE', inputs: [ints([7], []), ints([-2], []), ints([-3], [])], outputs: [INT32] },
  ...['LOGICAL_AND', 'LOGICAL_OR'].map((op): TfliteCase => ({
    name: op,
    op,
    inputs: [truths([1, 1, 0, 0]), truths([1, 0, 1, 0])],
    outputs: [BOOL],
  })),
  { name: 'LOGICAL_NOT', op: 'LOGICAL_NOT', inputs: [truths([1, 0])], outputs: [BOOL] },
  ...['REDUCE_ANY', 'REDUCE_ALL'].map((op): TfliteCase => ({
    name: op,
    op,
    inputs: [truths([1, 1, 0, 0, 1, 0], [3, 2]), ints([1])],
    outputs: [BOOL],
  })),
];

/** Resized images, stored numbers and constants. */
export const OTHER_CASES: readonly TfliteCase[] = [...resizing, ...quantized, ...constants];
