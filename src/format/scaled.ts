// Weights as 8-bit integers with a scale per output channel: chosen by least squares, multiplied when a file is read.

import type { Steps } from '../next-task.js';

/** A part of a constant's elements, row-major; each row has a scale, or with `byColumn` each column. */
export type Matrix = { rows: number; columns: number; byColumn: boolean };

/** The largest integer that is stored; -128 is not used. */
const MAX_INTEGER = 127;

/** The largest weight that is stored as an integer. */
export const MAX_WEIGHT = 2 ** 120;

/** The largest scale that a file may have: its products are finite. */
export const MAX_SCALE = 2 ** 120;

/** The largest weight, in units of the scales with which the search begins: more than 127 clips it. */
const STARTS = [127, 120, 134];

/** How often a start is refined. */
const REFINEMENTS = 2;

const scaleCount = ({ rows, columns, byColumn }: Matrix): number => (byColumn ? columns : rows);

/** The largest zero point that a file may have, and the largest integer that it may give with its weights. */
export const MAX_ZERO = 255;

/** How many integers 8 bits tell apart. */
const BYTE_VALUES = 256;

/** The number of scales of the matrices of a constant. */
export const countScales = (matrices: readonly Matrix[]): number =>
  matrices.reduce((sum, matrix) => sum + scaleCount(matrix), 0);

/** The elements that share a scale: `count` of them from `first` on, `stride` apart. */
type Shared = { first: number; stride: number; count: number };

function* sharedIn(matrices: readonly Matrix[]): Generator<Shared> {
  let start = 0;
  for (const matrix of matrices) {
    const { rows, columns, byColumn } = matrix;
    for (let k = 0; k < scaleCount(matrix); k++) {
      yield byColumn
        ? { first: start + k, stride: columns, count: rows }
        : { first: start + k * columns, stride: 1, count: columns };
    }
    start += rows * columns;
  }
}

/** Weights as they are stored: the scales as f32, then the integers. */
export function* quantise(weights: Float32Array, matrices: readonly Matrix[]): Steps<Uint8Array> {
  const count = countScales(matrices);
  const bytes = new Uint8Array(count * 4 + weights.length);
  const scales = new Float32Array(bytes.buffer, 0, count);
  const integers = new Int8Array(bytes.buffer, count * 4);
  let next = 0;
  for (const shared of sharedIn(matrices)) {
    const values = gather(weights, shared);
    const scale = bestScale(values);
    scales[next++] = scale;
    if (scale > 0) {
      for (let k = 0, i = shared.first; k < shared.count; k++, i += shared.stride) {
        integers[i] = nearest(values[k]!, scale);
      }
    }
    yield;
  }
  return bytes;
}

/**
 * Weights of which each row is integers times its scale, as they are stored: with zero points if integers are beyond 8 bits.
 * Undefined if bytes cannot hold them: integers beyond 255, or of one row more than 255 apart.
 */
export const withScales = (
  weights: Float32Array,
  matrices: readonly Matrix[],
  scales: Float32Array,
): { storage: 'i8' | 'i8z'; bytes: Uint8Array } | undefined => {
  const numbers = new Int16Array(weights.length);
  const zeros = new Int16Array(scales.length);
  let row = 0;
  for (const { first, count } of sharedIn(matrices)) {
    let [low, high] = [0, 0];
    for (let i = first; i < first + count; i++) {
      const integer = Math.round(weights[i]! / scales[row]!);
      numbers[i] = integer;
      [low, high] = [Math.min(low, integer), Math.max(high, integer)];
    }
    if (!(low >= -MAX_ZERO && high <= MAX_ZERO && high - low < BYTE_VALUES)) return undefined;
    zeros[row++] = low >= -128 && high <= 127 ? 0 : low + 128;
  }
  const isCentred = zeros.every((zero) => zero === 0);
  const head = scales.length * (isCentred ? 4 : 6);
  const bytes = new Uint8Array(head + weights.length);
  new Float32Array(bytes.buffer, 0, scales.length).set(scales);
  if (!isCentred) new Int16Array(bytes.buffer, scales.length * 4, scales.length).set(zeros);
  const integers = new Int8Array(bytes.buffer, head);
  row = 0;
  for (const { first, count } of sharedIn(matrices)) {
    for (let i = first; i < first + count; i++) integers[i] = numbers[i]! - zeros[row]!;
    row++;
  }
  return { storage: isCentred ? 'i8' : 'i8z', bytes };
};

/** Whether all integers are from -255 to 255 with the zero points of their rows or columns. */
export const areInRange = (integers: Int8Array, matrices: readonly Matrix[], zeros: Int16Array): boolean => {
  let place = 0;
  for (const { first, stride, count } of sharedIn(matrices)) {
    const zero = zeros[place++]!;
    if (zero >= -MAX_ZERO + 128 && zero <= MAX_ZERO - 127) continue;
    for (let k = 0, i = first; k < count; k++, i += stride) if (Math.abs(integers[i]! + zero) > MAX_ZERO) return false;
  }
  return true;
};

/** The weights that are stored in `bytes`, which begin at a multiple of 4: `hasZeros` if zero points follow the scales. */
export const dequantised = (
  bytes: Uint8Array,
  matrices: readonly Matrix[],
  hasZeros = false,
): Float32Array<ArrayBuffer> => {
  const count = countScales(matrices);
  const scales = new Float32Array(bytes.buffer, bytes.byteOffset, count);
  const zeros = hasZeros ? new Int16Array(bytes.buffer, bytes.byteOffset + count * 4, count) : new Int16Array(count);
  const head = count * (hasZeros ? 6 : 4);
  const integers = new Int8Array(bytes.buffer, bytes.byteOffset + head, bytes.length - head);
  const weights = new Float32Array(integers.length);
  let start = 0;
  let first = 0;
  for (const matrix of matrices) {
    const { rows, columns, byColumn } = matrix;
    for (let row = 0, i = start; row < rows; row++) {
      const end = i + columns;
      if (byColumn) for (let k = first; i < end; i++, k++) weights[i] = (integers[i]! + zeros[k]!) * scales[k]!;
      else {
        const [scale, zero] = [scales[first + row]!, zeros[first + row]!];
        for (; i < end; i++) weights[i] = (integers[i]! + zero) * scale;
      }
    }
    start += rows * columns;
    first += scaleCount(matrix);
  }
  return weights;
};

const gather = (weights: Float32Array, { first, stride, count }: Shared): Float32Array => {
  if (stride === 1) return weights.subarray(first, first + count);
  const values = new Float32Array(count);
  for (let k = 0, i = first; k < count; k++, i += stride) values[k] = weights[i]!;
  return values;
};

/** As `Math.round`, for quotients of two f32. */
const nearest = (value: number, scale: number): number => {
  const integer = Math.floor(value / scale + 0.5);
  return integer > MAX_INTEGER ? MAX_INTEGER : integer < -MAX_INTEGER ? -MAX_INTEGER : integer;
};

/**
 * The scale with the smallest sum of squared errors among those found: from each start, integers and the scale that
 * fits them best, sum(w q) / sum(q q), are computed in turn.
 */
const bestScale = (values: Float32Array): number => {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  let best = 0;
  let least = Infinity;
  for (const start of largest > 0 ? STARTS : []) {
    let scale = Math.fround(largest / start);
    for (let round = 0; round <= REFINEMENTS && scale > 0; round++) {
      const { error, fitted } = fit(values, scale);
      if (error < least) [least, best] = [error, scale];
      if (fitted === scale) break;
      scale = fitted;
    }
  }
  return best;
};

/** The error of a scale, and the scale that fits the same integers best. */
const fit = (values: Float32Array, scale: number): { error: number; fitted: number } => {
  let [error, products, squares] = [0, 0, 0];
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!;
    const integer = nearest(value, scale);
    const difference = value - integer * scale;
    error += difference * difference;
    products += value * integer;
    squares += integer * integer;
  }
  return { error, fitted: squares > 0 ? Math.fround(products / squares) : 0 };
};
