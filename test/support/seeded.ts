// The random numbers of the fixtures: mulberry32, as in test/fixtures/seeded.py.

/** A generator of numbers from 0 (included) to 1. */
export const mulberry32 = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** `count` floats from `low` to `high`, the same as in the fixtures for the same seed. */
export const seededFloats = (count: number, seed: number, low: number, high: number): Float32Array => {
  const next = mulberry32(seed);
  return Float32Array.from({ length: count }, () => low + next() * (high - low));
};
