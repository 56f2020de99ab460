// The activation that a node applies to its own result.

import type { Value } from '../../../ir/value.js';
import type { Builder } from '../../reading/builder.js';
import { clamp } from '../../reading/elementwise.js';
import type { NodeView } from '../node-view.js';

/** The least and largest values of a result. */
export type Bounds = { low: number; high: number };

const BOUNDS: Readonly<Record<string, Bounds>> = {
  RELU: { low: 0, high: Infinity },
  RELU_N1_TO_1: { low: -1, high: 1 },
  RELU6: { low: 0, high: 6 },
};

/** Bounds that change nothing. */
export const UNBOUNDED: Bounds = { low: -Infinity, high: Infinity };

/** LiteRT itself leaves out the other activations that a file may name, TANH and SIGN_BIT. */
const activationOf = (node: NodeView): string =>
  node.word('fused_activation_function', ['NONE', 'RELU', 'RELU_N1_TO_1', 'RELU6']);

/** The bounds of a node's result: those of its activation. */
export const boundsOf = (node: NodeView): Bounds => BOUNDS[activationOf(node)] ?? UNBOUNDED;

/** A node's result with its activation. */
export const activated = (node: NodeView, build: Builder, y: Value): Value => {
  const { low, high } = boundsOf(node);
  return clamp(build, y, low, high);
};
