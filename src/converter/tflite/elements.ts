// The elements of TensorFlow Lite's tensors: bytes -> floats or 32-bit integers; quantised ones become real numbers.

import { fromHalves } from '../../format/half.js';
import { stridesOf, type DataType } from '../../ir/tensor.js';
import type { ConstantData } from '../../ir/value.js';
import type { Budget } from '../reading/budget.js';
import { checkConstantSize } from '../reading/builder.js';
import { saturate } from '../reading/integers.js';
import { refuse } from '../reading/refusal.js';
import type { Quantization, TfliteTensor } from './model.js';
import { densify } from './sparse.js';

/** A type of elements: how messages call it, bits of each, the type of values, and how bytes are read. */
type Element = {
  name: string;
  bits: number;
  type?: DataType;
  read?: (bytes: Uint8Array, count: number) => ConstantData;
  /** The least and largest integer that it may hold if it is quantised. */
  limits?: readonly [number, number];
};

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A reader of elements one by one. */
const each =
  <Data extends ConstantData | Uint16Array>(
    Type: new (count: number) => Data,
    read: (view: DataView, index: number) => number,
  ) =>
  (bytes: Uint8Array, count: number): Data => {
    const [view, data] = [viewOf(bytes), new Type(count)];
    for (let index = 0; index < count; index++) data[index] = read(view, index);
    return data;
  };

/** A reader of 32-bit elements, whose bytes are those of the array. */
const words =
  <Data extends ConstantData>(
    Type: new (buffer: ArrayBuffer) => Data,
    slow: (bytes: Uint8Array, count: number) => Data,
  ) =>
  (bytes: Uint8Array, count: number): Data =>
    isLittleEndian ? new Type(bytes.slice(0, count * 4).buffer) : slow(bytes, count);

const halves = each(Uint16Array, (view, index) => view.getUint16(index * 2, true));

/** Two 4-bit integers a byte, the lower one first. */
const nibble = (view: DataView, index: number): number => {
  const bits = (view.getUint8(index >> 1) >> (index % 2 ? 4 : 0)) & 15;
  return bits > 7 ? bits - 16 : bits;
};

const ELEMENTS: Readonly<Record<number, Element>> = {
  0: {
    name: 'float32',
    bits: 32,
    type: 'float32',
    read: words(
      Float32Array,
      each(Float32Array, (view, index) => view.getFloat32(index * 4, true)),
    ),
  },
  1: { name: 'float16', bits: 16, type: 'float32', read: (bytes, count) => fromHalves(halves(bytes, count)) },
  2: {
    name: 'int32',
    bits: 32,
    type: 'int32',
    read: words(
      Int32Array,
      each(Int32Array, (view, index) => view.getInt32(index * 4, true)),
    ),
  },
  3: {
    name: 'uint8',
    bits: 8,
    type: 'int32',
    read: each(Int32Array, (view, index) => view.getUint8(index)),
    limits: [0, 255],
  },
  4: {
    name: 'int64',
    bits: 64,
    type: 'int64',
    read: each(Int32Array, (view, index) => saturate(view.getBigInt64(index * 8, true))),
  },
  5: { name: 'string', bits: 8 },
  6: {
    name: 'bool',
    bits: 8,
    type: 'bool',
    read: each(Int32Array, (view, index) => Number(view.getUint8(index) !== 0)),
  },
  7: {
    name: 'int16',
    bits: 16,
    type: 'int32',
    read: each(Int32Array, (view, index) => view.getInt16(index * 2, true)),
    limits: [-32768, 32767],
  },
  8: { name: 'complex64', bits: 64 },
  9: {
    name: 'int8',
    bits: 8,
    type: 'int32',
    read: each(Int32Array, (view, index) => view.getInt8(index)),
    limits: [-128, 127],
  },
  10: {
    name: 'float64',
    bits: 64,
    type: 'float32',
    read: each(Float32Array, (view, index) => view.getFloat64(index * 8, true)),
  },
  13: { name: 'resource', bits: 8 },
  14: { name: 'variant', bits: 8 },
  17: { name: 'int4', bits: 4, type: 'int32', read: each(Int32Array, nibble), limits: [-8, 7] },
};

/** An element type as messages print it. */
export const typeName = (type: number): string => ELEMENTS[type]?.name ?? `type ${type}`;

/** Whether the elements stand for real numbers. */
const isQuantized = ({ type, quantization }: TfliteTensor): boolean =>
  quantization !== undefined && ELEMENTS[type]?.limits !== undefined;

/** The type of a tensor's values; undefined for types that are not supported. */
export const valueType = (tensor: TfliteTensor): DataType | undefined =>
  isQuantized(tensor) ? 'float32' : ELEMENTS[tensor.type]?.type;

/** The real numbers between which a tensor's elements are; not limited unless it is quantised. */
export const rangeOf = (tensor: TfliteTensor | undefined): { low: number; high: number } => {
  if (!tensor || !isQuantized(tensor)) return { low: -Infinity, high: Infinity };
  const [least, most] = ELEMENTS[tensor.type]!.limits!;
  const { scales, zeros } = tensor.quantization!;
  const [scale, zero] = [scales[0]!, zeros[0] ?? 0];
  return { low: Math.fround(scale * (least - zero)), high: Math.fround(scale * (most - zero)) };
};

/** `scale * (integer - zero)` for every element. */
export const dequantized = (
  data: ConstantData,
  shape: readonly number[],
  { scales, zeros, axis }: Quantization,
): Float32Array => {
  const isForAll = scales.length === 1;
  const run = isForAll ? data.length : (stridesOf(shape)[axis] ?? refuse(`there is no axis ${axis} for scales`));
  if (!isForAll && scales.length !== shape[axis])
    refuse(`${scales.length} scales do not fit an axis of ${shape[axis]}`);
  const numbers = new Float32Array(data.length);
  for (let start = 0, index = 0; start < data.length; start += run, index = (index + 1) % scales.length) {
    const [scale, zero] = [scales[index]!, zeros[zeros.length === 1 ? 0 : index] ?? 0];
    for (let place = start; place < start + run; place++) numbers[place] = scale * (data[place]! - zero);
  }
  return numbers;
};

/** Decoded constants, which are read once for each batch size. */
const decoded = new WeakMap<TfliteTensor, ConstantData>();

/** The elements of a constant; refuses types that are not supported, and bytes that do not fit the shape. */
export const elementsOf = (tensor: TfliteTensor, budget: Budget): ConstantData => {
  const known = decoded.get(tensor);
  if (known) return known;
  const data = decode(tensor, budget);
  decoded.set(tensor, data);
  return data;
};

const decode = (tensor: TfliteTensor, budget: Budget): ConstantData => {
  const { bytes, shape, sparsity, fault, quantization } = tensor;
  const { name, bits, read } = ELEMENTS[tensor.type] ?? { name: typeName(tensor.type), bits: 8 };
  if (!read || fault) return refuse(fault ?? `constants of type ${name} are not supported`);
  const size = checkConstantSize(shape);
  const stored = sparsity ? Math.floor((bytes!.length * 8) / bits) : size;
  const needed = Math.ceil((stored * bits) / 8);
  if (bytes!.length !== needed) refuse(`it has ${bytes!.length} bytes; ${needed} are needed`);
  budget.spend(size, tensor.name);
  const data = read(bytes!, stored);
  const dense = sparsity ? densify(data, shape, sparsity) : data;
  return isQuantized(tensor) ? dequantized(dense, shape, quantization!) : dense;
};
