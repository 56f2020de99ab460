// The elements of TensorProto: raw bytes or typed lists -> floats or 32-bit integers.

import type { ConstantData } from '../../ir/value.js';
import { showList, sizeOf, type DataType } from '../../ir/tensor.js';
import { cut } from '../reading/cut.js';
import { saturate } from '../reading/integers.js';
import type { ExternalData, OnnxTensor } from './model.js';

/** The fields of a TensorProto as the file has them. */
export type TensorFields = {
  name: string;
  dims: number[];
  dataType: number;
  raw?: Uint8Array;
  floats: number[];
  ints: number[];
  longs: number[];
  doubles: number[];
  unsigned: number[];
  external: Map<string, string>;
  /** 1 for elements in another file. */
  location: number;
};

type ListName = 'floats' | 'ints' | 'longs' | 'doubles' | 'unsigned';

/** How elements of one type are stored: the bytes of each, the list that may hold them, and how to read one from either. */
type Element = {
  bytes: number;
  type: DataType;
  list: ListName;
  read: (view: DataView, at: number) => number;
  convert?: (listed: number) => number;
};

const MAX_BYTES = 2 ** 31;

/** The value of a half-precision float's bits. */
const half = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

const word = new DataView(new ArrayBuffer(4));

/** The value of a bfloat16's bits: the upper half of a float. */
const upperHalf = (bits: number): number => {
  word.setUint32(0, (bits & 0xffff) << 16);
  return word.getFloat32(0);
};

const ELEMENTS: Readonly<Record<number, Element>> = {
  1: { bytes: 4, type: 'float32', list: 'floats', read: (view, at) => view.getFloat32(at, true) },
  2: { bytes: 1, type: 'int32', list: 'ints', read: (view, at) => view.getUint8(at) },
  3: { bytes: 1, type: 'int32', list: 'ints', read: (view, at) => view.getInt8(at) },
  4: { bytes: 2, type: 'int32', list: 'ints', read: (view, at) => view.getUint16(at, true) },
  5: { bytes: 2, type: 'int32', list: 'ints', read: (view, at) => view.getInt16(at, true) },
  6: { bytes: 4, type: 'int32', list: 'ints', read: (view, at) => view.getInt32(at, true) },
  7: { bytes: 8, type: 'int64', list: 'longs', read: (view, at) => saturate(view.getBigInt64(at, true)) },
  9: {
    bytes: 1,
    type: 'bool',
    list: 'ints',
    read: (view, at) => (view.getUint8(at) ? 1 : 0),
    convert: (listed) => (listed ? 1 : 0),
  },
  10: {
    bytes: 2,
    type: 'float32',
    list: 'ints',
    read: (view, at) => half(view.getUint16(at, true)),
    convert: half,
  },
  11: { bytes: 8, type: 'float32', list: 'doubles', read: (view, at) => view.getFloat64(at, true) },
  12: { bytes: 4, type: 'int32', list: 'unsigned', read: (view, at) => saturate(view.getUint32(at, true)) },
  13: { bytes: 8, type: 'int32', list: 'unsigned', read: (view, at) => saturate(view.getBigUint64(at, true)) },
  16: {
    bytes: 2,
    type: 'float32',
    list: 'ints',
    read: (view, at) => upperHalf(view.getUint16(at, true)),
    convert: upperHalf,
  },
};

/** The type of constants of an ONNX element type; undefined for types that are not read. */
export const constantTypeOf = (dataType: number): DataType | undefined => ELEMENTS[dataType]?.type;

/**
 * The type of values that a run computes: floats of any precision as floats of 32 bits, small integers as integers of 32
 * bits. Undefined for element types that only constants may have, or nothing.
 */
export const runtimeTypeOf = (dataType: number): DataType | undefined =>
  dataType === UINT64 || dataType === BFLOAT16 ? undefined : ELEMENTS[dataType]?.type;

const [UINT64, BFLOAT16] = [13, 16];

const emptyData = (type: DataType, length: number): ConstantData =>
  type === 'float32' ? new Float32Array(length) : new Int32Array(length);

const countOf = (name: string, dims: readonly number[], bytes: number): number => {
  const count = sizeOf(dims);
  if (!dims.every((size) => Number.isSafeInteger(size) && size >= 0) || !(count * bytes <= MAX_BYTES)) {
    throw new RangeError(`tensor '${cut(name)}' has the invalid shape ${showList(dims)}`);
  }
  return count;
};

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

const fromBytes = (bytes: Uint8Array, count: number, element: Element): ConstantData => {
  const data = emptyData(element.type, count);
  if (element.bytes === 4 && isLittleEndian && element.list !== 'unsigned') {
    new Uint8Array(data.buffer).set(bytes);
    return data;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < count; i++) data[i] = element.read(view, i * element.bytes);
  return data;
};

const fromList = (listed: number[], { type, convert }: Element): ConstantData => {
  const data = emptyData(type, listed.length);
  for (let i = 0; i < listed.length; i++) data[i] = convert ? convert(listed[i]!) : listed[i]!;
  return data;
};

/** The bytes that a tensor has in a file; undefined for types that are not read. Throws `RangeError` for invalid shapes. */
export const bytesNeeded = ({ name, dims, dataType }: OnnxTensor): number | undefined => {
  const element = ELEMENTS[dataType];
  return element && countOf(name, dims, element.bytes) * element.bytes;
};

/** The elements of a tensor stored as little-endian bytes; throws `RangeError` unless there are as many as `dims` says. */
export const decodeBytes = (tensor: OnnxTensor, bytes: Uint8Array): ConstantData | undefined => {
  const element = ELEMENTS[tensor.dataType];
  if (!element) return undefined;
  const count = countOf(tensor.name, tensor.dims, element.bytes);
  if (bytes.length !== count * element.bytes) {
    throw new RangeError(`tensor '${cut(tensor.name)}' has ${bytes.length} bytes instead of ${count * element.bytes}`);
  }
  return fromBytes(bytes, count, element);
};

const externalOf = (entries: Map<string, string>): ExternalData => {
  const length = entries.get('length');
  const offset = Number(entries.get('offset') ?? 0);
  return { location: entries.get('location') ?? '', offset, ...(length !== undefined && { length: Number(length) }) };
};

/** A tensor with its elements; throws `RangeError` if their number does not fit the shape. */
export const decodeTensor = (fields: TensorFields): OnnxTensor => {
  const { name, dims, dataType } = fields;
  const tensor: OnnxTensor = { name, dims, dataType };
  const element = ELEMENTS[dataType];
  if (fields.location === 1) return { ...tensor, external: externalOf(fields.external) };
  if (!element) return tensor;
  const count = countOf(name, dims, element.bytes);
  if (fields.raw?.length) return { ...tensor, data: decodeBytes(tensor, fields.raw) };
  const listed = fields[element.list];
  if (listed.length !== count) {
    throw new RangeError(`tensor '${cut(name)}' has ${listed.length} elements instead of ${count}`);
  }
  return { ...tensor, data: fromList(listed, element) };
};
