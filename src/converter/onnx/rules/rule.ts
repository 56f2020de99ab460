// What a rule of ONNX is.

import type { RuleOf } from '../../reading/rule.js';
import type { NodeView } from '../node-view.js';

/** Converts an ONNX node; throws a `Refusal` if it is not supported. */
export type Rule = RuleOf<NodeView>;

/** Rules by operator name. */
export type Rules = Readonly<Record<string, Rule>>;
