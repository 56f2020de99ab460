// A TensorFlow Lite model of one operator, and its inputs.

import { toHalf } from '../../../src/format/half.js';
import { sizeOf } from '../../../src/ir/tensor.js';
import { seededFloats } from '../seeded.js';
import { bytesOf, writeTflite, type NodeSpec, type OptionSpec, type TensorSpec } from './write.js';

/** An input of the operator: one of the network with numbers from `low` to `high`, or a constant. */
type InputSpec = { shape: readonly number[]; low?: number; high?: number } & Omit<TensorSpec, 'shape'>;

/** A model of one operator. */
export type TfliteCase = {
  name: string;
  op: string;
  inputs: readonly (InputSpec | undefined)[];
  options?: Record<string, OptionSpec>;
  /** Options of an operator that is not built in. */
  custom?: Uint8Array;
  /** Types of the outputs, or whole tensors; one of floats unless given. */
  outputs?: readonly (number | Partial<TensorSpec>)[];
};

/** Types of tensors. */
export const [INT32, INT64, BOOL, INT8] = [2, 4, 6, 9] as const;

/** An input of the network. */
export const x = (shape: readonly number[], low = -1, high = 1): InputSpec => ({ shape, low, high });

/** A constant of random floats. */
export const floats = (shape: readonly number[], low = -1, high = 1): InputSpec => ({
  shape,
  data: bytesOf(Float32Array, [...seededFloats(sizeOf(shape), 100 + sizeOf(shape), low, high)]),
});

/** A constant of random halves. */
export const halves = (shape: readonly number[]): InputSpec => ({
  shape,
  type: 1,
  data: bytesOf(Uint16Array, [...seededFloats(sizeOf(shape), 100 + sizeOf(shape), -1, 1)].map(toHalf)),
});

/** A constant of floats. */
export const values = (numbers: readonly number[], shape: readonly number[] = [numbers.length]): InputSpec => ({
  shape,
  data: bytesOf(Float32Array, numbers),
});

/** A constant of integers. */
export const ints = (numbers: readonly number[], shape: readonly number[] = [numbers.length]): InputSpec => ({
  shape,
  type: INT32,
  data: bytesOf(Int32Array, numbers),
});

/** A constant of truth values. */
export const truths = (numbers: readonly number[], shape: readonly number[] = [numbers.length]): InputSpec => ({
  shape,
  type: BOOL,
  data: Uint8Array.from(numbers),
});

/** A constant of random 8-bit integers with a scale for each index of an axis. */
export const bytes = (shape: readonly number[], scales: readonly number[], axis = 0): InputSpec => ({
  shape,
  type: INT8,
  data: bytesOf(Int8Array, [...seededFloats(sizeOf(shape), 100 + sizeOf(shape), -127, 127)].map(Math.round)),
  quantization: { scales, axis },
});

/** Options of windows. */
export const [SAME, VALID] = [{ byte: 0 }, { byte: 1 }];

/** Activations that are fused. */
export const [RELU, N1_TO_1, RELU6] = [{ byte: 1 }, { byte: 2 }, { byte: 3 }];
/** Options of windows. */
export const strides = (down: number, across = down) => ({ stride_h: down, stride_w: across });
/** The tensors of a case: its inputs, then its outputs. */
const tensorsOf = ({ inputs, outputs = [0] }: TfliteCase): TensorSpec[] => [
  ...inputs.filter((input) => input !== undefined),
  ...outputs.map((output, index): TensorSpec => ({
    name: `y${index}`,
    shape: [1],
    ...(typeof output === 'number' ? { type: output } : output),
  })),
];

/** The numbers of the network's inputs. */
export const inputsOf = ({ inputs }: TfliteCase): Float32Array[] =>
  inputs.flatMap((input, index) =>
    input && !input.data ? [seededFloats(sizeOf(input.shape), index + 1, input.low ?? -1, input.high ?? 1)] : [],
  );

/** The file of a case. */
export const fileOf = (spec: TfliteCase): Uint8Array => {
  const tensors = tensorsOf(spec);
  const given = spec.inputs.filter((input) => input !== undefined);
  const node: NodeSpec = {
    op: spec.op,
    inputs: spec.inputs.map((input) => (input ? given.indexOf(input) : -1)),
    outputs: tensors.slice(given.length).map((_, index) => given.length + index),
    options: spec.options,
    custom: spec.custom,
  };
  return writeTflite({
    tensors,
    nodes: [node],
    inputs: given.flatMap(({ data }, index) => (data ? [] : [index])),
    outputs: node.outputs,
  });
};
