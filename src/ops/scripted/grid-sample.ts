// Images sampled at coordinates that another array names.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { showShape, sizeOf, stridesOf } from '../../ir/tensor.js';
import { checkedShape, floatOnly } from '../shared/checks.js';
import { planScript } from './script.js';

const MODES = ['linear', 'nearest', 'cubic'] as const;
const PADDINGS = ['zeros', 'border', 'reflection'] as const;

type Mode = (typeof MODES)[number];
type Padding = (typeof PADDINGS)[number];

/** The elements of an axis that a sample is mixed from; the index -1 is an element of 0. */
type Taps = { indices: number[]; weights: number[] };

/** The coefficient of Keys' cubic, as in PyTorch. */
const CUBIC = -0.75;

/**
 * y[n, c, p] = x[n, c] at `grid`[n, p], whose last axis has a coordinate for every spatial axis of `x`, the last axis first.
 * -1 and 1 are the centres of the first and last element with `align`, otherwise their outer edges.
 */
export const gridSample = defineOp({
  code: 32,
  name: 'gridSample',
  inputs: { x: 'value', grid: 'value' },
  attrs: { mode: MODES, padding: PADDINGS, align: 'bool' },
  type: floatOnly,
  shape: ({ x, grid }) => {
    const rank = x.shape.length - 2;
    const fits = rank >= 1 && grid.shape.length === rank + 2 && grid.shape.at(-1) === rank;
    if (!fits || grid.shape[0] !== x.shape[0])
      throw new ShapeError(`a grid of shape ${showShape(grid.shape)} does not fit ${showShape(x.shape)}`);
    return checkedShape([x.shape[0]!, x.shape[1]!, ...grid.shape.slice(1, -1)]);
  },
  macs: ({ x }, output, { mode }) =>
    sizeOf(output.shape) * { linear: 2, nearest: 1, cubic: 4 }[mode] ** (x.shape.length - 2),
  plan: ({ x, grid }, output, { mode, padding, align }) => {
    const [samples, channels, ...sizes] = x.shape as [number, number, ...number[]];
    const [area, points] = [sizeOf(sizes), sizeOf(output.shape.slice(2))];
    const strides = stridesOf(sizes);
    return planScript([x, grid], output, ([values, places], y) => {
      for (let n = 0; n < samples; n++) {
        for (let p = 0; p < points; p++) {
          const at = ((n + 1) * points - points + p) * sizes.length;
          const axes = sizes.map((size, a) => tapsAt(places![at + sizes.length - 1 - a]!, size, mode, padding, align));
          const taps = joined(axes, strides);
          for (let c = 0; c < channels; c++) {
            const image = (n * channels + c) * area;
            let sum = 0;
            taps.indices.forEach((index, t) => (sum += index < 0 ? 0 : taps.weights[t]! * values![image + index]!));
            y[(n * channels + c) * points + p] = sum;
          }
        }
      }
    });
  },
});

/** Taps of an image from those of its axes. */
const joined = (axes: readonly Taps[], strides: readonly number[]): Taps =>
  axes.reduce<Taps>(
    (all, { indices, weights }, a) => ({
      indices: all.indices.flatMap((from) => indices.map((i) => (from < 0 || i < 0 ? -1 : from + i * strides[a]!))),
      weights: all.weights.flatMap((weight) => weights.map((own) => weight * own)),
    }),
    { indices: [0], weights: [1] },
  );

const tapsAt = (coordinate: number, size: number, mode: Mode, padding: Padding, align: boolean): Taps => {
  const place = align ? ((coordinate + 1) / 2) * (size - 1) : ((coordinate + 1) * size - 1) / 2;
  const inside = (index: number) => placeInside(index, size, padding, align);
  if (!Number.isFinite(place)) return { indices: [padding === 'zeros' ? -1 : 0], weights: [1] };
  if (mode === 'nearest') return { indices: [inside(roundEven(place))], weights: [1] };
  // the filter slides over the padded image, but a linear one over the image's own range
  const moved = mode === 'linear' ? moveInside(place, size, padding, align) : place;
  const first = Math.floor(moved);
  const part = moved - first;
  if (mode === 'linear') return { indices: [inside(first), inside(first + 1)], weights: [1 - part, part] };
  return {
    indices: [-1, 0, 1, 2].map((step) => inside(first + step)),
    weights: [1 + part, part, 1 - part, 2 - part].map(cubicCurve),
  };
};

const cubicCurve = (distance: number): number =>
  distance <= 1
    ? ((CUBIC + 2) * distance - (CUBIC + 3)) * distance * distance + 1
    : ((distance - 5) * distance + 8) * distance * CUBIC - 4 * CUBIC;

/** Rounds to the nearest integer, of two equally near ones to the even one. */
const roundEven = (x: number): number => {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
};

/** The element at an index that may be outside of its axis; -1 for one that is 0. */
const placeInside = (index: number, size: number, padding: Padding, align: boolean): number => {
  if (index >= 0 && index < size) return index;
  if (padding === 'zeros') return -1;
  return Math.min(Math.max(Math.round(moveInside(index, size, padding, align)), 0), size - 1);
};

/** A position moved inside of its axis by clamping or by reflection at its ends. */
const moveInside = (place: number, size: number, padding: Padding, align: boolean): number => {
  if (padding === 'zeros') return place;
  if (padding === 'border') return Math.min(Math.max(place, 0), size - 1);
  const [low, high] = align ? [0, size - 1] : [-0.5, size - 0.5];
  const span = high - low;
  if (span <= 0) return low;
  const distance = Math.abs(place - low) % (2 * span);
  return low + (distance > span ? 2 * span - distance : distance);
};
