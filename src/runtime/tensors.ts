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
 * The shape of each input for these tensors. An array without a shape has the sizes that the graph has, for any number of
 * samples where the batch is open.
 *
 * @throws {ShapeError} if an input does not have the expected shape, or inputs differ in the number of samples
 */
export const shapesOf = (graph: Graph, tensors: readonly (TypedArray | TensorLike)[]): number[][] => {
  const shapes = graph.inputs.map((value, index) => shapeOf(graph, value, index, tensors[index]!));
  const batch = shapes[0]?.[0];
  graph.inputs.forEach(({ name }, index) => {
    const own = shapes[index]![0];
    if (graph.dynamicBatch && own !== batch) {
      throw new ShapeError(
        `input "${name}" has ${own} samples, another input has ${batch}: all inputs need the same number`,
      );
    }
  });
  return shapes;
};

/** The shape that a caller may give for an input: -1 for sizes that are open. */
export const openShape = ({ dynamicBatch, openSizes, inputs }: Graph, index: number): number[] =>
  inputs[index]!.shape.map((size, axis) =>
    (axis === 0 && dynamicBatch) || openSizes?.axes[index]!.includes(axis) ? -1 : size,
  );

const shapeOf = (graph: Graph, value: Value, index: number, tensor: TypedArray | TensorLike): number[] => {
  const expected = openShape(graph, index);
  const { data, shape = undefined } = isTypedArray(tensor) ? { data: tensor } : tensor;
  const multiple = graph.openSizes?.multiple ?? 1;
  const samples = graph.dynamicBatch ? data.length / sizeOf(value.shape) : 1;
  const found = shape ? [...shape] : graph.dynamicBatch ? [samples, ...value.shape.slice(1)] : [...value.shape];
  const fits = (size: number, axis: number): boolean =>
    Number.isInteger(size) &&
    size > 0 &&
    (expected[axis] === -1 ? axis === 0 || size % multiple === 0 : size === expected[axis]);
  if (found.length === expected.length && found.every(fits) && data.length === sizeOf(found)) return found;
  const isOpen = expected.includes(-1, 1);
  const has = shape ? `has shape ${showShape(shape)} and ${data.length} numbers` : `has ${data.length} numbers`;
  const rule = isOpen && multiple > 1 ? ` with sizes that are multiples of ${multiple}` : '';
  const isChannelsLast = found.length === 4 && [0, 3, 1, 2].every((from, axis) => fits(found[from]!, axis));
  const size = isOpen && !shape ? ': pass its size too, as { data, shape }' : '';
  const cure = isChannelsLast ? ': its channels are last, and belong before height and width' : size;
  throw new ShapeError(`input "${value.name}" ${has}; the model expects ${showShape(expected)}${rule}${cure}`);
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
