// The members of a gated chain.

import type { Node } from '../../ir/graph.js';
import type { Table } from '../../ir/plan.js';
import type { Constant, Value } from '../../ir/value.js';
import { convInputs, isDepthwise, type ConvAttrs } from '../../ops/conv/attrs.js';
import { conv } from '../../ops/conv/conv.js';
import { isFast3x3 } from '../../ops/conv/depthwise.js';
import { gatedConv } from '../../ops/conv/gated-conv.js';
import { geometryOf } from '../../ops/conv/geometry.js';

/** A member of a chain: a depthwise convolution, or a product with or without gates; its inputs by name. */
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

/** Constants of a member as the kernels read them. */
export type PackedMember = { bias: Table; weights: Table };

/** Tables of a member's shapes: places of windows and of taps in pixels of one float. */
export type MemberTables = { windows: Table; taps: Table };

/** Whether a node is a depthwise convolution whose channels can be chosen. */
export const isFilter = ({ op, inputs: [x, , bias], attrs }: Node): boolean =>
  op === conv && isDepthwise(x!, bias!, attrs as ConvAttrs) && isFast3x3(geometryOf(x!, attrs as ConvAttrs));

/** Whether a node is a convolution, gated or not, whose outputs can be made one by one. */
export const isProduct = ({ op, inputs, attrs }: Node): boolean => {
  if (op === gatedConv) return inputs.length === Object.keys(gatedConv.inputs).indexOf('residual');
  const { group, blocks } = attrs as ConvAttrs;
  return op === conv && inputs.length === Object.keys(convInputs).indexOf('residual') && group === 1 && !blocks.length;
};

/** A node of a chain by its inputs' names. */
export const memberOf = (node: Node): Member => {
  const named = Object.fromEntries(Object.keys(node.op.inputs as object).map((name, i) => [name, node.inputs[i]]));
  const { x, weights, bias, gates, residual } = named as Pick<Member, 'x' | 'weights' | 'bias' | 'gates' | 'residual'>;
  return {
    node,
    attrs: node.attrs as ConvAttrs,
    kind: isFilter(node) ? 'filter' : 'product',
    ...{ x, weights, bias, gates, residual },
  };
};
