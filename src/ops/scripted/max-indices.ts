// Where max pooling found its values, and the way back from there.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { sameShape, showShape, sizeOf, stridesOf } from '../../ir/tensor.js';
import { checkIntegers, checkedShape, floatOnly, integersOnly } from '../shared/checks.js';
import { windowShape } from '../shared/window.js';
import { placeIn, planScript } from './script.js';

/**
 * The index of the largest element of each window of x [N, C, ...spatial], counted in the whole array; with `columns` the
 * spatial axes count in reversed order. The first of equal elements wins. The windows are those of `pool`.
 */
export const maxIndices = defineOp({
  code: 33,
  name: 'maxIndices',
  inputs: { x: 'value' },
  attrs: { kernel: 'i32s', strides: 'i32s', dilations: 'i32s', pads: 'i32s', ceil: 'bool', columns: 'bool' },
  type: ({ x }) => (floatOnly({ x }), 'int64'),
  shape: ({ x }, { kernel, strides, dilations, pads, ceil }) => {
    if (x.shape.length < 3) throw new ShapeError(`${showShape(x.shape)} has no spatial axes`);
    return checkedShape([
      ...x.shape.slice(0, 2),
      ...windowShape(x.shape.slice(2), kernel, strides, dilations, pads, ceil),
    ]);
  },
  plan: ({ x }, output, { kernel, strides, dilations, pads, columns }) => {
    const [sizes, counts] = [x.shape.slice(2), output.shape.slice(2)];
    const [area, windows, images] = [sizeOf(sizes), sizeOf(counts), sizeOf(x.shape.slice(0, 2))];
    const steps = stridesOf(sizes);
    const named = columns ? stridesOf([...sizes].reverse()).reverse() : steps;
    const axes = counts.map((count, a) =>
      Array.from({ length: count }, (_, i) =>
        Array.from({ length: kernel[a]! }, (_, k) => i * strides[a]! + k * dilations[a]! - pads[a]!).filter(
          (place) => place >= 0 && place < sizes[a]!,
        ),
      ),
    );
    return planScript([x], output, ([values], y) => {
      for (let w = 0; w < windows; w++) {
        let rest = w;
        const lists = counts.map((_, a) => {
          const index = Math.floor(rest / sizeOf(counts.slice(a + 1)));
          rest -= index * sizeOf(counts.slice(a + 1));
          return axes[a]![index]!;
        });
        const places = lists.reduce<number[][]>(
          (all, list) => all.flatMap((place) => list.map((i) => [...place, i])),
          [[]],
        );
        const from = places.map((place) => place.reduce((sum, i, a) => sum + i * steps[a]!, 0));
        const names = places.map((place) => place.reduce((sum, i, a) => sum + i * named[a]!, 0));
        for (let image = 0; image < images; image++) {
          let best = 0;
          for (let k = 1; k < from.length; k++)
            if (values![image * area + from[k]!]! > values![image * area + from[best]!]!) best = k;
          y[image * windows + w] = image * area + (names[best] ?? 0);
        }
      }
    });
  },
});

/**
 * Zeros [N, C, ...`sizes`] with the elements of `x` at `indices`, which count in the whole array. Negative indices count from
 * the end; those that do not fit take the nearest element.
 */
export const unpool = defineOp({
  code: 34,
  name: 'unpool',
  inputs: { x: 'value', indices: 'value' },
  attrs: { sizes: 'i32s' },
  type: ({ x, indices }) => (integersOnly(indices), floatOnly({ x })),
  shape: ({ x, indices }, { sizes }) => {
    checkIntegers('sizes', sizes, x.shape.length - 2, 1);
    if (!sameShape(x.shape, indices.shape))
      throw new ShapeError(`indices of shape ${showShape(indices.shape)} do not fit ${showShape(x.shape)}`);
    return checkedShape([...x.shape.slice(0, 2), ...sizes]);
  },
  plan: ({ x, indices }, output) =>
    planScript([x, indices], output, ([values, places], y) => {
      y.fill(0);
      values!.forEach((value, i) => (y[placeIn(y.length, places![i]!)] = value));
    }),
});
