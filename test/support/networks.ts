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

/** Element types of ONNX that tests read. */
type Element = { type: Tensor['data']; bytes: number };

const ELEMENTS: Record<number, Element['bytes']> = { 1: 4, 2: 1, 3: 1, 6: 4, 7: 8, 9: 1 };

/** A TensorProto: floats, or integers of its type. */
export type StoredTensor = { name: string; dims: number[]; dataType: number; data: Tensor['data'] | Int8Array };

/** Reads a TensorProto file whose elements are raw bytes or lists. */
export const readTensorFile = (path: string): StoredTensor => {
  const reader = new BinaryReader(readBytes(path));
  const dims: number[] = [],
    listed: (number | bigint)[] = [];
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
    else reader.skip(wire);
  }
  if (!ELEMENTS[dataType]) throw new Error(`${path}: element type ${dataType}`);
  return { name, dims, dataType, data: elementsOf(dataType, raw, listed) };
};

const elementsOf = (
  dataType: number,
  raw: Uint8Array | undefined,
  listed: (number | bigint)[],
): StoredTensor['data'] => {
  const { buffer } = raw ? raw.slice() : new Uint8Array();
  const numbers = listed as number[];
  if (dataType === 1) return raw ? new Float32Array(buffer) : Float32Array.from(numbers);
  if (dataType === 6) return raw ? new Int32Array(buffer) : Int32Array.from(numbers);
  if (dataType === 7) return raw ? new BigInt64Array(buffer) : BigInt64Array.from(listed as bigint[]);
  if (dataType === 3) return raw ? new Int8Array(buffer) : Int8Array.from(numbers);
  return raw ? new Uint8Array(buffer) : Uint8Array.from(numbers);
};
