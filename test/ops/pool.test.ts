// Pooling, compared with a loop over every window.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AttrsOf } from '../../src/ir/schema.js';
import { sizeOf } from '../../src/ir/tensor.js';
import { pool } from '../../src/ops/pool.js';
import { at, isInside, placesOf, randomIntegers, refuses, type Dense } from '../support/cases.js';
import { checkOp } from '../support/harness.js';

type Attrs = AttrsOf<typeof pool.attrs>;

const reference = ([x]: Dense[], attrs: Attrs, shape: readonly number[]): number[] => {
  const { kind, kernel, strides, dilations, pads, countPads, p } = attrs;
  const rank = kernel.length;
  return placesOf(shape).map((place) => {
    const values: number[] = [];
    let counted = 0;
    for (const tap of placesOf(kernel)) {
      const spot = tap.map((k, axis) => place[axis + 1]! * strides[axis]! + k * dilations[axis]! - pads[axis]!);
      if (spot.every((i, axis) => i < x!.shape[axis + 1]! + pads[rank + axis]!)) counted++;
      const full = [place[0]!, ...spot, place.at(-1)!];
      if (isInside(x!.shape, full)) values.push(at(x!, full));
    }
    const sum = values.reduce((a, b) => a + b, 0);
    if (kind === 'max') return Math.max(...values);
    if (kind === 'average') return sum / (countPads ? counted : values.length);
    return values.reduce((a, b) => a + Math.abs(b) ** p, 0) ** (1 / p);
  });
};

const defaults = (rank: number): Attrs => ({
  kind: 'max',
  kernel: new Array<number>(rank).fill(3),
  strides: new Array<number>(rank).fill(2),
  dilations: new Array<number>(rank).fill(1),
  pads: new Array<number>(2 * rank).fill(1),
  ceil: false,
  countPads: false,
  p: 2,
});

const KINDS: Partial<Attrs>[] = [
  { kind: 'max' },
  { kind: 'average' },
  { kind: 'average', countPads: true },
  { kind: 'lp' },
  { kind: 'lp', p: 1 },
  { kind: 'lp', p: 3 },
];

const GEOMETRIES: { shape: number[]; attrs: Partial<Attrs> }[] = [
  ...[1, 3, 4, 5, 16, 67].map((channels) => ({ shape: [2, 7, 8, channels], attrs: {} })),
  { shape: [1, 8, 7, 5], attrs: { kernel: [2, 2], pads: [0, 0, 0, 0] } },
  { shape: [1, 8, 7, 5], attrs: { kernel: [2, 2], pads: [0, 0, 0, 0], ceil: true } },
  { shape: [1, 8, 6, 5], attrs: { ceil: true } },
  { shape: [1, 6, 6, 4], attrs: { kernel: [3, 2], strides: [3, 2], pads: [0, 1, 2, 0], ceil: true } },
  { shape: [1, 9, 9, 3], attrs: { kernel: [5, 1], strides: [1, 3], pads: [2, 0, 1, 0] } },
  { shape: [1, 9, 10, 4], attrs: { dilations: [2, 3], strides: [1, 1], pads: [1, 2, 2, 1] } },
  { shape: [1, 5, 5, 4], attrs: { kernel: [5, 5], strides: [1, 1], pads: [0, 0, 0, 0] } },
  { shape: [2, 11, 6], attrs: { kernel: [4], strides: [3], dilations: [2], pads: [1, 2], ceil: true } },
  { shape: [1, 2, 5], attrs: { kernel: [3], strides: [2], dilations: [1], pads: [0, 0], ceil: true } },
  { shape: [2, 5, 6, 7, 3], attrs: defaults(3) },
  {
    shape: [2, 5, 6, 7, 5],
    attrs: { ...defaults(3), kernel: [2, 3, 1], strides: [2, 1, 3], pads: [0, 1, 0, 1, 2, 0], ceil: true },
  },
];

checkOp(
  pool,
  reference,
  GEOMETRIES.flatMap(({ shape, attrs }) =>
    KINDS.map((kind) => ({ attrs: { ...defaults(2), ...attrs, ...kind }, inputs: [{ shape }] })),
  ),
);

const random = randomIntegers('pool');

const randomCase = () => {
  const rank = random(1, 3);
  const list = (count: number, most: () => number, least = 1) =>
    Array.from({ length: count }, () => random(least, most()));
  const kernel = list(rank, () => 3);
  const attrs: Attrs = {
    ...defaults(rank),
    ...KINDS[random(0, KINDS.length - 1)]!,
    kernel,
    strides: list(rank, () => 3),
    dilations: list(rank, () => 2),
    pads: [...kernel, ...kernel].map((size) => random(0, size - 1)),
    ceil: random(0, 1) === 1,
  };
  return { attrs, inputs: [{ shape: [random(1, 2), ...list(rank, () => 8, 5), random(1, 20)] }] };
};

checkOp(pool, reference, Array.from({ length: 40 }, randomCase));

const LARGE = [
  { shape: [2, 13, 13, 19], kernel: [5, 5], strides: [1, 1], dilations: [1, 1], pads: [2, 2, 2, 2] },
  { shape: [1, 13, 13, 17], kernel: [13, 13], strides: [1, 1], dilations: [1, 1], pads: [6, 6, 6, 6] },
  { shape: [1, 12, 17, 35], kernel: [7, 4], strides: [2, 1], dilations: [1, 3], pads: [3, 1, 2, 0], ceil: true },
  { shape: [1, 9, 11, 3], kernel: [9, 3], strides: [1, 1], dilations: [1, 1], pads: [8, 1, 8, 1] },
  { shape: [1, 6, 5, 7, 18], kernel: [3, 4, 5], strides: [1, 1, 1], dilations: [1, 1, 1], pads: [1, 2, 3, 0, 1, 2] },
];

const randomLarge = () => {
  const rank = random(2, 3);
  const list = (count: number, least: number, most: number) => Array.from({ length: count }, () => random(least, most));
  const kernel = list(rank, 2, 5);
  const attrs = { kernel, strides: list(rank, 1, 2), pads: [...kernel, ...kernel].map((size) => random(0, size - 1)) };
  return { ...attrs, shape: [random(1, 2), ...list(rank, 5, 7), random(1, 20)], ceil: random(0, 1) === 1 };
};

const SPECIAL = [NaN, Infinity, -Infinity, 0, -1, 1e30];

/** A maximum is one of the elements, to the last bit. */
checkOp(
  pool,
  reference,
  [...LARGE, ...Array.from({ length: 12 }, randomLarge)].flatMap(({ shape, ...attrs }) => {
    const data = Array.from({ length: sizeOf(shape) }, () => random(-1000, 1000) / 7);
    const special = data.map((value) => (random(0, 9) ? value : SPECIAL[random(0, 5)]!));
    return [data, special].map((own) => ({
      attrs: { ...defaults(shape.length - 2), ...attrs },
      inputs: [{ shape, data: Float32Array.from(own) }],
    }));
  }),
  { absolute: 0, relative: 0 },
);

test('the last window of ceil starts inside the input or its left padding', () => {
  const shape = (size: number, attrs: Partial<Attrs>) =>
    pool.shape([{ name: 'x', shape: [1, size, 1], type: 'float32' }], { ...defaults(1), ceil: true, ...attrs })[1];
  assert.is(shape(4, { kernel: [2], strides: [3], pads: [0, 0] }), 2);
  assert.is(shape(3, { kernel: [1], strides: [3], pads: [0, 0] }), 1);
  assert.is(shape(2, { kernel: [2], strides: [2], pads: [1, 1] }), 2);
});

const shapeOf = (shape: number[], attrs: Partial<Attrs>) =>
  pool.shape([{ name: 'x', shape, type: 'float32' }], { ...defaults(2), ...attrs });

const SHAPE = [1, 8, 8, 4];

refuses({
  'a stride of 0': () => shapeOf(SHAPE, { strides: [0, 1] }),
  'a negative pad': () => shapeOf(SHAPE, { pads: [-1, 0, 0, 0] }),
  'a pad as large as the window': () => shapeOf(SHAPE, { pads: [3, 0, 0, 0] }),
  'a fraction': () => shapeOf(SHAPE, { kernel: [1.5, 1] }),
  'a NaN': () => shapeOf(SHAPE, { dilations: [NaN, 1] }),
  'a list of another length': () => shapeOf(SHAPE, { kernel: [3] }),
  'too many pads': () => shapeOf(SHAPE, { pads: [0, 0, 0, 0, 0] }),
  'a window larger than the input': () => shapeOf(SHAPE, { kernel: [100, 1] }),
  'an enormous dilation': () => shapeOf(SHAPE, { dilations: [2 ** 31 - 1, 1] }),
  'an exponent of 0': () => shapeOf(SHAPE, { kind: 'lp', p: 0 }),
  'an array without spatial axes': () => shapeOf([1, 4], { kernel: [], strides: [], dilations: [], pads: [] }),
  'four spatial axes': () => shapeOf([1, 2, 2, 2, 2, 4], defaults(4)),
  integers: () => pool.type([{ name: 'x', shape: SHAPE, type: 'int32' }], defaults(2)),
});

test.run();
