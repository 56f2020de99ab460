// Computes small ONNX networks operator by operator with naive loops in double precision, as the specification reads.

import { placesOf } from '../cases.js';
import { sizeOf } from '../../../src/ir/tensor.js';
import type { AttributeSpec, ModelSpec, NodeSpec, TensorSpec } from './write.js';

/** An array. */
export type Dense = { shape: readonly number[]; data: ArrayLike<number> };

type Operator = (inputs: Dense[], attribute: (name: string, otherwise: number[]) => number[]) => Dense | Dense[];

const tensorOf = ({ dims, floats, longs }: TensorSpec): Dense => ({ shape: dims, data: floats ?? longs!.map(Number) });

/** The numbers of an attribute. */
const numbers = (value: AttributeSpec): number[] => {
  if (typeof value === 'number') return [value];
  if (Array.isArray(value)) return value;
  if (typeof value === 'object' && 'float' in value) return [value.float];
  throw new Error(`an attribute of numbers is expected, not ${JSON.stringify(value)}`);
};

/** The values of the outputs, by name. */
export const interpretOnnx = (
  { nodes, tensors = [], outputs }: ModelSpec,
  inputs: Record<string, Dense>,
): Record<string, Dense> => {
  const values = new Map<string, Dense>(Object.entries(inputs));
  for (const tensor of tensors) values.set(tensor.name!, tensorOf(tensor));
  for (const node of nodes) run(node, values);
  return Object.fromEntries(outputs.map((name) => [name, values.get(name)!]));
};

const run = ({ op, inputs, outputs, attributes = {} }: NodeSpec, values: Map<string, Dense>): void => {
  const attribute = (name: string, otherwise: number[]) =>
    name in attributes ? numbers(attributes[name]!) : otherwise;
  const operator = operators[op];
  if (!operator) throw new Error(`the tests cannot compute ${op}`);
  const made = operator(
    inputs.map((name) => values.get(name)!),
    attribute,
  );
  [made].flat().forEach((value, i) => values.set(outputs[i]!, value));
};

const offsetOf = (shape: readonly number[], place: readonly number[]): number =>
  place.reduce((offset, index, axis) => offset * shape[axis]! + (shape[axis] === 1 ? 0 : index), 0);

const fill = (shape: readonly number[], element: (place: number[]) => number): Dense => ({
  shape,
  data: Float64Array.from(placesOf(shape), element),
});

const unary =
  (f: (x: number) => number): Operator =>
  ([x]) => ({ shape: x!.shape, data: Float64Array.from(x!.data, f) });

const binary =
  (f: (a: number, b: number) => number): Operator =>
  ([a, b]) => {
    const rank = Math.max(a!.shape.length, b!.shape.length);
    const [left, right] = [a!, b!].map(({ shape }) => [
      ...new Array<number>(rank - shape.length).fill(1),
      ...shape,
    ]) as [number[], number[]];
    return fill(
      left.map((size, axis) => Math.max(size, right[axis]!)),
      (place) => f(a!.data[offsetOf(left, place)]!, b!.data[offsetOf(right, place)]!),
    );
  };

const conv: Operator = ([x, w, bias], attribute) => {
  const [samples, channels, height, width] = x!.shape as [number, number, number, number];
  const [outputs, depth, rows, columns] = w!.shape as [number, number, number, number];
  const [group] = attribute('group', [1]) as [number];
  const [down, right] = attribute('strides', [1, 1]) as [number, number];
  const [dy, dx] = attribute('dilations', [1, 1]) as [number, number];
  const [top, left, bottom, end] = attribute('pads', [0, 0, 0, 0]) as [number, number, number, number];
  const size = (all: number, kernel: number, stride: number) => Math.floor((all - kernel) / stride) + 1;
  const shape = [
    samples,
    outputs,
    size(height + top + bottom, (rows - 1) * dy + 1, down),
    size(width + left + end, (columns - 1) * dx + 1, right),
  ];
  return fill(shape, ([n, output, i, j]) => {
    const first = Math.floor((output! * group) / outputs) * depth;
    let sum = bias?.data[output!] ?? 0;
    for (let c = 0; c < depth; c++) {
      for (let k = 0; k < rows * columns; k++) {
        const weight = w!.data[(output! * depth + c) * rows * columns + k]!;
        const y = i! * down + Math.floor(k / columns) * dy - top,
          z = j! * right + (k % columns) * dx - left;
        if (weight === 0 || y < 0 || y >= height || z < 0 || z >= width) continue;
        sum += weight * x!.data[((n! * channels + first + c) * height + y) * width + z]!;
      }
    }
    return sum;
  });
};

/** Pooling by a function of the window's elements. */
const pool =
  (reduce: (elements: number[]) => number): Operator =>
  ([x], attribute) => {
    const [kernel, strides, pads] = [
      attribute('kernel_shape', []),
      attribute('strides', [1, 1]),
      attribute('pads', [0, 0, 0, 0]),
    ];
    const sizes = x!.shape
      .slice(2)
      .map((size, axis) => Math.floor((size + pads[axis]! + pads[axis + 2]! - kernel[axis]!) / strides[axis]!) + 1);
    return fill([...x!.shape.slice(0, 2), ...sizes], ([n, c, i, j]) => {
      const spots = placesOf(kernel).map(([k, l]) => [
        i! * strides[0]! + k! - pads[0]!,
        j! * strides[1]! + l! - pads[1]!,
      ]);
      const inside = spots.filter((spot) => spot.every((at, axis) => at >= 0 && at < x!.shape[axis + 2]!));
      return reduce(inside.map((spot) => x!.data[offsetOf(x!.shape, [n!, c!, ...spot])]!));
    });
  };

const mean = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length;

const gather: Operator = ([x, indices], attribute) => {
  const [axis] = attribute('axis', [0]) as [number];
  const shape = x!.shape.map((size, i) => (i === axis ? indices!.shape[0]! : size));
  return fill(
    shape,
    (place) =>
      x!.data[
        offsetOf(
          x!.shape,
          place.map((index, i) => (i === axis ? indices!.data[index]! : index)),
        )
      ]!,
  );
};

const concat: Operator = (inputs) => {
  const channels = inputs.flatMap((input) => Array.from({ length: input.shape[1]! }, (_, index) => ({ input, index })));
  const [n, , ...sizes] = inputs[0]!.shape;
  return fill([n!, channels.length, ...sizes], ([sample, c, ...rest]) => {
    const { input, index } = channels[c!]!;
    return input.data[offsetOf(input.shape, [sample!, index, ...rest])]!;
  });
};

const split: Operator = ([x, sizes]) => {
  let start = 0;
  return Array.from(sizes!.data, (size) => {
    const from = start;
    start += size;
    const [n, , ...rest] = x!.shape;
    return fill(
      [n!, size, ...rest],
      ([sample, c, ...place]) => x!.data[offsetOf(x!.shape, [sample!, from + c!, ...place])]!,
    );
  });
};

const reshape: Operator = ([x, target]) => {
  const shape = Array.from(target!.data, (size, axis) => (size === 0 ? x!.shape[axis]! : size));
  const open = shape.indexOf(-1);
  if (open >= 0) shape[open] = sizeOf(x!.shape) / -sizeOf(shape);
  return { shape, data: x!.data };
};

const operators: Record<string, Operator> = {
  Conv: conv,
  Relu: unary((x) => Math.max(x, 0)),
  Sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  Clip: ([x, low, high]) => ({
    shape: x!.shape,
    data: Float64Array.from(x!.data, (v) => Math.min(Math.max(v, low!.data[0]!), high!.data[0]!)),
  }),
  Add: binary((a, b) => a + b),
  Mul: binary((a, b) => a * b),
  BatchNormalization: ([x, scale, shift, average, variance]) =>
    fill(x!.shape, (place) => {
      const [, c] = place as [number, number];
      const normal = (x!.data[offsetOf(x!.shape, place)]! - average!.data[c]!) / Math.sqrt(variance!.data[c]! + 1e-5);
      return normal * scale!.data[c]! + shift!.data[c]!;
    }),
  GlobalAveragePool: ([x]) =>
    pool(mean)([x!], (name, otherwise) => (name === 'kernel_shape' ? x!.shape.slice(2) : otherwise)),
  MaxPool: pool((list) => Math.max(...list)),
  AveragePool: pool(mean),
  Gather: gather,
  Concat: concat,
  Split: split,
  Reshape: reshape,
  Transpose: ([x], attribute) => {
    const perm = attribute('perm', []);
    return fill(
      perm.map((axis) => x!.shape[axis]!),
      (place) =>
        x!.data[
          offsetOf(
            x!.shape,
            x!.shape.map((_, axis) => place[perm.indexOf(axis)]!),
          )
        ]!,
    );
  },
};
