// The checksum and the half floats of the model file.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checksum } from '../../src/format/checksum.js';
import { fromHalves, toHalf } from '../../src/format/half.js';
import { toHalves } from '../../src/format/round-halves.js';
import { embeddedHost } from '../../src/kernels/embedded.js';
import { sumStripes } from '../../src/kernels/wasm.js';
import { atOnce } from '../../src/next-task.js';
import { mulberry32, seededFloats } from '../support/seeded.js';

const SEED = Number(process.env.SEED ?? Date.now() % 1e6);

const halvesOf = (weights: Float32Array, shape: readonly number[]): Uint16Array => atOnce(toHalves(weights, shape));

const sums = suite('checksum');

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** XXH32 in big integers, after its specification. */
const reference = (bytes: Uint8Array): number => {
  const [p1, p2, p3, p4, p5] = [2654435761n, 2246822519n, 3266489917n, 668265263n, 374761393n] as const;
  const word = (x: bigint) => BigInt.asUintN(32, x);
  const turn = (x: bigint, by: bigint) => word((x << by) | (x >> (32n - by)));
  const at = (i: number) =>
    BigInt(bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16)) + (BigInt(bytes[i + 3]!) << 24n);
  const lanes = [word(p1 + p2), p2, 0n, word(-p1)];
  let i = 0;
  for (; i + 16 <= bytes.length; i += 16)
    lanes.forEach((lane, n) => (lanes[n] = word(turn(word(lane + at(i + 4 * n) * p2), 13n) * p1)));
  const [a, b, c, d] = lanes as [bigint, bigint, bigint, bigint];
  let hash = bytes.length >= 16 ? word(turn(a, 1n) + turn(b, 7n) + turn(c, 12n) + turn(d, 18n)) : p5;
  hash = word(hash + BigInt(bytes.length));
  for (; i + 4 <= bytes.length; i += 4) hash = word(turn(word(hash + at(i) * p3), 17n) * p4);
  for (; i < bytes.length; i++) hash = word(turn(word(hash + BigInt(bytes[i]!) * p5), 11n) * p1);
  hash = word((hash ^ (hash >> 15n)) * p2);
  hash = word((hash ^ (hash >> 13n)) * p3);
  return Number(hash ^ (hash >> 16n));
};

sums('known sums', () => {
  assert.is(checksum(text('')), 0x02cc5d05);
  assert.is(checksum(text('abc')), 0x32d153ff);
  assert.is(checksum(text('Nobody inspects the spammish repetition')), 0xe2293b2f);
});

sums('agrees with its specification at every length', () => {
  const next = mulberry32(SEED);
  for (let length = 0; length < 100; length++) {
    const bytes = Uint8Array.from({ length }, () => Math.floor(next() * 256));
    assert.is(checksum(bytes), reference(bytes), `${length} bytes, SEED=${SEED}`);
  }
});

sums('of a part of a buffer at any place', () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i * 7);
  for (let shift = 0; shift < 9; shift++)
    assert.is(checksum(bytes.subarray(shift, shift + 50)), checksum(bytes.slice(shift, shift + 50)));
});

sums('by the kernel are those by the script, also of bytes that it takes in several parts', async () => {
  await embeddedHost.choose(false);
  const next = mulberry32(SEED);
  for (const length of [0, 15, 16, 33, 2 ** 15, 2 ** 15 + 16, 100_003]) {
    const bytes = Uint8Array.from({ length: length + 1 }, () => Math.floor(next() * 256)).subarray(1);
    assert.is(checksum(bytes, sumStripes), checksum(bytes), `${length} bytes, SEED=${SEED}`);
  }
  assert.type(sumStripes, 'function');
});

sums.run();

const halves = suite('halves');

/** The value of a half's bits. */
const valueOf = (bits: number): number => {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : (fraction / 1024) * 2 ** -14);
};

const ALL = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
const NUMBERS = [...ALL].filter((bits) => bits <= 0x7c00);

halves('all 65536 become the floats that they mean, and themselves again', () => {
  fromHalves(ALL).forEach((value, bits) => {
    assert.ok(Object.is(value, valueOf(bits)), `${bits}: ${value}`);
    if (!Number.isNaN(value)) assert.is(toHalf(value), bits);
    else assert.ok(Number.isNaN(valueOf(toHalf(value))), String(bits));
  });
});

/** The nearest half of all, ties to the even one; beyond 65504 it counts as 65536 would. */
const nearest = (value: number): number => {
  const size = Math.abs(value);
  let low = 0,
    high = NUMBERS.length - 1;
  const worth = (bits: number) => (bits === 0x7c00 ? 65536 : valueOf(bits));
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (worth(middle) <= size) low = middle;
    else high = middle;
  }
  const [below, above] = [size - worth(low), worth(high) - size];
  const found = below < above || (below === above && low % 2 === 0) ? low : high;
  return found | (value < 0 || Object.is(value, -0) ? 0x8000 : 0);
};

halves(`floats of any size go to the nearest half (SEED=${SEED})`, () => {
  console.log(`halves: SEED=${SEED}`);
  const next = mulberry32(SEED);
  for (let i = 0; i < 50000; i++) {
    const value = Math.fround((next() - 0.5) * 2 ** (next() * 46 - 28));
    assert.is(toHalf(value), nearest(value), String(value));
  }
});

halves('floats between two halves, and next to the middle, go to the nearest', () => {
  for (let bits = 0; bits < 0x7bff; bits += 7) {
    const middle = (valueOf(bits) + valueOf(bits + 1)) / 2;
    for (const value of [middle, Math.fround(middle * (1 + 2 ** -23)), Math.fround(middle * (1 - 2 ** -23))]) {
      for (const signed of [value, -value]) assert.is(toHalf(signed), nearest(signed), String(signed));
    }
  }
  assert.is(toHalf(65519), 0x7bff);
  assert.is(toHalf(65520), 0x7c00);
  assert.is(toHalf(-Infinity), 0xfc00);
});

halves('weights go to a neighbour, and sums of filters stay', () => {
  const [outputs, depth] = [5, 300];
  for (const shape of [
    [outputs, 10, 10, 3],
    [depth, outputs],
  ]) {
    const weights = seededFloats(outputs * depth, 9, -1, 1);
    weights.set([0, -0, 1, 0.5], 7);
    const rounded = fromHalves(halvesOf(weights, shape));
    const errors = new Float64Array(outputs);
    rounded.forEach((value, i) => {
      const own = toHalf(weights[i]!),
        least = Math.abs(valueOf(own) - weights[i]!);
      const isNeighbour =
        value === valueOf(own) || (least > 0 && [own - 1, own + 1].some((bits) => valueOf(bits) === value));
      assert.ok(isNeighbour, `${weights[i]} became ${value}`);
      errors[shape.length === 2 ? i % outputs : Math.floor(i / depth)]! += value - weights[i]!;
    });
    for (const error of errors) assert.ok(Math.abs(error) < 2 ** -11, `a sum moved by ${error}`);
  }
});

/** What `toHalves` computes for one filter: every weight that can cancel is tried, sorted by cost and place. */
const cancelled = (weights: Float32Array): number[] => {
  const bits = Array.from(weights, toHalf);
  const errorOf = (i: number) => valueOf(bits[i]!) - weights[i]!;
  let total = 0;
  for (const i of bits.keys()) total += errorOf(i);
  const others = [...bits.keys()]
    .filter((i) => errorOf(i) * total > 0)
    .map((i) => {
      const other = bits[i]! + (Math.abs(valueOf(bits[i]!)) < Math.abs(weights[i]!) ? 1 : -1);
      const change = valueOf(other) - valueOf(bits[i]!);
      return { i, other, change, cost: Math.abs(errorOf(i) + change) - Math.abs(errorOf(i)) };
    })
    .sort((a, b) => a.cost - b.cost || a.i - b.i);
  for (const { i, other, change } of others) {
    if (Math.abs(total + change) >= Math.abs(total)) continue;
    bits[i] = other;
    total += change;
  }
  return bits;
};

halves('the weights that cancel are those of a full search', () => {
  for (let k = 0; k < 60; k++) {
    const next = mulberry32(SEED + k);
    const weights = Float32Array.from({ length: 1 + Math.floor(next() * 700) }, () => {
      const spread = 2 ** -Math.floor(next() * (k % 5) * 7);
      return (k % 3 ? next() - 0.5 : Math.round(next() * 40) * 2 ** -15 + next() * 2 ** -11) * spread;
    });
    assert.equal([...halvesOf(weights, [1, weights.length, 1, 1])], cancelled(weights), `SEED=${SEED}, case ${k}`);
  }
});

halves('masked weights stay zero', () => {
  const weights = seededFloats(600, 10, -1, 1).map((value, i) => (i % 3 ? 0 : value));
  fromHalves(halvesOf(weights, [2, 300])).forEach((value, i) => assert.ok(i % 3 === 0 || value === 0));
});

halves.run();
