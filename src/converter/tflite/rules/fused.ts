// The activation that a node applies to its own result.

import type { Value } from '../../../ir/value.js';
import { unary } from '../../../ops/unary.js';
import type { Builder } from '../../reading/builder.js';
import { clamp } from '../../reading/elementwise.js';
import { rangeOf } from '../elements.js';
import type { NodeView } from '../node-view.js';

/** The least and largest values of a result. */
export type Bounds = { low: number; high: number };

const BOUNDS: Readonly<Record<string, Bounds>> = {
  RELU: { low: 0, high: Infinity },
  RELU_N1_TO_1: { low: -1, high: 1 },
  RELU6: { low: 0, high: 6 },
};

const UNBOUNDED: Bounds = { low: -Infinity, high: Infinity };

const activationOf = (node: NodeView): string =>
  node.word('fused_activation_function', ['NONE', 'RELU', 'RELU_N1_TO_1', 'RELU6', 'TANH']);

/**
 * The bounds of a node's result: those of its activation and, if a quantised network stores it as integers that stand for
 * no negative numbers, those of these integers: some converters leave out a RELU or RELU6 that follows from them.
 */
export const boundsOf = (node: NodeView): Bounds => {
  const activation = BOUNDS[activationOf(node)] ?? UNBOUNDED;
  const stored = rangeOf(node.to());
  if (stored.low !== 0) return activation;
  return { low: Math.max(activation.low, stored.low), high: Math.min(activation.high, stored.high) };
};

/** The rest of a node's activation, after the bounds. */
export const afterBounds = (node: NodeView, build: Builder, y: Value): Value =>
  activationOf(node) === 'TANH' ? build.op(unary, { kind: 'tanh', alpha: 0, beta: 0 }, [y]) : y;

/** A node's result with its activation. */
export const activated = (node: NodeView, build: Builder, y: Value): Value => {
  const { low, high } = boundsOf(node);
  return afterBounds(node, build, clamp(build, y, low, high));
};
