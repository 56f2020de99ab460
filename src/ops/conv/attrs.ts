// Attributes and inputs of a convolution, and the blocks of channels that they describe.

import { ShapeError } from '../../errors.js';
import type { AttrsOf, InputsOf } from '../../ir/schema.js';
import type { Block } from '../../ir/structure.js';
import { sameShape, showShape, sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { range } from '../shared/permutation.js';

/** The attributes of a convolution, in the order of the file. */
export const convSchema = {
  kernel: 'i32s',
  strides: 'i32s',
  dilations: 'i32s',
  pads: 'i32s',
  group: 'i32',
  blocks: 'blocks',
  low: 'f32',
  high: 'f32',
} as const;

/** The attributes of a convolution. */
export type ConvAttrs = AttrsOf<typeof convSchema>;

/** The inputs of a convolution. */
export const convInputs = { x: 'value', weights: 'constant', bias: 'constant', residual: 'value?' } as const;

/** The inputs of a convolution, by name. */
export type ConvInputs = InputsOf<typeof convInputs>;

/** The blocks: those listed, or `group` equal ones. */
export const blocksOf = (
  x: Value,
  bias: Value,
  { group, blocks }: Pick<ConvAttrs, 'group' | 'blocks'>,
): readonly Block[] => {
  if (blocks.length) return blocks;
  const [inputs, outputs] = [channelsOf(x) / group, channelsOf(bias) / group];
  return Array.from({ length: group }, (_, g) => ({
    inputs: range(inputs, g * inputs),
    outputs: range(outputs, g * outputs),
  }));
};

/** Whether every channel has its own filter. */
export const isDepthwise = (x: Value, bias: Value, { group, blocks }: Pick<ConvAttrs, 'group' | 'blocks'>): boolean =>
  !blocks.length && group > 1 && group === x.shape.at(-1) && group === bias.shape[0];

/** @throws {ShapeError} unless the bias has one axis */
export const checkBias = (bias: Value): void => {
  if (bias.shape.length !== 1) throw new ShapeError(`the bias has shape ${showShape(bias.shape)}; expected one axis`);
};

/** @throws {ShapeError} unless groups, blocks and weights fit the inputs and outputs */
export const checkBlocks = ({ x, weights, bias }: ConvInputs, { group, blocks, kernel }: ConvAttrs): void => {
  const [channels, outputs] = [channelsOf(x), channelsOf(bias)];
  if (!(Number.isInteger(group) && group >= 1) || channels % group || outputs % group) {
    throw new ShapeError(`${group} groups do not divide ${channels} inputs and ${outputs} outputs`);
  }
  const expected = blocks.length
    ? [countWeights(blocks, channels, outputs) * sizeOf(kernel)]
    : [outputs, ...kernel, channels / group];
  if (!sameShape(weights.shape, expected)) {
    throw new ShapeError(`the weights have shape ${showShape(weights.shape)}; expected ${showShape(expected)}`);
  }
};

/** Number of connections in all blocks. @throws {ShapeError} for channels out of range, or an output in two blocks */
const countWeights = (blocks: readonly Block[], channels: number, outputs: number): number => {
  const seen = new Set<number>();
  let weights = 0;
  for (const block of blocks) {
    for (const output of block.outputs) {
      if (!isIndex(output, outputs)) throw new ShapeError(`a block has output ${output}; expected 0 to ${outputs - 1}`);
      if (seen.has(output)) throw new ShapeError(`output ${output} is in two blocks`);
      seen.add(output);
    }
    for (const input of block.inputs) {
      if (!isIndex(input, channels)) throw new ShapeError(`a block has input ${input}; expected 0 to ${channels - 1}`);
    }
    weights += block.inputs.length * block.outputs.length;
  }
  return weights;
};

const isIndex = (index: number, size: number): boolean => Number.isInteger(index) && index >= 0 && index < size;
