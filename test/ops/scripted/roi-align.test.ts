// roiAlign, compared with bilinear samples from tent-shaped weights over all pixels.

import { test } from 'uvu';
import type { AttrsOf } from '../../../src/ir/schema.js';
import { roiAlign } from '../../../src/ops/scripted/roi-align.js';
import { at, placesOf, refuses, type Dense } from '../../support/cases.js';
import { checkOp, type CaseInput } from '../../support/harness.js';

type Attrs = AttrsOf<typeof roiAlign.attrs>;

/** The weighted pixels around a place; pixels beyond the edge repeat the last one. */
const samplesAt = (x: Dense, n: number, c: number, v: number, u: number): number[] => {
  const [height, width] = x.shape.slice(2) as [number, number];
  if (v < -1 || v > height || u < -1 || u > width) return [0];
  const [y, z] = [Math.max(0, Math.min(v, height - 1)), Math.max(0, Math.min(u, width - 1))];
  return placesOf([height, width]).map(
    ([i, j]) => Math.max(0, 1 - Math.abs(y - i!)) * Math.max(0, 1 - Math.abs(z - j!)) * at(x, [n, c, i!, j!]),
  );
};

const reference = ([x, regions, images]: Dense[], attrs: Attrs, shape: readonly number[]): number[] => {
  const { kind, height, width, samples, scale, aligned } = attrs;
  return placesOf(shape).map(([r, c, i, j]) => {
    const n = Math.max(0, Math.min(x!.shape[0]! - 1, at(images!, [r!])));
    const [x1, y1, x2, y2] = [0, 1, 2, 3].map((k) => at(regions!, [r!, k]) * scale - (aligned ? 0.5 : 0));
    const sides = [y2! - y1!, x2! - x1!].map((side) => (aligned ? side : Math.max(1, side)));
    const [down, across] = [sides[0]! / height, sides[1]! / width];
    const [rows, columns] = [samples || Math.ceil(down), samples || Math.ceil(across)];
    const found = placesOf([Math.max(rows, 0), Math.max(columns, 0)]).map(([a, b]) => {
      const v = y1! + down * (i! + (a! + 0.5) / rows);
      return samplesAt(x!, n, c!, v, x1! + across * (j! + (b! + 0.5) / columns));
    });
    if (kind === 'max') {
      // pixels without weight count only in images without negative ones, which these are
      return found.length ? Math.max(...found.flat()) : 0;
    }
    return found.flat().reduce((a, b) => a + b, 0) / Math.max(1, found.length);
  });
};

const base: Attrs = { kind: 'average', height: 3, width: 2, samples: 2, scale: 1, aligned: true };
const image: CaseInput = { shape: [2, 2, 7, 6], low: 0, high: 1 };
const boxes: CaseInput = {
  shape: [4, 4],
  data: [0.3, 1.2, 4.1, 5.7, -2.5, -3, 3.3, 2.1, 2, 2, 9.5, 11, 3.1, 3.2, 3.3, 3.4],
};
const owners: CaseInput = { shape: [4], type: 'int64', data: [0, 1, 1, 0] };

checkOp(
  roiAlign,
  reference,
  (['average', 'max'] as const).flatMap((kind) =>
    [true, false].flatMap((aligned) => [
      { attrs: { ...base, kind, aligned }, inputs: [image, boxes, owners] },
      { attrs: { ...base, kind, aligned, samples: 0 }, inputs: [image, boxes, owners] },
      {
        attrs: { ...base, kind, aligned, samples: 1, scale: 0.5, height: 1, width: 4 },
        inputs: [image, boxes, owners],
      },
    ]),
  ),
);

// images that do not exist count as the nearest one
checkOp(roiAlign, reference, [
  { attrs: base, inputs: [image, { ...boxes, shape: [2, 4] }, { shape: [2], type: 'int64', data: [2 ** 31 - 1, 2] }] },
]);

const value = (shape: number[], type: 'float32' | 'int64' = 'float32') => ({ name: 'x', shape, type });
const shapeOf = (x: number[], regions: number[], images: number[], change: Partial<Attrs> = {}) =>
  roiAlign.shape([value(x), value(regions), value(images, 'int64')], { ...base, ...change });

refuses({
  'images of another rank': () => shapeOf([1, 2, 3], [4, 4], [4]),
  'regions of other numbers': () => shapeOf([1, 2, 3, 3], [4, 5], [4]),
  'other counts': () => shapeOf([1, 2, 3, 3], [4, 4], [3]),
  'an output without rows': () => shapeOf([1, 2, 3, 3], [4, 4], [4], { height: 0 }),
  'a negative number of samples': () => shapeOf([1, 2, 3, 3], [4, 4], [4], { samples: -1 }),
  'a scale that is NaN': () => shapeOf([1, 2, 3, 3], [4, 4], [4], { scale: NaN }),
});

test.run();
