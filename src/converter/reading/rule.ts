// What a rule is: one operator of a file format in terms of ops.

import type { Value } from '../../ir/value.js';
import type { Builder } from './builder.js';

/** The outputs of a node; undefined if an output is not supported or not used. */
export type Outputs = Value | readonly (Value | undefined)[];

/** Converts a node, as its format shows it to rules; throws a `Refusal` if it is not supported. */
export type RuleOf<View> = (node: View, build: Builder) => Outputs;
