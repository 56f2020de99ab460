// Attributes that convolution and pooling share.

import { splitPads, type Window } from '../../reading/window.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';

const AUTO_PADS = ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'] as const;

/** The attribute `auto_pad`. */
export const autoPad = (node: NodeView): (typeof AUTO_PADS)[number] => node.word('auto_pad', AUTO_PADS);

/** A list attribute with one number for every spatial axis. */
export const perAxis = (node: NodeView, name: string, count: number, fallback: number): readonly number[] => {
  const list = node.ints(name, new Array<number>(count).fill(fallback));
  if (list.length !== count) refuse(`${name} has ${list.length} numbers; expected ${count}`);
  return list;
};

/** The window of a node whose input has the given spatial sizes. */
export const windowOf = (node: NodeView, sizes: readonly number[], kernel: readonly number[]): Window => {
  const rank = sizes.length;
  if (kernel.length !== rank) refuse(`a kernel of ${kernel.length} axes does not fit ${rank} spatial axes`);
  const strides = perAxis(node, 'strides', rank, 1);
  const dilations = perAxis(node, 'dilations', rank, 1);
  const mode = autoPad(node);
  if (mode === 'NOTSET') return { kernel, strides, dilations, pads: perAxis(node, 'pads', 2 * rank, 0) };
  const totals = sizes.map((size, axis) => {
    const span = (kernel[axis]! - 1) * dilations[axis]! + 1;
    return mode === 'VALID' ? 0 : Math.max((Math.ceil(size / strides[axis]!) - 1) * strides[axis]! + span - size, 0);
  });
  return { kernel, strides, dilations, pads: splitPads(totals, mode === 'SAME_LOWER') };
};

/** The spatial sizes of [N, C, ...sizes]; refuses ranks without them. */
export const spatialSizes = (shape: readonly number[]): number[] => {
  if (shape.length < 3 || shape.length > 5)
    refuse(`an input of ${shape.length} dimensions is not supported (3 to 5 are)`);
  return shape.slice(2);
};
