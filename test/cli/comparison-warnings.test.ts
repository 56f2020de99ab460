// Warnings about results that nobody wants.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
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

test('fewer than 100 photos to calibrate or to judge have a warning', () => {
  const photos = (calibration: number, heldOut: number) => photoWarnings({ calibration, heldOut, unreadable: 0 });
  assert.equal(photos(100, 100), []);
  assert.match(photos(1, 100)[0]!, /^1 photo to calibrate and 100 to judge the result are few: .*200 or more/);
  assert.is(photos(300, 99).length, 1);
});

test('a speed that is missed by more than 2 % has a warning', () => {
  assert.equal(speedWarnings(1.5, 1.48), []);
  assert.match(speedWarnings(1.2, 1.1)[0]!, /^the model is 1\.10 times as fast as the original, not 1\.2 times/);
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
  assert.match(int8Warnings(result(1.1, 5e5, 1), undefined)[0]!, /small networks .* so use the original$/);
  assert.match(
    int8Warnings(result(0.5, 5e5, 0.5), undefined)[0]!,
    /leave layers in float with --keep-agreement 0\.99$/,
  );
  const [first, ...others] = int8Warnings(result(0.5, 5e5, 1), { ...kept, expected: { share: 0.98, error: 0.002 } });
  assert.match(first!, /^no choice of layers that was tried .* at least 99\.00 %: .* the highest, 98\.00 ± 0\.20 %$/);
  assert.equal(others, []);
});

test.run();
