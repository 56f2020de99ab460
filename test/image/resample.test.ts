// Resizing, compared with Pillow bit by bit.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ImageError } from '../../src/errors.js';
import type { Filter } from '../../src/image/preprocess-spec.js';
import { resizePixels } from '../../src/image/resample.js';
import { errorOf, hashOf, noise, noisePixels, recorded, withChannels } from '../support/pictures.js';

const test = suite('resizePixels');

const FILTERS: Filter[] = ['bilinear', 'bicubic'];

for (const filter of FILTERS) {
  for (const { from, to, ...hashes } of recorded.noise) {
    test(`${filter} ${from.join('x')} to ${to.join('x')} has the bytes of Pillow`, () => {
      const pixels = noisePixels(...from);
      assert.is(hashOf(resizePixels(pixels, ...to, filter)), hashes[filter]);
      assert.is(hashOf(resizePixels(withChannels(pixels, 4), ...to, filter)), hashes[filter], 'RGBA');
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
      const whole = resizePixels(source, width, height, filter);
      const crop = resizePixels(whole, width, height, filter, window);
      assert.equal(resizePixels(source, width, height, filter, window), crop, `${width}x${height} ${filter}`);
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
      const { data } = resizePixels(source, width, height, filter);
      assert.ok(
        data.every((value) => value === 201),
        `${width}x${height}`,
      );
    }
  }
});

test('an unchanged size gives a copy', () => {
  const source = noisePixels(9, 8);
  const copy = resizePixels(source, 9, 8, 'bicubic');
  assert.equal(copy.data, source.data);
  assert.is.not(copy.data, source.data);
});

test('takes a Uint8ClampedArray and a view into a larger buffer', () => {
  const data = noise(6, 5);
  const larger = new Uint8ClampedArray(data.length + 7);
  larger.set(data, 7);
  const expected = resizePixels({ data, width: 6, height: 5, channels: 3 }, 4, 9, 'bilinear');
  assert.equal(
    resizePixels({ data: larger.subarray(7), width: 6, height: 5, channels: 3 }, 4, 9, 'bilinear'),
    expected,
  );
});

test('a window of a result too long for memory is computed', () => {
  const window = { left: 2_000_000, top: 100, width: 5, height: 6 };
  const part = resizePixels(noisePixels(20000, 1), 5_120_000, 256, 'bilinear', window);
  assert.is(part.data.length, 5 * 6 * 3);
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
    const error = await errorOf(() => resizePixels(pixels as never, 2, 2, 'bilinear'));
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
    const error = await errorOf(() => resizePixels(noisePixels(3, 3), width, height, 'bilinear', window));
    assert.instance(error, ImageError);
  }
});

test.run();
