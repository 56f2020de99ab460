// Reads the constants of a model file.

import { FormatError } from '../errors.js';
import { DATA_TYPES, showShape, sizeOf, type DataType } from '../ir/tensor.js';
import type { ConstantData, Value } from '../ir/value.js';
import type { ByteReader } from './bytes.js';
import { fromHalves } from './half.js';
import { LIMITS, STORAGE_BYTES, STORAGE_VERSIONS, STORAGES, type Storage } from './layout.js';
import type { WeightType } from './storage.js';
import { areInRange, countScales, dequantised, MAX_SCALE, MAX_ZERO, type Matrix } from './scaled.js';

/** A type that values outside of the network may have. */
export const readOuterType = (reader: ByteReader, what: string): DataType => {
  const type = reader.word(DATA_TYPES);
  return type === 'int8' ? reader.fail(`${what} is int8, which only values between layers are`) : type;
};

/** Refuses bytes that are not zero, where the file has a gap. */
export const checkZeros = (bytes: Uint8Array, from: number, to: number): void => {
  for (let at = from; at < to; at++) if (bytes[at]) throw new FormatError('a gap is not zero', at);
};

/** A shape; refuses sizes that are out of range. */
export const readShape = (reader: ByteReader): number[] => {
  const shape = reader.list(LIMITS.rank, () => reader.varint(LIMITS.elements));
  if (shape.includes(0) || sizeOf(shape) > LIMITS.elements) reader.fail(`shape ${showShape(shape)} is out of range`);
  return shape;
};

/**
 * The constants, the version that the file needs, if it needs `minVersion` without them, and how its weights are stored: in
 * the fewest bits that a constant has, as some always stay exact.
 */
export const readConstants = (
  reader: ByteReader,
  { bytes, offset }: { bytes: Uint8Array; offset: number },
  minVersion: number,
): { constants: Value[]; needed: number; weights: WeightType } => {
  let [end, needed] = [0, minVersion];
  const storages = new Set<Storage>();
  const constants = reader.list(LIMITS.values, (): Value => {
    const type = readOuterType(reader, 'a constant');
    const storage = reader.word(STORAGES);
    needed = Math.max(needed, STORAGE_VERSIONS[storage]);
    const shape = readShape(reader);
    if ((type === 'float32') === (storage === 'i32')) reader.fail(`a ${type} constant cannot be stored as ${storage}`);
    storages.add(storage);
    const matrices = HEADS[storage] ? readMatrices(reader, sizeOf(shape)) : [];
    const start = Math.ceil(end / 64) * 64;
    const length = countScales(matrices) * HEADS[storage] + sizeOf(shape) * STORAGE_BYTES[storage];
    if (start + length > bytes.length) reader.fail('a constant extends past the weights');
    checkZeros(bytes, end, start);
    end = start + length;
    const data = readData(reader, bytes.subarray(start, end), storage, matrices);
    if (type === 'bool' && !data.every((element) => element === 0 || element === 1))
      reader.fail('a bool constant contains a value other than 0 and 1');
    return { name: '', type, shape, data };
  });
  if (end !== bytes.length) throw new FormatError('the weights are longer than the constants', offset + end);
  return { constants, needed, weights: weightType(storages) };
};

const weightType = (storages: ReadonlySet<Storage>): WeightType => {
  if (storages.has('i8') || storages.has('i8z')) return 'int8';
  return storages.has('f16') ? 'f16' : 'f32';
};

/** Bytes before the elements for each row or column of a matrix: a scale, or a scale and a zero point. */
const HEADS: Readonly<Record<Storage, number>> = { f32: 0, f16: 0, i32: 0, i8: 4, i8z: 6 };

/** The matrices of a constant with `size` elements. */
const readMatrices = (reader: ByteReader, size: number): Matrix[] => {
  let rest = size;
  const matrices = reader.list(LIMITS.list, (): Matrix => {
    const [rows, columns] = [reader.varint(rest), reader.varint(rest)];
    if (!rows || !columns || rows * columns > rest) reader.fail('the matrices do not have the size of their constant');
    rest -= rows * columns;
    return { rows, columns, byColumn: reader.word([false, true]) };
  });
  if (rest) reader.fail('the matrices do not have the size of their constant');
  return matrices;
};

/** Numbers of a constant: a view where the bytes are aligned, otherwise a copy; refuses scales and zero points that are invalid. */
const readData = (
  reader: ByteReader,
  bytes: Uint8Array,
  storage: Storage,
  matrices: readonly Matrix[],
): ConstantData => {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const { buffer, byteOffset, byteLength } = aligned;
  if (storage === 'i8' || storage === 'i8z') {
    checkScaled(reader, aligned, matrices, storage === 'i8z');
    return dequantised(aligned, matrices, storage === 'i8z');
  }
  if (storage === 'f16') return fromHalves(new Uint16Array(buffer, byteOffset, byteLength / 2));
  return storage === 'f32'
    ? new Float32Array(buffer, byteOffset, byteLength / 4)
    : new Int32Array(buffer, byteOffset, byteLength / 4);
};

const checkScaled = (
  reader: ByteReader,
  { buffer, byteOffset, byteLength }: Uint8Array,
  matrices: readonly Matrix[],
  hasZeros: boolean,
): void => {
  const count = countScales(matrices);
  const scales = new Float32Array(buffer, byteOffset, count);
  if (!scales.every((scale) => scale >= 0 && scale <= MAX_SCALE))
    reader.fail(`a scale of the weights is not a number from 0 to ${MAX_SCALE}`);
  if (!hasZeros) return;
  const zeros = new Int16Array(buffer, byteOffset + count * 4, count);
  if (!zeros.every((zero) => Math.abs(zero) <= MAX_ZERO))
    reader.fail(`a zero point is not from -${MAX_ZERO} to ${MAX_ZERO}`);
  const integers = new Int8Array(buffer, byteOffset + count * 6, byteLength - count * 6);
  if (!areInRange(integers, matrices, zeros))
    reader.fail(`an integer of the weights with its zero point is not from -${MAX_ZERO} to ${MAX_ZERO}`);
};
