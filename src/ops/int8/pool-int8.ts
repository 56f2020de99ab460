// Averages and maxima of int8 values over pixels.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { sizeOf } from '../../ir/tensor.js';
import { bytesOf, channelsOf, samplesOf, wordsAcross } from '../../ir/value.js';
import { INT8_KERNELS } from '../../kernels/modules.js';
import { eachImage } from '../conv/each-image.js';
import { geometryOf, isPadded, paddedBytes, paddingTable, tapTable, windowTable } from '../conv/geometry.js';
import { checkedShape } from '../shared/checks.js';
import { spatialOf, windowShape, windowSpan } from '../shared/window.js';
import { checkIntegerBounds, checkScales, integersIn } from './checks.js';
import { inWords } from './panels-int8.js';

/**
 * The average over all pixels of x [N, ...sizes, C] as [N, 1, ..., C]: y = round(sum * (inputScale / (outputScale * pixels))) within
 * `low` and `high`, ties to even, in f32.
 */
export const meanInt8 = defineOp({
  code: 49,
  name: 'meanInt8',
  kernels: INT8_KERNELS,
  int8: true,
  inputs: { x: 'value' },
  attrs: { inputScale: 'f32', outputScale: 'f32', low: 'i32', high: 'i32' },
  type: ({ x }) => integersIn(x),
  shape: ({ x }, { inputScale, outputScale, low, high }) => {
    checkScales('a scale', inputScale, outputScale);
    checkIntegerBounds({ low, high });
    return [samplesOf(x), ...spatialOf(x.shape).map(() => 1), channelsOf(x)];
  },
  plan: ({ x }, output, { inputScale, outputScale, low, high }) => ({
    bind: (kernels, address) => {
      const [to, from, samples, words] = [address(output), address(x), samplesOf(x), wordsAcross(x)];
      const pixels = sizeOf(x.shape.slice(1, -1));
      const factor = Math.fround(inputScale / Math.fround(outputScale * pixels));
      const [image, row] = [bytesOf(x) / samples, words * 4];
      return () => {
        for (let n = 0; n < samples; n++)
          kernels.meanInt8(to + n * row, from + n * image, pixels, words, 0, words, factor, low, high);
      };
    },
  }),
});

/** Two integers of 16 bits that are less than any other. */
const LEAST = 0x80008000 | 0;

/** The maximum of every window of x [N, ...sizes, C], per channel; padding is part of no window. */
export const maxInt8 = defineOp({
  code: 50,
  name: 'maxInt8',
  kernels: INT8_KERNELS,
  int8: true,
  inputs: { x: 'value' },
  attrs: { kernel: 'i32s', strides: 'i32s', dilations: 'i32s', pads: 'i32s' },
  type: ({ x }) => integersIn(x),
  shape: ({ x }, { kernel, strides, dilations, pads }) => {
    const sizes = windowShape(spatialOf(x.shape), kernel, strides, dilations, pads, false);
    pads.forEach((pad, index) => {
      const axis = index % sizes.length;
      if (pad >= windowSpan(kernel[axis]!, dilations[axis]!))
        throw new ShapeError(`padding of ${pad} is as large as the window`);
      // taps farther apart than the image is wide can all be beside it
      if (pad && dilations[axis]! > x.shape[axis + 1]!)
        throw new ShapeError(`windows with taps ${dilations[axis]} apart may have no pixel of ${x.shape[axis + 1]}`);
    });
    return checkedShape([samplesOf(x), ...sizes, channelsOf(x)]);
  },
  plan: ({ x }, output, attrs) => {
    const geometry = geometryOf(inWords(x), attrs);
    const windows = windowTable(geometry, output.shape.slice(1, -1));
    const [padding, taps] = [paddingTable(geometry), tapTable(geometry)];
    const padded = { bytes: isPadded(geometry) ? paddedBytes(geometry) : 0 };
    return {
      tables: [windows, padding, taps],
      scratch: [padded],
      bind: (kernels, address) => {
        const [at, tapsAt, words] = [address(windows), address(taps), wordsAcross(x)];
        const [pixels, count] = [sizeOf(output.shape.slice(1, -1)), sizeOf(attrs.kernel)];
        return eachImage(kernels, address, { x, output, geometry, padding, padded, fill: LEAST }, (image, y) =>
          kernels.maxInt8(y, image, at, tapsAt, pixels, count, words),
        );
      },
    };
  },
});
