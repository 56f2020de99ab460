// How alike the scores of two networks are.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { expectedAgreement } from '../../src/calibration/expected-agreement.js';
import { agreementOf, compareScores, largestChanges } from '../../src/calibration/likeness.js';
import { seededFloats } from '../support/seeded.js';

const before = [
  [0.5, 0.25, 0.25],
  [0.125, 0.75, 0.125],
  [0.25, 0.25, 0.5],
  [1, 0, 0],
].map((scores) => Float32Array.from(scores));
const after = [
  [0.25, 0.5, 0.25],
  [0.125, 0.75, 0.125],
  [0.125, 0.25, 0.625],
  [0.5, 0.5, 0],
].map((scores) => Float32Array.from(scores));

test('photos agree if their best class is the same, of equal scores the first', () => {
  assert.is(agreementOf(before, after), 0.75);
  const { photos, scoreDifference, accuracy } = compareScores(before, after, [0, 1, undefined, 1]);
  assert.is(photos, 4);
  assert.ok(Math.abs(scoreDifference - (0.5 + 0.25 + 1) / 3 / 4) < 1e-9);
  assert.equal(accuracy, { photos: 3, before: 2 / 3, after: 1 / 3 });
  assert.not.ok(
    'accuracy' in
      compareScores(
        before,
        after,
        before.map(() => undefined),
      ),
  );
});

test('photos are in the order of the largest change of a score, and those without any are left out', () => {
  const changes = largestChanges(before, after, 9);
  assert.equal(
    changes.map(({ photo, difference }) => [photo, difference]),
    [
      [3, 0.5],
      [0, 0.25],
      [2, 0.125],
    ],
  );
  assert.equal(changes[1]!.before[0], { index: 0, score: 0.5 });
  assert.equal(
    changes[1]!.after.map(({ index }) => index),
    [1, 0, 2],
  );
  assert.is(largestChanges(before, after, 2).length, 2);
});

test('the expected agreement is that of many photos, from a few of them', () => {
  const noise = (seed: number, count: number): number[] => {
    const terms = Array.from({ length: 12 }, (_, i) => seededFloats(count, seed * 12 + i, -0.5, 0.5));
    return Array.from({ length: count }, (_, i) => terms.reduce((sum, own) => sum + own[i]!, 0));
  };
  const scores = (lead: number) =>
    Float32Array.of(0.5 * Math.exp(Math.min(lead, 0)), 0.5 * Math.exp(Math.min(-lead, 0)));
  const [leads, changes] = [seededFloats(20000, 1, -4, 4), noise(2, 20000).map((change) => change * 0.1)];
  const [exact, changed] = [[...leads].map(scores), [...leads].map((lead, i) => scores(lead + changes[i]!))];
  const counted = agreementOf(exact, changed);
  assert.ok(counted > 0.97 && counted < 0.99, `${counted}`);
  const { share: expected, error } = expectedAgreement(exact, changed);
  assert.ok(error < 0.002 && Math.abs(expected - counted) < 0.002, `${expected} ${counted}`);
  const few = expectedAgreement(exact.slice(0, 400), changed.slice(0, 400));
  assert.ok(Math.abs(few.share - counted) < 2 * few.error, `${few.share} ${counted}`);
  assert.ok(few.error > 5 * error && few.error < 9 * error, 'a fiftieth of the photos has 7 times the error');
  assert.equal(expectedAgreement(exact, exact), { share: 1, error: 0 });
});

test('scores that are not numbers, or a single one, give no agreement', () => {
  const broken = after.map((scores, photo) => (photo ? scores : Float32Array.of(NaN, 0.5, 0.25)));
  assert.ok(Number.isNaN(expectedAgreement(before, broken).share));
  assert.ok(Number.isNaN(expectedAgreement([Float32Array.of(0.5)], [Float32Array.of(0.25)]).share));
});

test.run();
