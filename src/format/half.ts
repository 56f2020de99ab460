// Half precision (IEEE 754 binary16): conversion between floats and the bits of halves.

const word = new Float32Array(1);
const bits = new Int32Array(word.buffer);

/** The largest finite half. */
export const MAX_HALF = 65504;

/** The bits of the half nearest to `value`, ties to even; values beyond the range become infinite. */
export const toHalf = (value: number): number => {
  word[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const rest = bits[0]! & 0x7fffffff;
  if (rest > 0x7f800000) return sign | 0x7e00;
  if (rest >= 0x477ff000) return sign | 0x7c00;
  if (rest < 0x38800000) {
    word[0] = Math.abs(value) * 2 ** 24; // units of the smallest half; exact
    const units = word[0];
    const floor = Math.floor(units);
    const up = units - floor > 0.5 || (units - floor === 0.5 && floor % 2 === 1);
    return sign | (up ? floor + 1 : floor);
  }
  return sign | ((rest - 0x38000000 + 0xfff + ((rest >>> 13) & 1)) >>> 13);
};

/** The bits of a half's value as a float. */
const floatBits = (half: number): number => {
  const exponent = half & 0x7c00;
  if (exponent === 0) {
    word[0] = (half & 0x8000 ? -1 : 1) * (half & 0x3ff) * 2 ** -24;
    return bits[0]!;
  }
  const sign = (half & 0x8000) << 16;
  return sign | (((half & 0x7fff) << 13) + (exponent === 0x7c00 ? 0x70000000 : 0x38000000));
};

const fromHalf = (half: number): number => {
  bits[0] = floatBits(half);
  return word[0]!;
};

/** Halves as floats. */
export const fromHalves = (halves: Uint16Array): Float32Array => {
  const floats = new Int32Array(halves.length);
  for (let i = 0; i < halves.length; i++) floats[i] = floatBits(halves[i]!);
  return new Float32Array(floats.buffer);
};

type Sum = { first: number; stride: number; count: number };

/** The sets of weights that a product adds up: a filter's weights, or a column of a matrix [inputs, outputs]. */
const sumsOf = (length: number, shape: readonly number[]): Sum[] => {
  if (shape.length < 2) return [];
  const [rows, columns] = [shape[0]!, length / shape[0]!];
  return shape.length === 2
    ? Array.from({ length: columns }, (_, first) => ({ first, stride: columns, count: rows }))
    : Array.from({ length: rows }, (_, row) => ({ first: row * columns, stride: 1, count: columns }));
};

/**
 * Weights as bits of halves. Each is rounded to one of its two neighbours, mostly to the nearer one; a few are rounded
 * to the other so that the errors of a sum cancel. Rounding then does not shift outputs, which would accumulate over
 * layers.
 */
export const toHalves = (weights: Float32Array, shape: readonly number[]): Uint16Array => {
  const halves = new Uint16Array(weights.length);
  for (let i = 0; i < weights.length; i++) halves[i] = toHalf(weights[i]!);
  const rounded = fromHalves(halves);
  for (const sum of sumsOf(weights.length, shape)) cancelErrors(weights, halves, rounded, sum);
  return halves;
};

const cancelErrors = (
  weights: Float32Array,
  halves: Uint16Array,
  rounded: Float32Array,
  { first, stride, count }: Sum,
): void => {
  let total = 0;
  for (let k = 0, i = first; k < count; k++, i += stride) total += rounded[i]! - weights[i]!;
  if (total === 0) return;
  const others: { i: number; bits: number; change: number; cost: number }[] = [];
  for (let k = 0, i = first; k < count; k++, i += stride) {
    const error = rounded[i]! - weights[i]!;
    if (error === 0 || error > 0 !== total > 0) continue;
    const bits = halves[i]! + (Math.abs(rounded[i]!) < Math.abs(weights[i]!) ? 1 : -1);
    const change = fromHalf(bits) - rounded[i]!;
    others.push({ i, bits, change, cost: Math.abs(error + change) - Math.abs(error) });
  }
  others.sort((a, b) => a.cost - b.cost || a.i - b.i);
  for (const { i, bits, change } of others) {
    if (Math.abs(total + change) >= Math.abs(total)) continue;
    halves[i] = bits;
    total += change;
  }
};
