// Convolution of int8 values: products and sums of integers, which every engine computes alike.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { INT8_KERNELS } from '../../kernels/modules.js';
import { convMacs, convStructure } from '../conv/costs.js';
import { convShape } from '../conv/shape.js';
import { floatConv, inputs, schema, type Int8ConvAttrs, type Int8ConvInputs } from './attrs.js';
import { checkIntegerBounds, checkScales, integersIn } from './checks.js';
import { lowerDepthwiseInt8 } from './depthwise-int8.js';
import { biasInteger, fitsSums } from './integers.js';
import { lowerPanelsInt8 } from './panels-int8.js';
import { lowerWinogradInt8 } from './winograd-int8.js';

/** @throws {ShapeError} unless the integers of all biases have at most 32 bits */
const checkBiases = (own: Int8ConvInputs, attrs: Int8ConvAttrs): void => {
  const { scales, bias } = own;
  scales.data.forEach((_, output) => {
    if (!fitsSums(biasInteger(output, own, attrs)))
      throw new ShapeError(
        `the bias of output ${output} is ${bias.data[output]}, which is more than 2^31 times the scale of its sums`,
      );
  });
};

/** @throws {ShapeError} if a block has an input twice: the sum of both weights may have more than 16 bits */
const checkInputs = ({ blocks }: Int8ConvAttrs): void => {
  for (const { inputs } of blocks) {
    if (new Set(inputs).size < inputs.length) throw new ShapeError('a block has an input twice');
  }
};

/**
 * y = round((bias + sum over the blocks' weights and inputs) * inputScale * scales / outputScale) within `low` and `high`, ties to
 * even, for the integers round(weights / scales), -255 to 255, and round(bias / (inputScale * scales)), 32 bits.
 *
 * Inputs: an int8 value x [N, ...sizes, C]; weights and bias as of `conv`, in real numbers; a scale for each output. Sums have
 * 32 bits, of which larger ones keep the lowest; they are multiplied in f32 by factors that are computed in f32, from left to right.
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
    checkBiases(own, attrs);
    checkInputs(attrs);
    return shape;
  },
  lower: (own, attrs) => lowerDepthwiseInt8(own, attrs) ?? lowerWinogradInt8(own, attrs) ?? lowerPanelsInt8(own, attrs),
  macs: convMacs,
  structure: convStructure,
});
