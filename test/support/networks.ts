// Recorded networks: their inputs, and how far outputs are from the recorded ones.

import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import type { Tensor } from '../../src/ir/tensor.js';
import { seededFloats } from './seeded.js';

/** An input and how its numbers are drawn. */
export type InputSpec = { name: string; shape: number[]; seed?: number; low?: number; high?: number; rule?: 'arange' };

/** A recorded output. `positions` are the places of `values` if only some numbers were recorded. */
export type OutputSpec = { name: string; shape: number[]; values: number[]; positions?: number[]; meanAbs?: number };

/** Parses a JSON file. */
export const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

/** The bytes of a file. */
export const readBytes = (path: string): Uint8Array => new Uint8Array(readFileSync(path));

/** The floats of a file. */
export const readFloats = (path: string): Float32Array => new Float32Array(readBytes(path).buffer);

/** The inputs that a fixture describes, for `run`. */
export const inputsOf = (specs: readonly InputSpec[]): Record<string, Tensor> =>
  Object.fromEntries(
    specs.map(({ name, shape, seed, low, high, rule }) => {
      const count = shape.reduce((product, size) => product * size, 1);
      const data =
        rule === 'arange'
          ? Float32Array.from({ length: count }, (_, i) => i / count)
          : seededFloats(count, seed!, low!, high!);
      return [name, { data, shape }];
    }),
  );

/** The largest difference from the recorded numbers, relative to the largest of these. */
export const difference = (
  found: Tensor | undefined,
  { name, shape, values, positions, meanAbs }: OutputSpec,
): number => {
  assert.ok(found, `there is no output ${name}`);
  assert.equal([...found.shape], shape, name);
  const data = Array.from(found.data, Number);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let worst = 0;
  values.forEach((value, i) => {
    const distance = Math.abs(data[positions ? positions[i]! : i]! - value);
    worst = Math.max(worst, Number.isNaN(distance) ? Infinity : distance);
  });
  if (meanAbs !== undefined) {
    const mean = data.reduce((sum, value) => sum + Math.abs(value), 0) / data.length;
    worst = Math.max(worst, (Math.abs(mean - meanAbs) / meanAbs) * largest);
  }
  return worst / (largest || 1);
};

/** The largest difference between two lists of numbers; infinite if one is NaN. */
export const distance = (found: ArrayLike<number>, expected: ArrayLike<number>): number => {
  assert.is(found.length, expected.length, 'length');
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const own = Math.abs(found[i]! - expected[i]!);
    worst = Math.max(worst, Number.isNaN(own) ? Infinity : own);
  }
  return worst;
};

/** An ONNX file with more values of its graph as outputs: protobuf merges a message that occurs twice. */
export const withOutputs = (onnx: Uint8Array, names: readonly string[]): Uint8Array => {
  const writer = new BinaryWriter();
  writer.tag(7, WireType.LengthDelimited).fork();
  for (const name of names)
    writer.tag(12, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string(name).join();
  writer.join();
  return Uint8Array.from([...onnx, ...writer.finish()]);
};

/** How an ONNX element type is stored, by its number. */
type Element = { bytes: number; read: (view: DataView, at: number) => number | bigint };

/** The value of a half-precision float's bits. */
const half = (bits: number): number => {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent ? sign * (1 + fraction / 1024) * 2 ** (exponent - 15) : sign * fraction * 2 ** -24;
};

/** The value of a bfloat16's bits. */
const upperHalf = (bits: number): number => new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;

const ELEMENTS: Readonly<Record<number, Element>> = {
  1: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  2: { bytes: 1, read: (view, at) => view.getUint8(at) },
  3: { bytes: 1, read: (view, at) => view.getInt8(at) },
  4: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  5: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  6: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  7: { bytes: 8, read: (view, at) => view.getBigInt64(at, true) },
  9: { bytes: 1, read: (view, at) => view.getUint8(at) },
  10: { bytes: 2, read: (view, at) => half(view.getUint16(at, true)) },
  11: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  12: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  13: { bytes: 8, read: (view, at) => view.getBigUint64(at, true) },
  16: { bytes: 2, read: (view, at) => upperHalf(view.getUint16(at, true)) },
};

/** A TensorProto: its elements as the array that a model takes for its type. */
export type StoredTensor = { name: string; dims: number[]; dataType: number; data: Tensor['data'] };

/** Reads a TensorProto file. @throws for element types that have no numbers */
export const readTensorFile = (path: string): StoredTensor => {
  const reader = new BinaryReader(readBytes(path));
  const [dims, listed]: [number[], (number | bigint)[]] = [[], []];
  let dataType = 0,
    name = '',
    raw: Uint8Array | undefined;
  const repeated = (wire: WireType, read: () => number | bigint, target: (number | bigint)[]) => {
    if (wire !== WireType.LengthDelimited) return void target.push(read());
    for (const end = reader.uint32() + reader.pos; reader.pos < end;) target.push(read());
  };
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === 1) repeated(wire, () => Number(reader.int64()), dims);
    else if (field === 2) dataType = reader.int32();
    else if (field === 4) repeated(wire, () => reader.float(), listed);
    else if (field === 5) repeated(wire, () => reader.int32(), listed);
    else if (field === 7) repeated(wire, () => BigInt(reader.int64()), listed);
    else if (field === 8) name = reader.string();
    else if (field === 9) raw = reader.bytes();
    else if (field === 10) repeated(wire, () => reader.double(), listed);
    else if (field === 11) repeated(wire, () => BigInt(reader.uint64()), listed);
    else reader.skip(wire);
  }
  const element = ELEMENTS[dataType];
  if (!element) throw new Error(`${path}: element type ${dataType}`);
  return { name, dims, dataType, data: arrayOf(dataType, raw ? decode(raw, element) : convert(listed, dataType)) };
};

const decode = (raw: Uint8Array, { bytes, read }: Element): (number | bigint)[] => {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Array.from({ length: raw.length / bytes }, (_, i) => read(view, i * bytes));
};

/** Listed elements; those of 16 bits are their bits. */
const convert = (listed: (number | bigint)[], dataType: number): (number | bigint)[] =>
  dataType === 10 || dataType === 16
    ? listed.map((bits) => (dataType === 10 ? half : upperHalf)(Number(bits)))
    : listed;

const arrayOf = (dataType: number, values: (number | bigint)[]): Tensor['data'] => {
  if ([1, 10, 11, 16].includes(dataType)) return Float32Array.from(values, Number);
  if (dataType === 7) return BigInt64Array.from(values, BigInt);
  if (dataType === 9) return Uint8Array.from(values, Number);
  return Int32Array.from(values, (value) => Math.min(Number(value), 2 ** 31 - 1));
};
