// Regions of images resized to one size.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { sameShape, showShape } from '../../ir/tensor.js';
import { checkFinite, checkInteger, checkedShape, floatOnly, integersOnly } from '../shared/checks.js';
import { placeIn, planScript } from './script.js';

/** A place between elements: the elements at its corners, and how much each counts. */
type Corner = { index: number; weight: number };

/** Maximum number of samples along an axis of an output element, so that no region takes forever. */
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
  plan: ({ x, regions, images }, output, { kind, samples, scale, aligned }) => {
    const [batch, channels, rows, columns] = x.shape as [number, number, number, number];
    const [count, , height, width] = output.shape as [number, number, number, number];
    const shift = aligned ? 0.5 : 0;
    return planScript([x, regions, images], output, ([values, boxes, owners], y) => {
      for (let r = 0; r < count; r++) {
        const [left, top, right, bottom] = [0, 1, 2, 3].map((i) => boxes![r * 4 + i]! * scale - shift);
        const across = binsOf(left!, right!, width, samples, aligned);
        const down = binsOf(top!, bottom!, height, samples, aligned);
        for (let bin = 0; bin < height * width; bin++) {
          const ys = down(Math.floor(bin / width));
          const xs = across(bin % width);
          const places = ys.flatMap((v) => xs.map((u) => cornersOf(v, u, rows, columns)));
          for (let c = 0; c < channels; c++) {
            const image = (placeIn(batch, owners![r]!) * channels + c) * rows * columns;
            const parts = places.map((corners) => corners.map(({ index, weight }) => weight * values![image + index]!));
            y[(r * channels + c) * height * width + bin] = kind === 'average' ? meanOf(parts) : largestOf(parts);
          }
        }
      }
    });
  },
});

const meanOf = (parts: readonly number[][]): number =>
  parts.reduce((sum, part) => sum + part.reduce((a, b) => a + b, 0), 0) / Math.max(parts.length, 1);

const largestOf = (parts: readonly number[][]): number =>
  parts.length ? parts.reduce((best, part) => part.reduce((a, b) => Math.max(a, b), best), -Infinity) : 0;

/** The coordinates of the samples of each of `count` bins along an axis. */
const binsOf = (from: number, to: number, count: number, samples: number, aligned: boolean) => {
  const bin = (aligned ? to - from : Math.max(to - from, 1)) / count;
  const own = samples || Math.min(Math.max(Math.ceil(bin), 0), MAX_SAMPLES) || 0;
  return (index: number): number[] =>
    Array.from({ length: own }, (_, i) => from + index * bin + ((i + 0.5) * bin) / own);
};

/** The corners of a place; outside of the image, an element of weight 0. */
const cornersOf = (v: number, u: number, rows: number, columns: number): Corner[] => {
  if (!(v >= -1 && v <= rows && u >= -1 && u <= columns)) return [{ index: 0, weight: 0 }];
  const [down, across] = [between(v, rows), between(u, columns)];
  return down.flatMap((row) =>
    across.map((column) => ({ index: row.index * columns + column.index, weight: row.weight * column.weight })),
  );
};

const between = (place: number, size: number): Corner[] => {
  const inside = Math.min(Math.max(place, 0), size - 1);
  const low = Math.floor(inside);
  const part = inside - low;
  return [
    { index: low, weight: 1 - part },
    { index: Math.min(low + 1, size - 1), weight: part },
  ];
};
