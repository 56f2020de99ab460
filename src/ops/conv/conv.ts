// Convolution in blocks; the structure of the blocks determines the kernel.

import { ShapeError } from '../../errors.js';
import type { NodeOf } from '../../ir/graph.js';
import { defineOp } from '../../ir/op.js';
import { floatOnly } from '../shared/checks.js';
import { convInputs, convSchema, isDepthwise } from './attrs.js';
import { convMacs, convStructure } from './costs.js';
import { lowerConv } from './kernel.js';
import { convShape } from './shape.js';

/**
 * y = clamp(bias + sum over the blocks' weights and inputs + residual, low, high).
 *
 * Inputs: x [N, ...sizes, C]; weights; bias [O]; optionally a residual of the output's shape. Without `blocks` the
 * weights are [O, ...kernel, C / group], and there are `group` equal blocks; otherwise they are
 * [outputs][...kernel][inputs], block after block. An output in no block equals its bias. `pads` are all begins, then
 * all ends.
 */
export const conv = defineOp({
  code: 1,
  name: 'conv',
  inputs: convInputs,
  attrs: convSchema,
  type: floatOnly,
  shape: (inputs, attrs) => {
    if (inputs.residual && isDepthwise(inputs.x, inputs.bias, attrs)) {
      throw new ShapeError('a depthwise convolution takes no residual');
    }
    return convShape(inputs, attrs);
  },
  lower: lowerConv,
  macs: convMacs,
  structure: convStructure,
});

/** A convolution in a graph: its node, attributes and inputs by name. */
export type ConvNode = NodeOf<typeof convSchema, typeof convInputs>;
