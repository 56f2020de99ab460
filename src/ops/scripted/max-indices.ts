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
  work: (_, output, { kernel }) => sizeOf(output.shape) * sizeOf(kernel),
  plan: ({ x }, output, { kernel, strides, dilations, pads, columns }) => {
    const [sizes, counts] = [x.shape.slice(2), output.shape.slice(2)];
    const [area, windows, images, taps] = [sizes, counts, x.shape.slice(0, 2), kernel].map(sizeOf) as [
      number,
      number,
      number,
      number,
    ];
    const [steps, windowSteps, tapSteps] = [stridesOf(sizes), stridesOf(counts), stridesOf(kernel)];
    const named = columns ? stridesOf([...sizes].reverse()).reverse() : steps;
    return planScript([x], output, ([values], y) => {
      const [from, names] = [new Int32Array(taps), new Int32Array(taps)];
      for (let w = 0; w < windows; w++) {
        let count = 0;
        for (let k = 0; k < taps; k++) {
          let [at, name, isInside] = [0, 0, true];
          for (let a = 0; a < sizes.length; a++) {
            const window = Math.floor(w / windowSteps[a]!) % counts[a]!;
            const place = window * strides[a]! + (Math.floor(k / tapSteps[a]!) % kernel[a]!) * dilations[a]! - pads[a]!;
            isInside &&= place >= 0 && place < sizes[a]!;
            at += place * steps[a]!;
            name += place * named[a]!;
          }
          if (!isInside) continue;
          from[count] = at;
          names[count++] = name;
        }
        for (let image = 0; image < images; image++) {
          let best = 0;
          for (let k = 1; k < count; k++)
            if (values![image * area + from[k]!]! > values![image * area + from[best]!]!) best = k;
          y[image * windows + w] = image * area + (count ? names[best]! : 0);
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
