// Options that convolution and pooling share.

import { refuse } from '../../reading/refusal.js';
import { splitPads, type Window } from '../../reading/window.js';
import type { NodeView } from '../node-view.js';

/** The height and width of [N, height, width, C]; refuses other ranks. */
export const spatialSizes = (shape: readonly number[]): [number, number] => {
  if (shape.length !== 4) refuse(`an input of ${shape.length} dimensions is not supported; 4 are`);
  return [shape[1]!, shape[2]!];
};

/** What the border of an image is filled with: as much as keeps its size, divided by the stride, or nothing. */
export type Padding = 'SAME' | 'VALID';

/** The option `padding`. */
export const paddingOf = (node: NodeView): Padding => node.word('padding', ['SAME', 'VALID']);

/** The strides down and across. */
export const stridesOf = (node: NodeView): [number, number] => [node.int('stride_h'), node.int('stride_w')];

/** Pads so that a window makes one output for every `stride` inputs of each axis; an odd one goes to the end. */
export const samePads = (sizes: readonly number[], { kernel, strides, dilations }: Omit<Window, 'pads'>): number[] => {
  const totals = sizes.map((size, axis) => {
    const span = (kernel[axis]! - 1) * dilations[axis]! + 1;
    return Math.max((Math.ceil(size / strides[axis]!) - 1) * strides[axis]! + span - size, 0);
  });
  return splitPads(totals, false);
};

/** The window of a node whose input has the given spatial sizes. */
export const windowOf = (
  node: NodeView,
  sizes: readonly number[],
  kernel: readonly number[],
  dilations: readonly number[] = [1, 1],
): Window => {
  const window = { kernel, strides: stridesOf(node), dilations };
  if (node.dilated) return { ...window, ...node.dilated };
  if (![...window.strides, ...kernel, ...dilations].every((size) => size >= 1))
    refuse('strides, kernel and dilations must be at least 1');
  return { ...window, pads: paddingOf(node) === 'SAME' ? samePads(sizes, window) : [0, 0, 0, 0] };
};
