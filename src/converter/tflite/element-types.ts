// The element types of TensorFlow Lite: how messages call them, and how bytes are read.

import { fromHalves } from '../../format/half.js';
import type { DataType } from '../../ir/tensor.js';
import type { ConstantData } from '../../ir/value.js';
import { saturate } from '../reading/integers.js';

/** A type of elements: how messages call it, bits of each, the type of values, and how bytes are read. */
export type Element = {
  name: string;
  bits: number;
  type?: DataType;
  read?: (bytes: Uint8Array, count: number) => ConstantData;
  /** The least and largest integer of one that real numbers are quantised to. */
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

/** The element types by their `TensorType`. */
export const ELEMENTS: Readonly<Record<number, Element>> = {
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
