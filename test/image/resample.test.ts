// Resizing, compared with Pillow bit by bit.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ImageError } from '../../src/errors.js';
import type { Pixels } from '../../src/image/pixels.js';
import type { Filter } from '../../src/image/preprocess-spec.js';
import { resizePixels, type Resizing } from '../../src/image/resample.js';
import { pictureKernels } from '../../src/kernels/pictures.js';
import { kernels } from '../support/picture-kernels.js';
import { errorOf, hashOf, noise, noisePixels, recorded, withChannels } from '../support/pictures.js';
import { resized, rgbOf, wholeOf } from '../support/resized.js';
import { mulberry32 } from '../support/seeded.js';
import { twinsOf } from '../support/twins.js';

const test = suite('resizePixels');

const FILTERS: Filter[] = ['bilinear', 'bicubic'];

for (const filter of FILTERS) {
  for (const { from, to, ...hashes } of recorded.noise) {
    test(`${filter} ${from.join('x')} to ${to.join('x')} has the bytes of Pillow`, () => {
      const pixels = noisePixels(...from);
      assert.is(hashOf(resizePixels(kernels, pixels, wholeOf(...to, filter))), hashes[filter]);
      assert.is(hashOf(resizePixels(kernels, withChannels(pixels, 4), wholeOf(...to, filter))), hashes[filter], 'RGBA');
    });
  }
}

test('a window has the bytes of that part of the whole', () => {
  const sizes = [
    [40, 30],
    [40, 90],
    [17, 30],
    [23, 11],
    [90, 11],
    [91, 77],
    [40, 11],
  ] as const;
  const source = noisePixels(40, 30);
  for (const [width, height] of sizes) {
    for (const filter of FILTERS) {
      const window = { left: 3, top: 2, width: width - 7, height: height - 5 };
      const how = { width, height, filter, window };
      const whole = resizePixels(kernels, source, wholeOf(width, height, filter));
      const crop = resizePixels(kernels, whole, how);
      assert.equal(rgbOf(resizePixels(kernels, source, how)), rgbOf(crop), `${width}x${height} ${filter}`);
    }
  }
});

test('a picture of one colour keeps it', () => {
  for (const filter of FILTERS) {
    for (const [width, height] of [
      [1, 1],
      [13, 90],
      [200, 3],
      [64, 48],
    ] as const) {
      const source = { data: new Uint8Array(64 * 48 * 3).fill(201), width: 64, height: 48, channels: 3 as const };
      const data = rgbOf(resizePixels(kernels, source, wholeOf(width, height, filter)));
      assert.ok(
        data.every((value) => value === 201),
        `${width}x${height}`,
      );
    }
  }
});

test('an unchanged size gives a copy', () => {
  const source = noisePixels(9, 8);
  const copy = resizePixels(kernels, source, wholeOf(9, 8, 'bicubic'));
  assert.equal(rgbOf(copy), source.data);
  const wide = withChannels(source, 4);
  assert.is.not(resizePixels(kernels, wide, wholeOf(9, 8, 'bicubic')).data.buffer, wide.data.buffer);
});

test('takes a Uint8ClampedArray and a view into a larger buffer', () => {
  const data = noise(6, 5);
  const larger = new Uint8ClampedArray(data.length + 7);
  larger.set(data, 7);
  const how = wholeOf(4, 9, 'bilinear');
  const expected = rgbOf(resizePixels(kernels, { data, width: 6, height: 5, channels: 3 }, how));
  assert.equal(
    rgbOf(resizePixels(kernels, { data: larger.subarray(7), width: 6, height: 5, channels: 3 }, how)),
    expected,
  );
});

test('a window of a result too long for memory is computed', () => {
  const window = { left: 2_000_000, top: 100, width: 5, height: 6 };
  const part = resizePixels(kernels, noisePixels(20000, 1), {
    ...wholeOf(5_120_000, 256, 'bilinear'),
    window,
  });
  assert.is(part.data.length, 5 * 6 * 4);
});

test('rejects malformed pixels', async () => {
  const data = new Uint8Array(12);
  const cases = [
    [{ data, width: 0, height: 2, channels: 3 }, /0x2 pixels/],
    [{ data, width: 2, height: -2, channels: 3 }, /2x-2 pixels/],
    [{ data, width: 1.5, height: 2, channels: 3 }, /1.5x2 pixels/],
    [{ data, width: Number.NaN, height: 2, channels: 3 }, /NaNx2/],
    [{ data, width: 2, height: 2, channels: 4 }, /12 bytes; .* 16 bytes/],
    [{ data, width: 2, height: 2, channels: 2 }, /2 channels/],
    [{ data: [...data], width: 2, height: 2, channels: 3 }, /Uint8Array/],
    [{ data, width: 2_000_000, height: 1, channels: 3 }, /at most 1000000 a side/],
  ] as const;
  for (const [pixels, message] of cases) {
    const error = await errorOf(() => resizePixels(kernels, pixels as never, wholeOf(2, 2, 'bilinear')));
    assert.instance(error, ImageError);
    assert.match(error.message, message);
  }
});

test('rejects sizes and windows that do not fit', async () => {
  const whole = { left: 0, top: 0, width: 2, height: 2 };
  const cases = [
    [0, 2, whole],
    [2, 2.5, whole],
    [2, 2, { ...whole, left: 1 }],
    [2, 2, { ...whole, top: -1 }],
    [2, 2, { ...whole, width: 0 }],
    [2, 2, { ...whole, height: Number.NaN }],
    [1e6, 1e6, { ...whole, width: 1e6, height: 1e6 }],
  ] as const;
  for (const [width, height, window] of cases) {
    const error = await errorOf(() =>
      resizePixels(kernels, noisePixels(3, 3), { width, height, filter: 'bilinear', window }),
    );
    assert.instance(error, ImageError);
  }
});

const SEED = Number(process.env['SEED'] ?? Date.now() % 1e6);

/** A random picture, and what to make of it: often a line or a single pixel, often with lines of 0 and 255. */
const randomCase = (next: () => number): { pixels: Pixels; how: Resizing } => {
  const upTo = (most: number): number => 1 + Math.floor(next() ** 3 * most);
  const [from, to] = [
    { width: upTo(90), height: upTo(180) },
    { width: upTo(60), height: upTo(60) },
  ];
  const channels = next() < 0.5 ? 3 : 4;
  const extreme = next();
  const data = Uint8Array.from({ length: from.width * from.height * channels }, () =>
    next() < extreme ? 255 * Math.round(next()) : Math.floor(next() * 256),
  );
  const [left, top] = [Math.floor(next() * to.width), Math.floor(next() * to.height)];
  const window = { left, top, width: upTo(to.width - left), height: upTo(to.height - top) };
  const keeps = next();
  if (keeps < 0.1) to.width = Math.max(from.width, left + window.width);
  else if (keeps < 0.2) to.height = Math.max(from.height, top + window.height);
  return { pixels: { ...from, channels, data }, how: { ...to, filter: FILTERS[Math.round(next())]!, window } };
};

test(`random pictures and windows have the bytes of the definition, also without SIMD (SEED=${SEED})`, async () => {
  const twins = await Promise.all(twinsOf('simd').map((twin) => pictureKernels(...twin)));
  const next = mulberry32(SEED);
  for (let i = 0; i < 300; i++) {
    const { pixels, how } = randomCase(next);
    const expected = rgbOf(resized(pixels, how));
    const what = `SEED=${SEED}, case ${i}: ${pixels.width}x${pixels.height}x${pixels.channels} to ${JSON.stringify(how)}`;
    for (const own of [kernels, ...twins]) {
      const found = rgbOf(resizePixels(own, pixels, how));
      assert.ok(Buffer.compare(found, expected) === 0, what);
    }
  }
});

test('the kernels keep a few rows of a large photo in memory, and none of another photo', () => {
  const large = { data: new Uint8Array(6000 * 4000 * 4).fill(255), width: 6000, height: 4000, channels: 4 as const };
  resizePixels(kernels, large, wholeOf(224, 224, 'bicubic'));
  assert.ok(kernels.memory.buffer.byteLength < 2 ** 20);
  const small = { data: new Uint8Array(7 * 5 * 3), width: 7, height: 5, channels: 3 as const };
  assert.ok(rgbOf(resizePixels(kernels, small, wholeOf(3, 3, 'bicubic'))).every((value) => value === 0));
});

test.run();
