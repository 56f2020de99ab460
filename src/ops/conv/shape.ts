// The output shape of a convolution, after all checks.

import { ShapeError } from '../../errors.js';
import { sameShape, showShape, sizeOf } from '../../ir/tensor.js';
import { MAX_ELEMENTS, checkBounds, checkedShape, checkInteger } from '../shared/checks.js';
import { spatialOf, windowShape } from '../shared/window.js';
import { checkBias, checkBlocks, type ConvAttrs, type ConvInputs } from './attrs.js';
import { geometryOf, paddedSizes } from './geometry.js';
import { channelsOf, samplesOf } from '../../ir/value.js';

/** Maximum size of a padded axis, whose list of offsets must fit in memory. */
const MAX_PADDED = 2 ** 22;

/** Maximum number of windows in an image and of taps in a window, whose lists must fit in memory. */
const MAX_WINDOWS = 2 ** 24;
const MAX_TAPS = 2 ** 20;

/** @throws {ShapeError} unless inputs and attributes are consistent */
export const convShape = (inputs: ConvInputs, attrs: ConvAttrs): readonly number[] => {
  const { x, bias, residual } = inputs;
  const spatial = windowShape(spatialOf(x.shape), attrs.kernel, attrs.strides, attrs.dilations, attrs.pads, false);
  checkBounds(attrs.low, attrs.high);
  checkBias(bias);
  checkBlocks(inputs, attrs);
  const shape = checkedShape([samplesOf(x), ...spatial, channelsOf(bias)]);
  checkInteger('windows', sizeOf(spatial), 1, MAX_WINDOWS);
  checkInteger('taps', sizeOf(attrs.kernel), 1, MAX_TAPS);
  const padded = paddedSizes(geometryOf(x, attrs));
  for (const size of padded) checkInteger('the padded sizes', size, 1, MAX_PADDED);
  if (sizeOf(padded) * channelsOf(x) > MAX_ELEMENTS) {
    throw new ShapeError(`pads ${showShape(attrs.pads)} are too large`);
  }
  if (residual && !sameShape(residual.shape, shape)) {
    throw new ShapeError(
      `the residual has shape ${showShape(residual.shape)}; the convolution produces ${showShape(shape)}`,
    );
  }
  return shape;
};
