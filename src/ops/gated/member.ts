// The members of a gated chain.

import { asNamed, type Node } from '../../ir/graph.js';
import type { Op } from '../../ir/op.js';
import type { Table } from '../../ir/plan.js';
import type { Constant, Value } from '../../ir/value.js';
import { isDepthwise, type ConvAttrs, type convInputs, type convSchema } from '../conv/attrs.js';
import type { TileSize } from '../conv/winograd-weights.js';
import { hasRows } from '../conv/run-depthwise.js';
import { asGated, denseAttrs } from './attrs.js';

/** A member of a chain: a depthwise convolution, or a product with or without gates, with inputs by name. */
export type Member = {
  node: Node;
  attrs: ConvAttrs;
  kind: 'filter' | 'product';
  x: Value;
  weights: Constant;
  bias: Constant;
  gates: Value | undefined;
  residual: Value | undefined;
  /** The size of the tiles in which a product is computed; undefined if it is direct. */
  tile?: TileSize | undefined;
  /** Whether the channels that it keeps are copied first, so that they are neighbours. */
  copies?: boolean;
};

/** Constants of a member in the kernels' layout. */
export type PackedMember = { bias: Table; weights: Table };

/** Tables that depend on a member's shapes: offsets of windows and taps for pixels of one float. */
export type MemberTables = { windows: Table; taps: Table };

const asConv = (node: Node) => asNamed<Op<typeof convSchema, typeof convInputs>>(node, 'conv');

/** Whether a node is a depthwise convolution whose channels can be chosen per sample. */
export const isFilter = (node: Node): boolean => {
  const layer = asConv(node);
  return !!layer && isDepthwise(layer.x, layer.bias, layer.attrs) && hasRows(layer.attrs);
};

/** Whether a node is a convolution, gated or not, whose outputs can be computed individually. */
export const isProduct = (node: Node): boolean => {
  const gated = asGated(node);
  if (gated) return !gated.residual;
  const layer = asConv(node);
  return !!layer && !layer.residual && layer.attrs.group === 1 && !layer.attrs.blocks.length;
};

/** A node of a chain, with inputs by name. */
export const memberOf = (node: Node): Member => {
  const gated = asGated(node);
  if (gated) return { ...gated, attrs: denseAttrs(gated.attrs), kind: 'product' };
  return { ...asConv(node)!, gates: undefined, kind: isFilter(node) ? 'filter' : 'product' };
};
