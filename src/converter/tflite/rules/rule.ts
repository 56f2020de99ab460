// What a rule of TensorFlow Lite is.

import type { RuleOf } from '../../reading/rule.js';
import type { NodeView } from '../node-view.js';

/** Converts a TensorFlow Lite node; throws a `Refusal` if it is not supported. */
export type Rule = RuleOf<NodeView>;

/** Rules by operator name. */
export type Rules = Readonly<Record<string, Rule>>;
