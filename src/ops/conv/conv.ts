// Convolution in blocks; the structure of the blocks determines the kernel.

import { ShapeError } from '../../errors.js';
import type { NodeOf } from '../../ir/graph.js';
import { defineOp } from '../../ir/op.js';
import type { Block, Structure } from '../../ir/structure.js';
import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { floatOnly } from '../shared/checks.js';
import { blocksOf, convInputs, convSchema, isDepthwise, type ConvAttrs, type ConvInputs } from './attrs.js';
import { weightsPerTap } from './block-weights.js';
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
  macs: ({ x, bias }, output, { blocks, group, kernel }) => {
    // equal groups are counted without listing them: this runs for every layer of a model that is loaded
    const perTap = blocks.length ? weightsPerTap(blocks) : (channelsOf(x) * channelsOf(bias)) / group;
    return perTap * sizeOf(kernel) * sizeOf(output.shape.slice(0, -1));
  },
  structure: (inputs, output, attrs) => structureOf(inputs, output, attrs),
});

/** A convolution in a graph: its node, attributes and inputs by name. */
export type ConvNode = NodeOf<typeof convSchema, typeof convInputs>;

/** Whether the only block has every input and every output, in any order. */
const isWhole = ([first, ...others]: readonly Block[], inputs: number, outputs: number): boolean =>
  !others.length && new Set(first!.inputs).size === inputs && first!.outputs.length === outputs;

const structureOf = ({ x, weights, bias }: ConvInputs, output: Value, attrs: ConvAttrs): Structure => {
  const { kernel, group, blocks } = attrs;
  const positions = sizeOf(output.shape.slice(0, -1));
  const outputs = channelsOf(bias);
  const costsOf = (count: number) => ({ macs: count * positions, weights: count + outputs });
  if (isDepthwise(x, bias, attrs)) return { kind: 'depthwise', kernel, dense: costsOf(sizeOf(weights.shape)) };
  const dense = costsOf(channelsOf(x) * outputs * sizeOf(kernel));
  if (blocks.length ? isWhole(blocks, channelsOf(x), outputs) : group === 1) return { kind: 'dense', kernel, dense };
  return { kind: blocks.length ? 'blocks' : 'grouped', kernel, groups: blocksOf(x, bias, attrs), dense };
};
