// reshape: its shape, and its permuted forms.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reshape } from '../../src/ops/reshape.js';
import { sizeOf } from '../../src/ir/tensor.js';
import { randomIntegers, refuses } from '../support/cases.js';
import { valueOf } from '../support/graph-runner.js';
import { randomPerm, transposed } from '../support/permutations.js';
import { rewritesOf } from '../../src/converter/rewrites/index.js';

const shapeOf = (from: readonly number[], shape: readonly number[]) => reshape.shape([valueOf('x', from)], { shape });

test('gives the shape, 0 for the size of the input there, -1 for the rest', () => {
  assert.equal(shapeOf([2, 3, 4], [6, 4]), [6, 4]);
  assert.equal(shapeOf([2, 3, 4], [0, -1]), [2, 12]);
  assert.equal(shapeOf([2, 3, 4], [-1, 0]), [8, 3]);
  assert.equal(shapeOf([2, 3, 4], [0, 0, 2, -1]), [2, 3, 2, 2]);
  assert.equal(shapeOf([2, 3, 4], [24, -1]), [24, 1]);
  assert.equal(shapeOf([1], []), []);
  assert.equal(shapeOf([], [1, -1]), [1, 1]);
});

test('is another view of its input', () => assert.is(reshape.alias, true));

refuses({
  'another number of elements': () => shapeOf([2, 3], [7]),
  'a rest that is no integer': () => shapeOf([2, 3], [4, -1]),
  'a rest of nothing': () => shapeOf([2, 3], [12, -1]),
  'two rests': () => shapeOf([2, 3], [-1, -1]),
  'a size of -2': () => shapeOf([2, 3], [-2, -3]),
  'a 0 past the axes of the input': () => shapeOf([2, 3], [6, 1, 0]),
  'a fraction': () => shapeOf([2, 3], [1.5, 4]),
  NaN: () => shapeOf([2, 3], [NaN, 6]),
  'an infinite size': () => shapeOf([2, 3], [Infinity, -1]),
  nothing: () => shapeOf([2, 3], []),
});

/** A random product of sizes as another list of sizes, with some axes of size 1. */
const regroup = (random: (least: number, most: number) => number, shape: readonly number[]): number[] => {
  const primes = shape.flatMap((size) =>
    size === 6 ? (random(0, 1) ? [2, 3] : [3, 2]) : size === 4 ? [2, 2] : [size],
  );
  const sizes: number[] = [];
  for (const prime of primes) {
    if (sizes.length && random(0, 2) === 0) sizes[sizes.length - 1]! *= prime;
    else sizes.push(prime);
    if (random(0, 7) === 0) sizes.splice(random(0, sizes.length), 0, 1);
  }
  return sizes;
};

const store = (
  random: (least: number, most: number) => number,
  from: readonly number[],
  to: readonly number[],
): number[] => {
  const open = random(0, 1) ? random(0, to.length) : -1;
  return to.map((size, axis) => (axis === open ? -1 : size === from[axis] && random(0, 1) ? 0 : size));
};

test('the permuted form equals the original', () => {
  const random = randomIntegers('reshape');
  let forms = 0;
  for (let i = 0; i < 3000; i++) {
    const shape = Array.from({ length: random(1, 5) }, () => [1, 2, 3, 4, 5, 6][random(0, 5)]!);
    const perm = randomPerm(random, shape.length);
    const x = { shape, data: Float32Array.from({ length: sizeOf(shape) }, (_, index) => index) };
    const moved = transposed(x, perm);
    const attrs = { shape: store(random, moved.shape, regroup(random, moved.shape)) };
    const to = shapeOf(moved.shape, attrs.shape);
    const form = rewritesOf(reshape).permute!([valueOf('x', moved.shape)], attrs, perm);
    if (!form) continue;
    forms++;
    const inner = shapeOf(shape, form.attrs.shape as number[]);
    const found = transposed({ shape: inner, data: x.data }, form.perm);
    const what = `${shape} by ${perm} to ${attrs.shape}: ${String(form.attrs.shape)} by ${form.perm}`;
    assert.equal(
      [...form.perm].sort((a, b) => a - b),
      to.map((_, axis) => axis),
      what,
    );
    assert.equal(found.shape, [...to], what);
    assert.equal(found.data, moved.data, what);
  }
  assert.ok(forms > 300, `${forms} forms`);
});

test('has forms where parts move as wholes', () => {
  const permute = (from: number[], to: number[], perm: number[]) =>
    rewritesOf(reshape).permute!([valueOf('x', from)], { shape: to }, perm);
  assert.equal(permute([2, 8, 5, 7], [2, 2, 4, 5, 7], [0, 3, 1, 2]), {
    attrs: { shape: [0, 5, 7, 2, 4] },
    perm: [0, 3, 4, 1, 2],
  });
  assert.equal(permute([2, 8, 1, 1], [2, 8], [0, 3, 1, 2]), { attrs: { shape: [0, 8] }, perm: [0, 1] });
  assert.is(permute([2, 8, 5, 7], [2, 8 * 35], [0, 3, 1, 2]), undefined);
});

test.run();
