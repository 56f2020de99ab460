// sumColumns, compared with a sum over the windows that contain each element.

import { test } from 'uvu';
import type { AttrsOf } from '../../../src/ir/schema.js';
import { sumColumns } from '../../../src/ops/scripted/sum-columns.js';
import { at, placesOf, refuses, type Dense } from '../../support/cases.js';
import { checkOp } from '../../support/harness.js';

type Attrs = AttrsOf<typeof sumColumns.attrs>;

const reference = ([x]: Dense[], { sizes, kernel, strides, dilations, pads }: Attrs, shape: readonly number[]) => {
  const counts = sizes.map((size, a) =>
    Math.floor((size + pads[a]! + pads[sizes.length + a]! - dilations[a]! * (kernel[a]! - 1) - 1) / strides[a]! + 1),
  );
  const [taps, windows] = [placesOf(kernel), placesOf(counts)];
  return placesOf(shape).map(([n, c, ...place]) => {
    let sum = 0;
    taps.forEach((tap, k) =>
      windows.forEach((window, w) => {
        const isHere = place.every((p, a) => p + pads[a]! === window[a]! * strides[a]! + tap[a]! * dilations[a]!);
        if (isHere) sum += at(x!, [n!, c! * taps.length + k, w]);
      }),
    );
    return sum;
  });
};

checkOp(sumColumns, reference, [
  { attrs: { sizes: [6], kernel: [3], strides: [1], dilations: [1], pads: [0, 0] }, inputs: [{ shape: [2, 6, 4] }] },
  {
    attrs: { sizes: [5, 4], kernel: [2, 3], strides: [2, 1], dilations: [1, 1], pads: [1, 0, 0, 1] },
    inputs: [{ shape: [1, 12, 9] }],
  },
  {
    attrs: { sizes: [6, 6], kernel: [2, 2], strides: [1, 2], dilations: [2, 3], pads: [0, 1, 0, 1] },
    inputs: [{ shape: [2, 4, 12] }],
  },
  {
    attrs: { sizes: [3, 4, 3], kernel: [1, 2, 2], strides: [1, 1, 1], dilations: [1, 1, 1], pads: [0, 0, 0, 0, 0, 0] },
    inputs: [{ shape: [1, 8, 18] }],
  },
]);

const shapeOf = (x: number[]) =>
  sumColumns.shape([{ name: 'x', shape: x, type: 'float32' }], {
    ...{ sizes: [4], kernel: [2], strides: [1], dilations: [1], pads: [0, 0] },
  });

refuses({
  'other windows': () => shapeOf([1, 4, 4]),
  'channels that are no whole windows': () => shapeOf([1, 3, 3]),
  'another rank': () => shapeOf([4, 3]),
});

test.run();
