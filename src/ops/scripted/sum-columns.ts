// Images from columns that each have the elements of one window: the reverse of cutting an image into windows.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { showShape, sizeOf, stridesOf } from '../../ir/tensor.js';
import { checkedShape, floatOnly } from '../shared/checks.js';
import { windowShape } from '../shared/window.js';
import { planScript } from './script.js';

/**
 * Images [N, C, ...`sizes`] from x [N, C * elements of a window, windows]: every element is the sum of those at its place in all
 * windows. Elements in the padding are dropped.
 */
export const sumColumns = defineOp({
  code: 35,
  name: 'sumColumns',
  inputs: { x: 'value' },
  attrs: { sizes: 'i32s', kernel: 'i32s', strides: 'i32s', dilations: 'i32s', pads: 'i32s' },
  type: floatOnly,
  shape: ({ x }, { sizes, kernel, strides, dilations, pads }) => {
    const windows = windowShape(sizes, kernel, strides, dilations, pads, false);
    const channels = (x.shape[1] ?? 0) / sizeOf(kernel);
    if (x.shape.length !== 3 || !Number.isInteger(channels) || x.shape[2] !== sizeOf(windows))
      throw new ShapeError(
        `columns of shape ${showShape(x.shape)} do not fit windows of ${showShape(kernel)} in images of ${showShape(sizes)}`,
      );
    return checkedShape([x.shape[0]!, channels, ...sizes]);
  },
  plan: ({ x }, output, { sizes, kernel, strides, dilations, pads }) => {
    const counts = windowShape(sizes, kernel, strides, dilations, pads, false);
    const [elements, windows, area] = [sizeOf(kernel), sizeOf(counts), sizeOf(sizes)];
    const [kernelSteps, windowSteps, steps] = [stridesOf(kernel), stridesOf(counts), stridesOf(sizes)];
    const images = sizeOf(output.shape.slice(0, 2));
    return planScript([x], output, ([columns], y) => {
      y.fill(0);
      for (let k = 0; k < elements; k++) {
        for (let w = 0; w < windows; w++) {
          let at = 0;
          let isInside = true;
          sizes.forEach((size, a) => {
            const step = Math.floor(k / kernelSteps[a]!) % kernel[a]!;
            const place =
              (Math.floor(w / windowSteps[a]!) % counts[a]!) * strides[a]! + step * dilations[a]! - pads[a]!;
            isInside &&= place >= 0 && place < size;
            at += place * steps[a]!;
          });
          for (let image = 0; isInside && image < images; image++)
            y[image * area + at]! += columns![(image * elements + k) * windows + w]!;
        }
      }
    });
  },
});
