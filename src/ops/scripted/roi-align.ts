// Regions of images resized to one size.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { sameShape, showShape } from '../../ir/tensor.js';
import { checkFinite, checkInteger, checkedShape, floatOnly, integersOnly } from '../shared/checks.js';
import { placeIn, planScript } from './script.js';

/** Maximum number of samples along an axis of an output element, so that the time for a region has a bound. */
const MAX_SAMPLES = 4096;

/**
 * y[r] = region r of image `images`[r] in `height` x `width` bins: the mean of bilinear samples in each bin, or the largest
 * weighted corner of them. Regions are [x1, y1, x2, y2] in pixels / `scale`.
 *
 * Inputs: x [N, C, H, W], regions [R, 4], images [R]. A bin has `samples` x `samples` samples, or as many as it has pixels if 0.
 * With `aligned`, pixel i covers i to i + 1; without, a region is shifted by half a pixel and is at least one pixel large.
 */
export const roiAlign = defineOp({
  code: 36,
  name: 'roiAlign',
  inputs: { x: 'value', regions: 'value', images: 'value' },
  attrs: { kind: ['average', 'max'], height: 'i32', width: 'i32', samples: 'i32', scale: 'f32', aligned: 'bool' },
  type: ({ x, regions, images }) => (integersOnly(images), floatOnly({ x, regions })),
  shape: ({ x, regions, images }, { height, width, samples, scale }) => {
    checkInteger('samples', samples, 0, MAX_SAMPLES);
    checkFinite('scale', scale);
    const count = images.shape[0] ?? 0;
    if (x.shape.length !== 4 || !sameShape(regions.shape, [count, 4]) || images.shape.length !== 1)
      throw new ShapeError(
        `regions of shape ${showShape(regions.shape)} for images ${showShape(images.shape)} do not fit ${showShape(x.shape)}`,
      );
    return checkedShape([count, x.shape[1]!, height, width]);
  },
  work: ({ x }, { shape }, { height, width, samples }) =>
    shape[0]! * ((height + width) * (samples || MAX_SAMPLES) + shape[1]! * x.shape[2]! * x.shape[3]!),
  plan: ({ x, regions, images }, output, { kind, samples, scale, aligned }) => {
    const [batch, channels, rows, columns] = x.shape as [number, number, number, number];
    const [count, , height, width] = output.shape as [number, number, number, number];
    const shift = aligned ? 0.5 : 0;
    return planScript([x, regions, images], output, ([values, boxes, owners], y) => {
      for (let r = 0; r < count; r++) {
        const [left, top, right, bottom] = [0, 1, 2, 3].map((i) => boxes![r * 4 + i]! * scale - shift);
        const across = samplesOf(left!, right!, width, samples, aligned).map((places) => reachOf(places, columns));
        const down = samplesOf(top!, bottom!, height, samples, aligned).map((places) => reachOf(places, rows));
        for (let c = 0; c < channels; c++) {
          const image = (placeIn(batch, owners![r]!) * channels + c) * rows * columns;
          const at = (row: number, column: number) => values![image + row * columns + column]!;
          down.forEach((v, i) =>
            across.forEach((u, j) => (y[((r * channels + c) * height + i) * width + j] = valueOf[kind](v, u, at))),
          );
        }
      }
    });
  },
});

/** The coordinates of the samples of each of `count` bins along an axis. */
const samplesOf = (from: number, to: number, count: number, samples: number, aligned: boolean): number[][] => {
  const bin = (aligned ? to - from : Math.max(to - from, 1)) / count;
  const own = samples || Math.min(Math.max(Math.ceil(bin), 0), MAX_SAMPLES) || 0;
  return Array.from({ length: count }, (_, index) =>
    Array.from({ length: own }, (__, i) => from + index * bin + ((i + 0.5) * bin) / own),
  );
};

/** How much an element counts in the samples of a bin along one axis: in all of them together, at least and at most. */
type Share = { index: number; sum: number; least: number; most: number };

/**
 * What the samples of a bin read along one axis. They form a grid, and a sample weights each of its four corners with the
 * product of the weights along both axes: so sums and bounds along the axes give those of the grid.
 */
type Reach = { shares: Share[]; samples: number; isOutside: boolean };

const reachOf = (places: readonly number[], size: number): Reach => {
  const shares = new Map<number, Share>();
  const add = (index: number, weight: number) => {
    const { sum, least, most } = shares.get(index) ?? { sum: 0, least: Infinity, most: 0 };
    shares.set(index, { index, sum: sum + weight, least: Math.min(least, weight), most: Math.max(most, weight) });
  };
  let isOutside = false;
  for (const place of places) {
    if (!(place >= -1 && place <= size)) {
      isOutside = true;
      continue;
    }
    const inside = Math.min(Math.max(place, 0), size - 1);
    const low = Math.floor(inside);
    add(low, 1 - (inside - low));
    add(Math.min(low + 1, size - 1), inside - low);
  }
  return { shares: [...shares.values()], samples: places.length, isOutside };
};

type ValueOf = (down: Reach, across: Reach, at: (row: number, column: number) => number) => number;

/** The value of a bin: the mean of its samples, or the largest of their weighted corners. Samples outside of the image are 0. */
const valueOf: Readonly<Record<'average' | 'max', ValueOf>> = {
  average: (down, across, at) => {
    let sum = 0;
    for (const v of down.shares) for (const u of across.shares) sum += v.sum * u.sum * at(v.index, u.index);
    return sum / Math.max(down.samples * across.samples, 1);
  },
  max: (down, across, at) => {
    if (!down.samples || !across.samples) return 0;
    let largest = down.isOutside || across.isOutside ? 0 : -Infinity;
    for (const v of down.shares) {
      for (const u of across.shares) {
        const value = at(v.index, u.index);
        largest = Math.max(largest, value * (value < 0 ? v.least * u.least : v.most * u.most));
      }
    }
    return largest;
  },
};
