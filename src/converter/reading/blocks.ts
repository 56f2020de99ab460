// Blocks of pixels that become channels, and channels that become blocks of pixels; channels are last.

import type { Value } from '../../ir/value.js';
import type { Builder } from './builder.js';
import { refuse } from './refusal.js';

/** The sizes of [N, height, width, C]; refuses other ranks, and blocks without pixels. */
const sizesOf = ({ shape }: Value, block: number): [number, number, number, number] => {
  if (!(block >= 1)) refuse(`a block of ${block} is not supported`);
  if (shape.length !== 4) refuse('the input must have 4 dimensions');
  return shape as unknown as [number, number, number, number];
};

const divided = (size: number, by: number): number => (size % by ? refuse(`${by} does not divide ${size}`) : size / by);

/** Channels become blocks. In a pixel, the places in the block come before the channels, or after them if `isChannelFirst`. */
export const depthToSpace = (build: Builder, x: Value, block: number, isChannelFirst: boolean): Value => {
  const [samples, height, width, channels] = sizesOf(x, block);
  const kept = divided(channels, block * block);
  const parts = isChannelFirst ? [kept, block, block] : [block, block, kept];
  const split = build.reshape(x, [samples, height, width, ...parts], 1);
  const moved = build.transpose(split, isChannelFirst ? [0, 1, 4, 2, 5, 3] : [0, 1, 3, 2, 4, 5]);
  return build.reshape(moved, [samples, height * block, width * block, kept], 1);
};

/** Blocks become channels. In a pixel, the places in the block come before the channels, or after them if `isChannelFirst`. */
export const spaceToDepth = (build: Builder, x: Value, block: number, isChannelFirst: boolean): Value => {
  const [samples, height, width, channels] = sizesOf(x, block);
  const [rows, columns] = [divided(height, block), divided(width, block)];
  const split = build.reshape(x, [samples, rows, block, columns, block, channels], 1);
  const moved = build.transpose(split, isChannelFirst ? [0, 1, 3, 5, 2, 4] : [0, 1, 3, 2, 4, 5]);
  return build.reshape(moved, [samples, rows, columns, channels * block * block], 1);
};
