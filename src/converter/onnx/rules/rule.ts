// What a rule is: one ONNX operator in terms of ops.

import type { Value } from '../../../ir/value.js';
import type { Builder } from '../builder.js';
import type { NodeView } from '../node-view.js';

/** The outputs of a node; undefined if an output is not supported or not used. */
export type Outputs = Value | readonly (Value | undefined)[];

/** Converts an ONNX node; throws a `Refusal` if it is not supported. */
export type Rule = (node: NodeView, build: Builder) => Outputs;

/** Rules by operator name. */
export type Rules = Readonly<Record<string, Rule>>;
