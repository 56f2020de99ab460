// resize, compared with the formulas of ONNX's Resize.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AttrsOf } from '../../src/ir/schema.js';
import { resize } from '../../src/ops/rare/resize.js';
import { at, placesOf, randomIntegers, refuses, type Dense } from '../support/cases.js';
import { checkOp } from '../support/harness.js';
import { rewritesOf } from '../../src/converter/rewrites/index.js';

type Attrs = AttrsOf<typeof resize.attrs>;

/** A coordinate of the input by the formulas of ONNX's Resize. */
const coordinate = (attrs: Attrs, index: number, from: number, place: number): number => {
  const { axes, sizes, scales, coordinates, roi } = attrs;
  const [to, scale] = [sizes[index]!, Math.fround(scales[index]!)];
  const half = (place + 0.5) / scale - 0.5;
  const [start, end] = [roi[index]!, roi[axes.length + index]!];
  return {
    half_pixel: half,
    half_pixel_symmetric: (from / 2) * (1 - to / (scale * from)) + half,
    pytorch_half_pixel: to > 1 ? half : 0,
    align_corners: to > 1 ? (place * (from - 1)) / (to - 1) : 0,
    asymmetric: place / scale,
    tf_crop_and_resize:
      to > 1 ? start * (from - 1) + (place * (end - start) * (from - 1)) / (to - 1) : 0.5 * (start + end) * (from - 1),
  }[coordinates];
};

const curve = ({ mode, cubic: a }: Attrs, x: number): number => {
  if (mode === 'linear') return Math.max(0, 1 - x);
  if (x <= 1) return (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1;
  return x < 2 ? a * x ** 3 - 5 * a * x ** 2 + 8 * a * x - 4 * a : 0;
};

/** Weights of all places around `x` from 60 before to 60 after the axis. */
const weightsOf = (attrs: Attrs, index: number, from: number, x: number): Map<number, number> => {
  const stretch = attrs.antialias ? Math.max(1, 1 / attrs.scales[index]!) : 1;
  const list: [number, number][] = [];
  for (let place = -60; place < from + 60; place++) list.push([place, curve(attrs, Math.abs(place - x) / stretch)]);
  const counted = list.filter(([place]) => !attrs.excludeOutside || (place >= 0 && place < from));
  const sum = counted.reduce((total, [, weight]) => total + weight, 0);
  const weights = new Map<number, number>();
  for (const [place, weight] of counted) {
    const inside = Math.min(Math.max(place, 0), from - 1);
    weights.set(inside, (weights.get(inside) ?? 0) + weight / sum);
  }
  return weights;
};

const rounded = ({ nearest }: Attrs, x: number): number => {
  const tie = Math.abs(x - Math.floor(x) - 0.5) < 1e-6;
  if (nearest === 'floor') return Math.floor(Math.fround(x));
  if (nearest === 'ceil') return Math.ceil(Math.fround(x));
  if (tie) return nearest === 'round_prefer_floor' ? Math.floor(x) : Math.ceil(x);
  return Math.round(x);
};

/** One axis at one place; undefined outside of a region. */
const alongAxis = (attrs: Attrs, index: number, from: number, place: number): Map<number, number> | undefined => {
  const x = coordinate(attrs, index, from, place);
  if (attrs.coordinates === 'tf_crop_and_resize' && (x < 0 || x > from - 1)) return undefined;
  if (attrs.mode !== 'nearest') return weightsOf(attrs, index, from, x);
  return new Map([[Math.min(Math.max(rounded(attrs, x), 0), from - 1), 1]]);
};

const reference = ([x]: Dense[], attrs: Attrs, shape: readonly number[]): number[] =>
  placesOf(shape).map((place) => {
    let spots = [{ spot: [...place], weight: 1 }];
    for (const [index, axis] of attrs.axes.entries()) {
      const weights = alongAxis(attrs, index, x!.shape[axis]!, place[axis]!);
      if (!weights) return attrs.extrapolation;
      spots = spots.flatMap(({ spot, weight }) =>
        Array.from(weights, ([source, part]) => ({ spot: spot.with(axis, source), weight: weight * part })),
      );
    }
    return spots.reduce((sum, { spot, weight }) => sum + (weight && weight * at(x!, spot)), 0);
  });

const DEFAULTS: Omit<Attrs, 'axes' | 'sizes' | 'scales'> = {
  mode: 'linear',
  coordinates: 'half_pixel',
  nearest: 'round_prefer_floor',
  cubic: -0.75,
  excludeOutside: false,
  antialias: false,
  roi: [],
  extrapolation: 0,
};

/** The axes from 1 on take `sizes`. */
const sized = (shape: number[], sizes: number[], changes: Partial<Attrs> = {}) => {
  const axes = sizes.map((_, index) => index + 1);
  const scales = sizes.map((size, index) => Math.fround(size / shape[index + 1]!));
  return { attrs: { ...DEFAULTS, axes, sizes, scales, ...changes }, inputs: [{ shape }] };
};

const { mode: MODES, coordinates: COORDINATES, nearest: NEAREST } = resize.attrs;
const REGION = { roi: [0.1, -0.2, 0.9, 0.7], extrapolation: 7.5 };

checkOp(
  resize,
  reference,
  [
    ...[1, 3, 4, 5, 16, 67].flatMap((channels) => MODES.map((mode) => sized([2, 4, 5, channels], [7, 3], { mode }))),
    ...COORDINATES.flatMap((coordinates) => [
      ...NEAREST.map((nearest) => sized([1, 6, 7, 2], [9, 4], { mode: 'nearest', nearest, coordinates, ...REGION })),
      ...(['linear', 'cubic'] as const).flatMap((mode) => [
        sized([1, 6, 7, 2], [9, 4], { mode, coordinates, ...REGION }),
        sized([1, 6, 7, 2], [9, 4], { mode, coordinates, antialias: true, ...REGION }),
        sized([1, 6, 7, 2], [9, 4], { mode, coordinates, excludeOutside: true, ...REGION }),
        sized([1, 6, 7, 2], [1, 1], { mode, coordinates, ...REGION }),
        sized([1, 6, 7, 2], [3, 8], { mode, coordinates, excludeOutside: true, antialias: true, ...REGION }),
      ]),
    ]),
    sized([1, 1, 2, 5], [3, 3], { mode: 'cubic', cubic: -0.5 }),
    sized([1, 5, 6], [10, 6]),
    sized([1, 5, 6], [5, 3]),
    sized([1, 5, 6], [5, 6]),
    sized([2, 5], [3], { mode: 'cubic' }),
    sized([1, 3, 4, 5, 3], [6, 4, 2]),
    sized([1, 9, 9, 4], [4, 4], { scales: [0.5, 0.45], coordinates: 'half_pixel_symmetric' }),
    sized([1, 9, 9, 4], [4, 4], { scales: [0.5, 0.45], mode: 'nearest', coordinates: 'asymmetric', nearest: 'floor' }),
  ],
  { absolute: 3e-5 },
);

checkOp(resize, reference, [
  {
    attrs: { ...sized([1, 3, 2], [7]).attrs, mode: 'nearest' },
    inputs: [{ shape: [1, 3, 2], type: 'int64', data: [1, 2, 3, 4, 5, 6] }],
  },
]);

const random = randomIntegers('resize');

const randomCase = () => {
  const rank = random(1, 3);
  const sizes = Array.from({ length: rank }, () => random(1, 9));
  const spatial = sizes.map(() => random(1, 9));
  const changes = {
    mode: MODES[random(0, 2)]!,
    coordinates: COORDINATES[random(0, 4)]!,
    nearest: NEAREST[random(0, 3)]!,
    excludeOutside: random(0, 1) === 1,
    antialias: random(0, 1) === 1,
  };
  if (changes.mode === 'nearest') changes.coordinates = 'align_corners'; // ties do not depend on single precision
  return sized([random(1, 2), ...spatial, random(1, 18)], sizes, changes);
};

checkOp(resize, reference, Array.from({ length: 40 }, randomCase), { absolute: 3e-5 });

test('ties of nearest are those of exact scales', () => {
  const places = (from: number, to: number, nearest: Attrs['nearest']) => {
    const { attrs } = sized([1, from], [to], { mode: 'nearest', coordinates: 'asymmetric', nearest });
    const value = (size: number) => ({ name: '', shape: [1, size], type: 'float32' as const });
    const { tables: [table] = [] } = resize.lower([value(from)], attrs, 'exact').plan([value(from)], value(to), attrs);
    const words = new Int32Array(table!.words);
    table!.fill(new Float32Array(words.buffer), words, null as never); // it has no weights
    return Array.from(words.slice(-to), (offset) => offset / 4);
  };
  assert.equal(places(7, 8, 'round_prefer_ceil'), [0, 1, 2, 3, 4, 4, 5, 6]);
  assert.equal(places(6, 2, 'floor'), [0, 3]);
});

test('moves its axes to those of the array before a transposition', () => {
  const { attrs, inputs } = sized([1, 6, 7, 2], [9, 4]);
  const x = { name: 'x', shape: inputs[0]!.shape, type: 'float32' as const };
  assert.equal(rewritesOf(resize).permute!([x], attrs, [0, 2, 3, 1]), {
    attrs: { ...attrs, axes: [2, 3] },
    perm: [0, 2, 3, 1],
  });
});

const shapeOf = (changes: Partial<Attrs>) => {
  const { attrs } = sized([1, 6, 6, 3], [3, 9], changes);
  return resize.shape([{ name: 'x', shape: [1, 6, 6, 3], type: 'float32' }], attrs);
};

const region = { coordinates: 'tf_crop_and_resize' } as const;

refuses({
  'neither size nor scale': () => shapeOf({ sizes: [0, 3], scales: [0, 1] }),
  'a fraction': () => shapeOf({ sizes: [1.5, 3] }),
  'an enormous size': () => shapeOf({ sizes: [2 ** 30, 2 ** 30] }),
  'an enormous size of one axis': () => shapeOf({ sizes: [2 ** 27, 1], scales: [2 ** 20, 1] }),
  'an axis beyond the rank': () => shapeOf({ axes: [1, 4] }),
  'an axis twice': () => shapeOf({ axes: [1, 1] }),
  'lists of different lengths': () => shapeOf({ sizes: [3] }),
  'too few scales': () => shapeOf({ scales: [1] }),
  'a negative scale': () => shapeOf({ scales: [-1, 1] }),
  'a scale that leaves nothing': () => shapeOf({ scales: [1e-30, 1], antialias: true }),
  'an infinite scale': () => shapeOf({ scales: [Infinity, 1] }),
  NaN: () => shapeOf({ scales: [NaN, 1] }),
  'a region without bounds': () => shapeOf({ ...region, roi: [] }),
  'an infinite region': () => shapeOf({ ...region, roi: [-Infinity, 0, 1, 1] }),
  'a cubic of NaN': () => shapeOf({ cubic: NaN }),
  'linear integers': () => resize.type([{ name: 'x', shape: [1, 4], type: 'int32' }], sized([1, 4], [2]).attrs),
});

test.run();
