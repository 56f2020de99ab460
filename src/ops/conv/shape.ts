// The shape that a convolution gives, once everything is found to fit.

import { ShapeError } from '../../errors.js';
import type { Value } from '../../ir/value.js';
import { sameShape, showShape, sizeOf } from '../../ir/tensor.js';
import { checkBounds, checkInteger } from '../shared/checks.js';
import { checkBias, checkBlocks, type ConvAttrs } from './blocks.js';
import { slidingOf } from './bind.js';
import { paddedSizes } from './sliding.js';
import { MOST_ELEMENTS, spatialOf, windowShape } from '../shared/window.js';

/** Longest side of a padded image: its list of places has to fit memory. */
const MOST_PADDED = 2 ** 22;

/** Windows of one image and places of a window: their lists have to fit memory. */
const MOST_WINDOWS = 2 ** 24,
  MOST_TAPS = 2 ** 20;

/** @throws {ShapeError} unless inputs x, weights and bias, and perhaps a residual, fit the attributes */
export const convShape = (
  x: Value,
  w: Value,
  bias: Value,
  residual: Value | undefined,
  attrs: ConvAttrs,
): readonly number[] => {
  const spatial = windowShape(spatialOf(x.shape), attrs.kernel, attrs.strides, attrs.dilations, attrs.pads, false);
  checkBounds(attrs.low, attrs.high);
  checkBias(bias);
  checkBlocks(x, w, bias, attrs);
  const shape = [x.shape[0]!, ...spatial, bias.shape[0]!];
  checkInteger('windows', sizeOf(spatial), 1, MOST_WINDOWS);
  checkInteger('taps', sizeOf(attrs.kernel), 1, MOST_TAPS);
  const padded = paddedSizes(slidingOf(x, attrs));
  for (const size of padded) checkInteger('the padded sizes', size, 1, MOST_PADDED);
  if (sizeOf(padded) * x.shape.at(-1)! > MOST_ELEMENTS)
    throw new ShapeError(`pads ${showShape(attrs.pads)} are too large`);
  if (residual && !sameShape(residual.shape, shape)) {
    throw new ShapeError(
      `the residual has shape ${showShape(residual.shape)}; the convolution gives ${showShape(shape)}`,
    );
  }
  return shape;
};
