// Warnings about results that nobody wants.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { choosePhotos } from '../../src/calibration/photos.js';
import { photoWarnings, speedWarnings, warningsOf, type Cures } from '../../src/cli/comparison-warnings.js';
import { int8Warnings } from '../../src/cli/int8-warnings.js';

const test = suite('warnings about results');

const cures: Cures = { slower: 'SPEED', larger: 'SIZE', agreement: 'PHOTOS', sizeCounts: true };

/** A result of a network that took 1 ms and had 1,000,000 bytes. */
const result = (milliseconds: number, bytes: number, agreement: number) => ({
  speed: { measured: 1 / milliseconds, times: { before: 1, after: milliseconds } },
  bytes: { before: 1e6, after: bytes },
  likeness: { photos: 100, agreement, scoreDifference: 0.01 },
});

test('a result that is faster, smaller and alike has none', () => {
  assert.equal(warningsOf(result(0.9, 9e5, 0.9), cures), []);
  assert.equal(warningsOf(result(0.9, 1e6, 1), cures), [], 'the same size');
});

test('a slower result, a larger file and a low agreement are each named with figures and the cure', () => {
  assert.equal(warningsOf(result(1.1, 5e5, 1), cures), [
    'the model is slower than the original (1.10 ms a run, 1.00 ms before): SPEED',
  ]);
  assert.equal(warningsOf(result(0.5, 1.1e6, 1), cures), [
    'the file is larger than the original (1.05 MiB, 0.95 MiB before): SIZE',
  ]);
  assert.equal(warningsOf(result(0.5, 5e5, 0.37), cures), [
    'only 37.00 % of the photos keep their best class, and less than 90 % is seldom useful: PHOTOS',
  ]);
  assert.is(warningsOf(result(2, 2e6, 0.5), cures).length, 3);
});

test('fewer than 100 photos to calibrate or to judge have a warning with the cure', () => {
  const photos = (calibration: number, heldOut: number, wanted = 300) =>
    photoWarnings({ calibration, heldOut, unreadable: 0 }, wanted);
  assert.equal([...photos(100, 100), ...photos(300, 1000)], []);
  assert.match(
    photos(80, 20)[0]!,
    /^only 80 photos calibrate and 20 judge the result: .*give a folder with more photos$/,
  );
  assert.match(photos(300, 99)[0]!, /give a folder with more photos$/);
  assert.match(photos(1, 300, 1)[0]!, /^only 1 photo calibrates and 300 judge the result: .*give a larger --photos$/);
});

test('a folder with enough photos has no warning, one with a photo less has', () => {
  for (const calibration of [100, 300]) {
    const warned = (count: number) => {
      const paths = Array.from({ length: count }, (_, i) => `${i}.jpg`);
      const chosen = choosePhotos(paths, { calibration, heldOut: 1000 }, 1);
      const counts = { calibration: chosen.calibration.length, heldOut: chosen.heldOut.length, unreadable: 0 };
      return photoWarnings(counts, calibration).length > 0;
    };
    assert.equal([warned(calibration + 99), warned(calibration + 100)], [true, false]);
  }
});

test('a speed that is missed by more than 7 % has a warning', () => {
  assert.equal(speedWarnings(1.4, 1.33), []);
  assert.equal(speedWarnings(1.2, 1.1), [
    'the model is 1.10 times as fast as the original, not 1.2 times as asked for: ask for more with --speed',
  ]);
});

test('a result that is as fast has a warning unless its smaller file counts', () => {
  const sameSpeed = /^the model is no faster than the original \(1\.0\d ms a run, 1\.00 ms before\): SPEED$/;
  assert.equal(warningsOf(result(1.01, 5e5, 1), cures), []);
  assert.match(warningsOf(result(1.01, 5e5, 1), { ...cures, sizeCounts: false })[0]!, sameSpeed);
  assert.match(warningsOf(result(1.01, 1e6, 1), cures)[0]!, sameSpeed);
});

test('int8 names the options of convert: with layers in float a lower agreement is faster, without them a higher one is closer', () => {
  const kept = { wanted: 0.99, expected: { share: 0.995, error: 0.002 }, layers: ['a'] };
  assert.match(int8Warnings(result(1.1, 5e5, 1), kept)[0]!, /choose a lower --keep-agreement, or use the original$/);
  assert.match(int8Warnings(result(1.1, 5e5, 1), undefined)[0]!, /integers save nothing .* so use the original$/);
  assert.match(
    int8Warnings(result(0.5, 5e5, 0.5), undefined)[0]!,
    /leave layers in float with --keep-agreement 0\.99$/,
  );
  const [first, ...others] = int8Warnings(result(0.5, 5e5, 1), { ...kept, expected: { share: 0.98, error: 0.002 } });
  assert.match(first!, /^no choice of layers that was tried .* at least 99\.00 %: .* the highest, 98\.00 ± 0\.20 %$/);
  assert.equal(others, []);
});

test.run();
