// Checks tensors of callers, and copies them to and from linear memory.

import { show } from '../arguments.js';
import { ShapeError } from '../errors.js';
import type { Graph } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import {
  isTensorLike,
  isTypedArray,
  showShape,
  sizeOf,
  tagOf,
  type Tensor,
  type TensorInfo,
  type TensorLike,
  type TypedArray,
} from '../ir/tensor.js';

/** The argument of `run`: the only input, or a record by input name. */
export type ModelInput = TypedArray | TensorLike | Readonly<Record<string, TypedArray | TensorLike>>;

/**
 * The tensor of each input, in order.
 *
 * @throws {ShapeError} if inputs are missing or unknown
 */
export const namedInputs = (infos: readonly TensorInfo[], input: ModelInput): (TypedArray | TensorLike)[] => {
  const names = infos.map(({ name, shape }) => `"${name}" ${showShape(shape)}`).join(', ');
  if (isTypedArray(input) || isTensorLike(input)) {
    if (infos.length === 1) return [input];
    throw new ShapeError(`the model has ${infos.length} inputs: pass a record with ${names}`);
  }
  const isKnown = (name: string): boolean => infos.some((info) => info.name === name);
  if (tagOf(input) !== 'Object' || ('data' in input && !isKnown('data')))
    throw new ShapeError(
      `the input is ${describe(input)}; expected a typed array, { data, shape } or a record by input name: ${names}`,
    );
  const unknown = Object.keys(input).filter((name) => !isKnown(name));
  if (unknown.length) throw new ShapeError(`there is no input ${list(unknown)}; the model expects ${names}`);
  const missing = infos.map(({ name }) => name).filter((name) => input[name] === undefined);
  if (missing.length) throw new ShapeError(`no numbers for ${list(missing)}; the model expects ${names}`);
  return infos.map(({ name }) => {
    const tensor = input[name];
    if (isTypedArray(tensor) || isTensorLike(tensor)) return tensor;
    throw new ShapeError(`input "${name}" is ${describe(tensor)}; expected a typed array or { data, shape }`);
  });
};

/** Maximum number of names listed in a message. */
const MAX_LISTED = 4;

const list = (names: readonly string[]): string =>
  names
    .slice(0, MAX_LISTED)
    .map((name) => `"${name}"`)
    .concat(names.length > MAX_LISTED ? '...' : [])
    .join(', ');

/** What was passed instead of numbers; of an object the classes of its properties. */
const describe = (value: unknown): string => {
  if (tagOf(value) !== 'Object') return Array.isArray(value) ? 'an Array' : show(value);
  const properties = Object.entries(value as object).map(([name, own]) => `${name}: ${tagOf(own)}`);
  return `{ ${properties.slice(0, MAX_LISTED).join(', ')} }`;
};

/**
 * The number of samples, the same in every input; 1 for a network of fixed shapes.
 *
 * @throws {ShapeError} if an input does not have the expected shape
 */
export const batchOf = (graph: Graph, tensors: readonly (TypedArray | TensorLike)[]): number => {
  let batch: number | undefined;
  graph.inputs.forEach((value, index) => {
    const own = samplesOf(value, tensors[index]!, graph.dynamicBatch);
    if (batch !== undefined && own !== batch) {
      throw new ShapeError(
        `input "${value.name}" has ${own} samples, another input has ${batch}: all inputs need the same number`,
      );
    }
    batch = own;
  });
  return batch ?? 1;
};

const samplesOf = (value: Value, tensor: TypedArray | TensorLike, dynamicBatch: boolean): number => {
  const { data, shape } = isTypedArray(tensor) ? { data: tensor, shape: undefined } : tensor;
  const samples = dynamicBatch ? data.length / sizeOf(value.shape) : 1;
  const expected = dynamicBatch ? [samples, ...value.shape.slice(1)] : value.shape;
  const fits = Number.isInteger(samples) && samples > 0 && data.length === sizeOf(expected);
  if (fits && (!shape || (shape.length === expected.length && shape.every((size, axis) => size === expected[axis]))))
    return samples;
  const found = shape ? `has shape ${showShape(shape)} and ${data.length} numbers` : `has ${data.length} numbers`;
  const wanted = dynamicBatch ? `[N,${value.shape.slice(1).join(',')}]` : showShape(value.shape);
  throw new ShapeError(`input "${value.name}" ${found}; the model expects ${wanted}`);
};

/** Writes a tensor to a value's address; integers are clamped to 32 bits. */
export const writeValue = (
  memory: WebAssembly.Memory,
  value: Value,
  address: number,
  tensor: TypedArray | TensorLike,
): void => {
  const data = isTypedArray(tensor) ? tensor : tensor.data;
  const length = sizeOf(value.shape);
  if (value.type === 'float32') {
    const target = new Float32Array(memory.buffer, address, length);
    if (data instanceof BigInt64Array) target.set(Float32Array.from(data, Number));
    else target.set(data);
    return;
  }
  const target = new Int32Array(memory.buffer, address, length);
  if (value.type === 'bool') target.set(Int32Array.from(data as ArrayLike<number>, (x) => (Number(x) ? 1 : 0)));
  else
    target.set(
      Int32Array.from(data as ArrayLike<number>, (x) => Math.min(Math.max(Number(x), -(2 ** 31)), 2 ** 31 - 1)),
    );
};

/** A copy of a value, as a typed array of its element type; of its valid rows if `rows` counts them. */
export const readValue = (
  memory: WebAssembly.Memory,
  { type, shape: own }: Value,
  address: number,
  rows?: (output: ArrayLike<number>) => number,
): Tensor => {
  const all = new (type === 'float32' ? Float32Array : Int32Array)(memory.buffer, address, sizeOf(own));
  const shape = rows ? [rows(all), ...own.slice(1)] : [...own];
  const words = all.subarray(0, sizeOf(shape));
  if (words instanceof Float32Array) return { data: words.slice(), shape };
  if (type === 'int64') return { data: BigInt64Array.from(words, BigInt), shape };
  return { data: type === 'bool' ? Uint8Array.from(words) : words.slice(), shape };
};
