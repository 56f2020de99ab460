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

/** The value of the bits of a half. */
export const fromHalf = (half: number): number => {
  bits[0] = floatBits(half);
  return word[0]!;
};

type FloatArray = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => ArrayLike<number>;

/** Halves as floats. */
export const fromHalves = (halves: Uint16Array): Float32Array => {
  const { Float16Array: Halves } = globalThis as { Float16Array?: FloatArray }; // Chrome 135, Firefox 129, Safari 18.2
  if (Halves) return new Float32Array(new Halves(halves.buffer, halves.byteOffset, halves.length));
  const floats = new Int32Array(halves.length);
  for (let i = 0; i < halves.length; i++) floats[i] = floatBits(halves[i]!);
  return new Float32Array(floats.buffer);
};
