// cumulate, compared with the sum or product of each element's own range.

import { test } from 'uvu';
import type { AttrsOf } from '../../../src/ir/schema.js';
import { cumulate } from '../../../src/ops/scripted/cumulate.js';
import { at, placesOf, refuses, type Dense } from '../../support/cases.js';
import { checkOp } from '../../support/harness.js';

type Attrs = AttrsOf<typeof cumulate.attrs>;

const reference = ([x]: Dense[], { kind, axis, exclusive, reverse }: Attrs): number[] =>
  placesOf(x!.shape).map((place) => {
    const own = place[axis]!;
    const isTaken = (i: number) => (i === own ? !exclusive : i > own === reverse);
    const row = Array.from({ length: x!.shape[axis]! }, (_, i) => at(x!, place.with(axis, i)));
    const taken = row.filter((_, i) => isTaken(i));
    return kind === 'sum' ? taken.reduce((a, b) => a + b, 0) : taken.reduce((a, b) => a * b, 1);
  });

const FLAGS = [0, 1, 2, 3].map((bits) => ({ exclusive: (bits & 1) === 1, reverse: (bits & 2) === 2 }));

checkOp(
  cumulate,
  reference,
  (['sum', 'product'] as const).flatMap((kind) =>
    FLAGS.flatMap((flags) => [
      { attrs: { kind, axis: 0, ...flags }, inputs: [{ shape: [1] }] },
      { attrs: { kind, axis: 0, ...flags }, inputs: [{ shape: [9] }] },
      { attrs: { kind, axis: 1, ...flags }, inputs: [{ shape: [2, 5, 3] }] },
      { attrs: { kind, axis: 2, ...flags }, inputs: [{ shape: [3, 2, 4], type: 'int64' as const, low: -3, high: 4 }] },
    ]),
  ),
);

const attrs = { kind: 'sum', axis: 0, exclusive: false, reverse: false } as const;

refuses({
  'an axis beyond the rank': () => cumulate.shape([{ name: 'x', shape: [2], type: 'float32' }], { ...attrs, axis: 1 }),
  'truth values': () => cumulate.type([{ name: 'x', shape: [2], type: 'bool' }], attrs),
});

test.run();
