// The shape that a convolution gives, once everything is found to fit.

import { ShapeError } from '../../errors.js';
import { sameShape, showShape, sizeOf } from '../../ir/tensor.js';
import { MAX_ELEMENTS, checkBounds, checkInteger } from '../shared/checks.js';
import { spatialOf, windowShape } from '../shared/window.js';
import { checkBias, checkBlocks, type ConvAttrs, type ConvInputs } from './attrs.js';
import { geometryOf, paddedSizes } from './geometry.js';
import { channelsOf, samplesOf } from '../../ir/value.js';

/** Longest side of a padded image: its list of places has to fit memory. */
const MAX_PADDED = 2 ** 22;

/** Windows of one image and places of a window: their lists have to fit memory. */
const MAX_WINDOWS = 2 ** 24;
const MAX_TAPS = 2 ** 20;

/** @throws {ShapeError} unless inputs and attributes fit each other */
export const convShape = (inputs: ConvInputs, attrs: ConvAttrs): readonly number[] => {
  const { x, bias, residual } = inputs;
  const spatial = windowShape(spatialOf(x.shape), attrs.kernel, attrs.strides, attrs.dilations, attrs.pads, false);
  checkBounds(attrs.low, attrs.high);
  checkBias(bias);
  checkBlocks(inputs, attrs);
  const shape = [samplesOf(x), ...spatial, channelsOf(bias)];
  checkInteger('windows', sizeOf(spatial), 1, MAX_WINDOWS);
  checkInteger('taps', sizeOf(attrs.kernel), 1, MAX_TAPS);
  const padded = paddedSizes(geometryOf(x, attrs));
  for (const size of padded) checkInteger('the padded sizes', size, 1, MAX_PADDED);
  if (sizeOf(padded) * channelsOf(x) > MAX_ELEMENTS) {
    throw new ShapeError(`pads ${showShape(attrs.pads)} are too large`);
  }
  if (residual && !sameShape(residual.shape, shape)) {
    throw new ShapeError(
      `the residual has shape ${showShape(residual.shape)}; the convolution gives ${showShape(shape)}`,
    );
  }
  return shape;
};
