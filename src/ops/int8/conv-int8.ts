// Convolution of int8 values: products and sums of integers, which every engine computes alike.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import type { AttrsOf, InputsOf } from '../../ir/schema.js';
import { conv } from '../conv/conv.js';
import type { ConvAttrs, ConvInputs } from '../conv/attrs.js';
import { convShape } from '../conv/shape.js';
import { checkIntegerBounds, checkScales, integersIn } from './checks.js';
import { lowerDepthwiseInt8 } from './depthwise-int8.js';
import { INT8_KERNELS } from './kernels.js';
import { lowerPanelsInt8 } from './panels-int8.js';

const schema = {
  kernel: 'i32s',
  strides: 'i32s',
  dilations: 'i32s',
  pads: 'i32s',
  group: 'i32',
  blocks: 'blocks',
  inputScale: 'f32',
  outputScale: 'f32',
  low: 'i32',
  high: 'i32',
} as const;

const inputs = { x: 'value', weights: 'constant', scales: 'constant', bias: 'constant' } as const;

/** The attributes of `convInt8`. */
export type Int8ConvAttrs = AttrsOf<typeof schema>;

/** The inputs of `convInt8`, by name. */
export type Int8ConvInputs = InputsOf<typeof inputs>;

/** The convolution of floats with the same geometry and blocks. */
export const floatConv = ({ x, weights, bias }: Int8ConvInputs, attrs: Int8ConvAttrs): [ConvInputs, ConvAttrs] => [
  { x: { ...x, type: 'float32' }, weights, bias, residual: undefined },
  attrs,
];

/**
 * y = round((bias + sum over the blocks' weights and inputs) * inputScale * scales / outputScale) within `low` and `high`, ties to
 * even, for the integers round(weights / scales), -255 to 255, and round(bias / (inputScale * scales)), 32 bits.
 *
 * Inputs: an int8 value x [N, ...sizes, C]; weights and bias as of `conv`, in real numbers; a scale for each output. Sums are
 * of 32 bits; they are multiplied in f32 by factors that are computed in f32, from left to right.
 */
export const convInt8 = defineOp({
  code: 45,
  name: 'convInt8',
  kernels: INT8_KERNELS,
  int8: true,
  inputs,
  attrs: schema,
  type: ({ x }) => integersIn(x),
  shape: (own, attrs) => {
    const shape = convShape(...floatConv(own, attrs));
    const { scales, bias } = own;
    if (scales.shape.length !== 1 || scales.shape[0] !== bias.shape[0])
      throw new ShapeError(`there are ${scales.data.length} scales for ${bias.shape[0]} outputs`);
    checkScales('inputScale', attrs.inputScale);
    checkScales('outputScale', attrs.outputScale);
    checkScales('a scale of the weights', ...scales.data);
    checkIntegerBounds(attrs);
    return shape;
  },
  lower: (own, attrs) => lowerDepthwiseInt8(own, attrs) ?? lowerPanelsInt8(own, attrs),
  macs: (own, output, attrs) => conv.macs(listOf(own), output, attrs),
  structure: (own, output, attrs) => conv.structure(listOf(own), output, attrs)!,
});

const listOf = ({ x, weights, bias }: Int8ConvInputs) => [{ ...x, type: 'float32' as const }, weights, bias];
