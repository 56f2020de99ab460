// What a convolution is made of: its attributes, and the blocks of channels that they and the weights describe.

import { ShapeError } from '../../errors.js';
import type { Value } from '../../ir/value.js';
import type { AttrsOf, Block } from '../../ir/op.js';
import { sameShape, showShape, sizeOf } from '../../ir/tensor.js';

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

/** The blocks; `group` equal ones unless they are listed. */
export const blocksOf = (x: Value, bias: Value, { group, blocks }: ConvAttrs): readonly Block[] => {
  if (blocks.length) return blocks;
  const range = (start: number, length: number) => Array.from({ length }, (_, i) => start + i);
  const [inputs, outputs] = [x.shape.at(-1)! / group, bias.shape[0]! / group];
  return Array.from({ length: group }, (_, g) => ({
    inputs: range(g * inputs, inputs),
    outputs: range(g * outputs, outputs),
  }));
};

/** @throws {ShapeError} unless the bias has one axis */
export const checkBias = (bias: Value): void => {
  if (bias.shape.length !== 1) throw new ShapeError(`the bias has shape ${showShape(bias.shape)}; one axis is needed`);
};

/** @throws {ShapeError} unless groups, blocks and weights fit the inputs and outputs */
export const checkBlocks = (x: Value, w: Value, bias: Value, attrs: ConvAttrs): void => {
  const channels = x.shape.at(-1)!;
  const outputs = bias.shape[0]!;
  const { group, blocks, kernel } = attrs;
  if (!(Number.isInteger(group) && group >= 1) || channels % group || outputs % group) {
    throw new ShapeError(`${group} groups do not divide ${channels} inputs and ${outputs} outputs`);
  }
  let expected = [outputs, ...kernel, channels / group];
  if (blocks.length) {
    const seen = new Set<number>();
    let weights = 0;
    for (const { inputs, outputs: own } of blocks) {
      for (const output of own) {
        if (seen.has(output) || !isPlace(output, outputs))
          throw new ShapeError(`output ${output} of a block is out of range or in two blocks`);
        seen.add(output);
      }
      const beyond = inputs.find((input) => !isPlace(input, channels));
      if (beyond !== undefined) throw new ShapeError(`a block reads channel ${beyond} of ${channels}`);
      weights += inputs.length * own.length;
    }
    expected = [weights * sizeOf(kernel)];
  }
  if (!sameShape(w.shape, expected)) {
    throw new ShapeError(`the weights have shape ${showShape(w.shape)}; ${showShape(expected)} is needed`);
  }
};

const isPlace = (index: number, size: number): boolean => Number.isInteger(index) && index >= 0 && index < size;

/** Whether every channel has a filter of its own. */
export const isDepthwise = (x: Value, bias: Value, { group, blocks }: ConvAttrs): boolean =>
  !blocks.length && group > 1 && group === x.shape.at(-1) && group === bias.shape[0];
