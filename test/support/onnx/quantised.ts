// Quantised ONNX networks for tests, and what they compute in loops of exact integers.

import type { NodeSpec, TensorSpec } from './write.js';
import { floats } from './write.js';

export const [UINT8, INT8, INT32] = [2, 3, 6];

/** A tensor of integers of an element type. */
export const integers = (name: string, type: number, dims: number[], ints: number[]): TensorSpec => ({
  ...{ name, type, dims, ints },
});

/** What integers stand for, as ONNX has it. */
export type Grid = { scale: number; zero: number; type: number };

/** The integer of a real number: ties to even, within 8 bits. */
export const toInteger = (x: number, { scale, zero, type }: Grid): number => {
  const [low, high] = type === UINT8 ? [0, 255] : [-128, 127];
  return Math.min(Math.max(toEven(Math.fround(x / scale)) + zero, low), high);
};

/** The nearest integer, ties to even. */
export const toEven = (x: number): number => {
  const floor = Math.floor(x);
  return x - floor === 0.5 ? floor + (floor % 2 ? 1 : 0) : Math.round(x);
};

/** Weights of a convolution as they are in a file. */
export type Filters = { dims: number[]; ints: number[]; scales: number[]; zero: number; type: number; bias: number[] };

/** The integers of QLinearConv with a 3x3 window, stride 1 and padding 1, of [channels, height, width]. */
export const convolvedIntegers = (
  x: readonly number[],
  [channels, height, width]: readonly [number, number, number],
  from: Grid,
  { dims, ints, scales, zero, bias }: Filters,
  to: Grid,
): number[] => {
  const [outputs, depth] = dims as [number, number];
  const perGroup = outputs / (channels / depth);
  const result: number[] = [];
  for (let o = 0; o < outputs; o++) {
    const first = Math.floor(o / perGroup) * depth;
    const scale = scales[scales.length > 1 ? o : 0]!;
    const factor = Math.fround(Math.fround(Math.fround(from.scale) * Math.fround(scale)) / Math.fround(to.scale));
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        let sum = bias[o]!;
        for (let k = 0; k < depth * 9; k++) {
          const [c, y, z] = [first + Math.floor(k / 9), row + (Math.floor(k / 3) % 3) - 1, column + (k % 3) - 1];
          if (y < 0 || z < 0 || y >= height || z >= width) continue;
          sum += (x[(c * height + y) * width + z]! - from.zero) * (ints[o * depth * 9 + k]! - zero);
        }
        const [low, high] = to.type === UINT8 ? [0, 255] : [-128, 127];
        result.push(Math.min(Math.max(toEven(Math.fround(sum * factor)) + to.zero, low), high));
      }
  }
  return result;
};

/** The constants of a grid, `name_s` and `name_z`. */
export const gridTensors = (name: string, { scale, zero, type }: Grid): TensorSpec[] => [
  floats(`${name}_s`, [], [scale]),
  integers(`${name}_z`, type, [], [zero]),
];

/** The constants of filters, `name_q`, `name_s`, `name_z` and `name_b`. */
export const filterTensors = (name: string, { dims, ints, scales, zero, type, bias }: Filters): TensorSpec[] => [
  integers(`${name}_q`, type, dims, ints),
  floats(`${name}_s`, scales.length > 1 ? [scales.length] : [], scales),
  integers(
    `${name}_z`,
    type,
    scales.length > 1 ? [scales.length] : [],
    scales.map(() => zero),
  ),
  integers(`${name}_b`, INT32, [bias.length], bias),
];

/** QuantizeLinear of `x` as `y`, on the grid `grid`. */
export const quantizeNode = (x: string, grid: string, y: string): NodeSpec => ({
  ...{ op: 'QuantizeLinear', inputs: [x, `${grid}_s`, `${grid}_z`], outputs: [y] },
});

/** DequantizeLinear. */
export const dequantizeNode = (x: string, grid: string, y: string, axis = 0): NodeSpec => ({
  ...{ op: 'DequantizeLinear', inputs: [x, `${grid}_s`, `${grid}_z`], outputs: [y], attributes: { axis } },
});

/** QLinearConv with a 3x3 window. */
export const qLinearConvNode = (x: string, from: string, w: string, to: string, y: string, group = 1): NodeSpec => ({
  op: 'QLinearConv',
  inputs: [x, `${from}_s`, `${from}_z`, `${w}_q`, `${w}_s`, `${w}_z`, `${to}_s`, `${to}_z`, `${w}_b`],
  outputs: [y],
  attributes: { pads: [1, 1, 1, 1], group },
});
