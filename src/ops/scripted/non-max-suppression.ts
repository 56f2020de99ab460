// The best boxes of each class, without those that overlap a better one.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { showShape, sizeOf } from '../../ir/tensor.js';
import { checkInteger, checkedShape, floatOnly } from '../shared/checks.js';
import { planScript } from './script.js';

/** A box between its corners. */
type Box = { left: number; top: number; right: number; bottom: number };

/**
 * Rows [image, class, box] of the boxes chosen, by class in the order of their scores: at most `limit` of each class, with a
 * score above `minScore`, whose intersection with every better one is at most `maxOverlap` of their union.
 *
 * Inputs: boxes [N, B, 4] as [y1, x1, y2, x2], or as [x, y, width, height] around a centre with `centred`; scores [N, C, B].
 * The output has room for N * C * min(limit, B) rows; those that are not needed come last and are -1.
 */
export const nonMaxSuppression = defineOp({
  code: 38,
  name: 'nonMaxSuppression',
  inputs: { boxes: 'value', scores: 'value' },
  attrs: { limit: 'i32', maxOverlap: 'f32', minScore: 'f32', centred: 'bool' },
  type: (inputs) => (floatOnly(inputs), 'int64'),
  shape: ({ boxes, scores }, { limit }) => {
    checkInteger('limit', limit, 1);
    const [images = 0, count = 0] = boxes.shape;
    const fits = boxes.shape.length === 3 && boxes.shape[2] === 4 && scores.shape.length === 3;
    if (!fits || scores.shape[0] !== images || scores.shape[2] !== count)
      throw new ShapeError(`scores of shape ${showShape(scores.shape)} do not fit boxes of ${showShape(boxes.shape)}`);
    return checkedShape([images * scores.shape[1]! * Math.min(limit, count), 3]);
  },
  rows: (output) => {
    const end = Array.from({ length: output.length / 3 }, (_, row) => output[row * 3]!).findIndex((image) => image < 0);
    return end < 0 ? output.length / 3 : end;
  },
  work: ({ scores }, _, { limit }) => sizeOf(scores.shape) * Math.min(limit, scores.shape[2]!),
  plan: ({ boxes, scores }, output, { limit, maxOverlap, minScore, centred }) => {
    const [images, classes, count] = scores.shape as [number, number, number];
    return planScript([boxes, scores], output, ([corners, marks], y) => {
      y.fill(-1);
      let row = 0;
      for (let n = 0; n < images; n++) {
        const all = Array.from({ length: count }, (_, i) => boxAt(corners!, (n * count + i) * 4, centred));
        for (let c = 0; c < classes; c++) {
          const start = (n * classes + c) * count;
          const own = marks!.subarray(start, start + count);
          for (const box of chosen(all, own, limit, maxOverlap, minScore)) y.set([n, c, box], row++ * 3);
        }
      }
    });
  },
});

const chosen = (
  boxes: readonly Box[],
  scores: ArrayLike<number>,
  limit: number,
  maxOverlap: number,
  minScore: number,
): number[] => {
  const order = [...boxes.keys()].filter((i) => scores[i]! > minScore);
  order.sort((a, b) => scores[b]! - scores[a]! || a - b);
  const kept: number[] = [];
  for (const i of order) {
    if (kept.length === limit) break;
    if (kept.every((better) => !overlaps(boxes[i]!, boxes[better]!, maxOverlap))) kept.push(i);
  }
  return kept;
};

const round = Math.fround;

const boxAt = (values: ArrayLike<number>, at: number, centred: boolean): Box => {
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => values[at + i]!) as [number, number, number, number];
  if (centred)
    return { left: round(a - c / 2), top: round(b - d / 2), right: round(a + c / 2), bottom: round(b + d / 2) };
  return { left: Math.min(b, d), top: Math.min(a, c), right: Math.max(b, d), bottom: Math.max(a, c) };
};

const areaOf = ({ left, top, right, bottom }: Box): number => round(round(right - left) * round(bottom - top));

/** Whether two boxes share more than `most` of their union, in single precision. */
const overlaps = (a: Box, b: Box, most: number): boolean => {
  const common: Box = {
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  };
  if (!(common.right > common.left && common.bottom > common.top)) return false;
  const [first, second, shared] = [areaOf(a), areaOf(b), areaOf(common)];
  const union = round(round(first + second) - shared);
  return first > 0 && second > 0 && union > 0 && round(shared / union) > most;
};
