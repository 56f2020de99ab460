// pad in all modes, compared with a walk across the border.

import { test } from 'uvu';
import type { AttrsOf } from '../../src/ir/schema.js';
import { pad } from '../../src/ops/pad.js';
import { at, isInside, placesOf, randomIntegers, refuses, type Dense } from '../support/cases.js';
import { checkOp } from '../support/harness.js';

type Attrs = AttrsOf<typeof pad.attrs>;

/** Walks from inside to a place outside one step at a time. */
const walk = (place: number, first: number, end: number, mode: Attrs['mode']): number => {
  let [index, direction] = [first, 1];
  for (let at = first; at !== place; at += Math.sign(place - first)) {
    const next = index + direction * Math.sign(place - first);
    if (next >= first && next < end) index = next;
    else if (mode === 'wrap') index = next < first ? end - 1 : first;
    else if (mode === 'reflect' && end - first > 1) {
      direction = -direction;
      index += direction * Math.sign(place - first);
    }
  }
  return index;
};

const reference = ([x]: Dense[], { mode, pads, value }: Attrs, shape: readonly number[]): number[] => {
  const rank = shape.length;
  return placesOf(shape).map((place) => {
    const from = place.map((index, axis) => index - pads[axis]!);
    if (mode === 'constant') return isInside(x!.shape, from) ? at(x!, from) : value;
    return at(
      x!,
      from.map((index, axis) => {
        const first = Math.max(0, -pads[axis]!);
        return walk(index, first, x!.shape[axis]! - Math.max(0, -pads[axis + rank]!), mode);
      }),
    );
  });
};

const MODES = pad.attrs.mode;

const GEOMETRIES: { shape: number[]; pads: number[] }[] = [
  { shape: [], pads: [] },
  { shape: [5], pads: [0, 0] },
  ...[1, 3, 4, 5, 16, 67].flatMap((size) => [
    { shape: [size], pads: [2, 3] },
    { shape: [3, size], pads: [1, 0, 2, 0] },
    { shape: [3, size], pads: [0, 1, 0, 1] },
  ]),
  { shape: [2, 6, 7, 3], pads: [0, 1, 2, 0, 0, 3, 1, 0] },
  { shape: [2, 3, 6, 7], pads: [0, 0, 1, 2, 0, 0, 3, 1] },
  { shape: [1, 6, 7, 8], pads: [0, -1, 2, 0, 0, 3, -2, 0] },
  { shape: [6, 5], pads: [-2, 1, -1, -3] },
  { shape: [4], pads: [11, 13] },
  { shape: [5], pads: [-3, 9] },
  { shape: [2, 1, 3, 2, 2, 2], pads: [1, 0, 0, 1, 0, 2, 0, 1, 1, 0, 2, 0] },
];

checkOp(
  pad,
  reference,
  GEOMETRIES.flatMap(({ shape, pads }) =>
    MODES.map((mode) => ({ attrs: { mode, pads, value: -1.5 }, inputs: [{ shape }] })),
  ),
);

checkOp(pad, reference, [
  { attrs: { mode: 'constant', pads: [-4, 6], value: 2 }, inputs: [{ shape: [3] }] },
  { attrs: { mode: 'constant', pads: [1, 2], value: 7 }, inputs: [{ shape: [2], type: 'int32', data: [4, -5] }] },
  { attrs: { mode: 'constant', pads: [0, 0, 30, 40], value: 0 }, inputs: [{ shape: [20, 40] }] },
]);

const random = randomIntegers('pad');

checkOp(
  pad,
  reference,
  Array.from({ length: 60 }, () => {
    const shape = Array.from({ length: random(1, 5) }, () => random(2, 5));
    const before = shape.map(() => random(-1, 3));
    const after = shape.map((size, axis) => random(Math.max(1 - size - Math.min(0, before[axis]!), -2), 3));
    return { attrs: { mode: MODES[random(0, 3)]!, pads: [...before, ...after], value: 1 }, inputs: [{ shape }] };
  }),
);

const shapeOf = (pads: number[], mode = 'constant', value = 0) =>
  pad.shape([{ name: 'x', shape: [4, 5], type: 'float32' }], { pads, mode, value } as Attrs);

refuses({
  'too few pads': () => shapeOf([1, 1]),
  'pads that leave nothing': () => shapeOf([-2, 0, -2, 0]),
  'edges of nothing': () => shapeOf([-4, 0, 6, 0], 'edge'),
  'a result that is too large': () => shapeOf([2 ** 20, 2 ** 20, 0, 0]),
  'an axis that is too long': () => shapeOf([2 ** 26, 0, 0, 0]),
  'pads beyond 32 bits': () => shapeOf([2 ** 33, 0, 0, 0]),
  'a fraction': () => shapeOf([0.5, 0, 0, 0]),
  'pads that are no number': () => shapeOf([NaN, 0, 0, 0]),
  'a value that is no number': () => shapeOf([1, 0, 0, 0], 'constant', NaN),
  'a mode that does not exist': () => shapeOf([1, 0, 0, 0], 'symmetric'),
});

test.run();
