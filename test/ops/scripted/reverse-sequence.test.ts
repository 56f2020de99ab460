// reverseSequence, compared with reversed lists.

import { test } from 'uvu';
import { reverseSequence } from '../../../src/ops/scripted/reverse-sequence.js';
import { at, placesOf, refuses, type Dense } from '../../support/cases.js';
import { checkOp } from '../../support/harness.js';

checkOp(
  reverseSequence,
  ([x, lengths]: Dense[], { batch, time }) =>
    placesOf(x!.shape).map((place) => {
      const line = Array.from({ length: x!.shape[time]! }, (_, t) => at(x!, place.with(time, t)));
      const length = Math.max(0, at(lengths!, [place[batch]!]));
      return [...line.slice(0, length).reverse(), ...line.slice(length)][place[time]!]!;
    }),
  [
    { attrs: { batch: 1, time: 0 }, inputs: [{ shape: [4, 3] }, { shape: [3], type: 'int64', data: [1, 4, 2] }] },
    { attrs: { batch: 0, time: 1 }, inputs: [{ shape: [2, 5, 3] }, { shape: [2], type: 'int64', data: [0, 5] }] },
    {
      attrs: { batch: 2, time: 0 },
      inputs: [
        { shape: [3, 2, 2], type: 'int64', high: 50 },
        { shape: [2], type: 'int32', data: [2, 3] },
      ],
    },
    {
      attrs: { batch: 0, time: 1 },
      inputs: [{ shape: [2, 3] }, { shape: [2], type: 'int64', data: [2 ** 31 - 1, -(2 ** 31)] }],
    },
  ],
);

const value = (shape: number[], type: 'float32' | 'int64' = 'float32') => ({ name: 'x', shape, type });

refuses({
  'one axis for samples and time': () =>
    reverseSequence.shape([value([2, 2]), value([2], 'int64')], { batch: 0, time: 0 }),
  'other lengths': () => reverseSequence.shape([value([2, 3]), value([3], 'int64')], { batch: 0, time: 1 }),
  'lengths that are floats': () => reverseSequence.type([value([2, 3]), value([2])], { batch: 0, time: 1 }),
});

test.run();
