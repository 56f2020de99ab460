// clip, compared with Math.min and Math.max.

import { test } from 'uvu';
import { clip } from '../../src/ops/clip.js';
import { refuses } from '../support/cases.js';
import { checkOp } from '../support/harness.js';

const SHAPES = [[], [1], [3], [4], [5], [16], [67], [2, 3, 4, 5]];
const BOUNDS = [
  { low: 0, high: Infinity },
  { low: 0, high: 6 },
  { low: -Infinity, high: 0.5 },
  { low: -1, high: 1 },
  { low: 2, high: -2 },
  { low: -Infinity, high: Infinity },
];

checkOp(
  clip,
  ([x], { low, high }) => Array.from(x!.data, (value) => Math.min(Math.max(value, low), high)),
  SHAPES.flatMap((shape) => BOUNDS.map((attrs) => ({ attrs, inputs: [{ shape, low: -9, high: 9 }] }))),
);

const shapeOf = (low: number, high: number) => clip.shape([{ name: 'x', shape: [3], type: 'float32' }], { low, high });

refuses({
  'a lower bound that is no number': () => shapeOf(NaN, 1),
  'an upper bound that is no number': () => shapeOf(0, NaN),
  integers: () => clip.type([{ name: 'x', shape: [3], type: 'int32' }], { low: 0, high: 1 }),
});

test.run();
