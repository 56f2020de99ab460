// The members of a gated chain.

import { asOp, type Node } from '../../ir/graph.js';
import type { Table } from '../../ir/plan.js';
import type { Constant, Value } from '../../ir/value.js';
import { isDepthwise, type ConvAttrs } from '../../ops/conv/attrs.js';
import { conv } from '../../ops/conv/conv.js';
import { isFast3x3 } from '../../ops/conv/depthwise.js';
import { denseAttrs, gatedConv } from '../../ops/conv/gated-conv.js';
import { geometryOf } from '../../ops/conv/geometry.js';

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
};

/** Constants of a member in the kernels' layout. */
export type PackedMember = { bias: Table; weights: Table };

/** Tables that depend on a member's shapes: offsets of windows and taps for pixels of one float. */
export type MemberTables = { windows: Table; taps: Table };

/** Whether a node is a depthwise convolution whose channels can be chosen per sample. */
export const isFilter = (node: Node): boolean => {
  const layer = asOp(node, conv);
  return !!layer && isDepthwise(layer.x, layer.bias, layer.attrs) && isFast3x3(geometryOf(layer.x, layer.attrs));
};

/** Whether a node is a convolution, gated or not, whose outputs can be computed individually. */
export const isProduct = (node: Node): boolean => {
  const gated = asOp(node, gatedConv);
  if (gated) return !gated.residual;
  const layer = asOp(node, conv);
  return !!layer && !layer.residual && layer.attrs.group === 1 && !layer.attrs.blocks.length;
};

/** A node of a chain, with inputs by name. */
export const memberOf = (node: Node): Member => {
  const gated = asOp(node, gatedConv);
  if (gated) return { ...gated, attrs: denseAttrs(gated.attrs), kind: 'product' };
  return { ...asOp(node, conv)!, gates: undefined, kind: isFilter(node) ? 'filter' : 'product' };
};
