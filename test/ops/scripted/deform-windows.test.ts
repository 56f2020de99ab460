// deformWindows, compared with bilinear samples from tent-shaped weights over all pixels.

import { test } from 'uvu';
import type { AttrsOf } from '../../../src/ir/schema.js';
import { deformWindows } from '../../../src/ops/scripted/deform-windows.js';
import { at, placesOf, refuses, type Dense } from '../../support/cases.js';
import { checkOp, type CaseInput } from '../../support/harness.js';

type Attrs = AttrsOf<typeof deformWindows.attrs>;

const reference = ([x, offsets, masks]: Dense[], attrs: Attrs, shape: readonly number[]): number[] => {
  const { kernel, strides, dilations, pads, groups } = attrs;
  const taps = placesOf(kernel);
  const pixels = placesOf(x!.shape.slice(1, 3));
  return placesOf(shape).map(([n, i, j, out]) => {
    const [c, t] = [Math.floor(out! / taps.length), out! % taps.length];
    const k = Math.floor(c / (x!.shape[3]! / groups)) * taps.length + t;
    const [v, u] = [0, 1].map(
      (a) =>
        [i!, j!][a]! * strides[a]! + taps[t]![a]! * dilations[a]! - pads[a]! + at(offsets!, [n!, i!, j!, 2 * k + a]),
    );
    const tent = (distance: number) => Math.max(0, 1 - Math.abs(distance));
    const sum = pixels.reduce((all, [a, b]) => all + tent(v! - a!) * tent(u! - b!) * at(x!, [n!, a!, b!, c]), 0);
    return masks ? sum * at(masks, [n!, i!, j!, k]) : sum;
  });
};

const base: Attrs = { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 1 };
const moves = (shape: number[]): CaseInput => ({ shape, low: -3, high: 3 });

checkOp(deformWindows, reference, [
  { attrs: base, inputs: [{ shape: [1, 4, 5, 2] }, moves([1, 4, 5, 18])] },
  { attrs: base, inputs: [{ shape: [2, 4, 5, 2] }, moves([2, 4, 5, 18]), { shape: [2, 4, 5, 9] }] },
  {
    attrs: { kernel: [2, 3], strides: [2, 1], dilations: [1, 2], pads: [1, 0, 0, 2], groups: 3 },
    inputs: [{ shape: [1, 5, 6, 6] }, moves([1, 3, 4, 36]), { shape: [1, 3, 4, 18] }],
  },
  // offsets far beyond the image read 0
  {
    attrs: { ...base, kernel: [1, 1], pads: [0, 0, 0, 0] },
    inputs: [{ shape: [1, 2, 1, 1] }, { shape: [1, 2, 1, 2], data: [1e9, 0, 0, -1e9] }],
  },
]);

const value = (shape: number[]) => ({ name: 'x', shape, type: 'float32' as const });
const shapeOf = (x: number[], offsets: number[], masks?: number[], change: Partial<Attrs> = {}) =>
  deformWindows.shape([value(x), value(offsets), ...(masks ? [value(masks)] : [])], { ...base, ...change });

refuses({
  'images of another rank': () => shapeOf([1, 4, 5], [1, 4, 5, 18]),
  'offsets of other windows': () => shapeOf([1, 4, 5, 2], [1, 4, 4, 18]),
  'masks of other taps': () => shapeOf([1, 4, 5, 2], [1, 4, 5, 18], [1, 4, 5, 8]),
  'channels that are not in equal groups': () => shapeOf([1, 4, 5, 3], [1, 4, 5, 36], undefined, { groups: 2 }),
  'no groups': () => shapeOf([1, 4, 5, 2], [1, 4, 5, 18], undefined, { groups: 0 }),
});

test.run();
