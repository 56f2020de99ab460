// What a rule is: one ONNX operator in terms of ops.

import type { Value } from '../../../ir/value.js';
import type { Builder } from '../builder.js';
import type { NodeView } from '../node-view.js';

/** The outputs of a node; undefined for an output that is not supported, or for what nobody wants. */
export type Outputs = Value | readonly (Value | undefined)[];

/** Brings an ONNX node into the graph; throws a `Refusal` for what has no counterpart. */
export type Rule = (node: NodeView, build: Builder) => Outputs;

/** Rules by operator name. */
export type Rules = Readonly<Record<string, Rule>>;
