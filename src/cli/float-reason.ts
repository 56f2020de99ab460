// Why layers of an int8 network compute in float.

import { ruleOf } from '../converter/int8/integer-rules.js';
import type { Node } from '../ir/graph.js';

/** Ends of the names of parts of a layer that the quantizer splits, and that become part of it again if both are in float. */
const PARTS = ['', '.add', '.clip'];

/** Why a layer stays in float; `kept` are the names of those that an agreement keeps. */
export const floatReason = (node: Node, kept: ReadonlySet<string>): string => {
  const layer = node.name.replace(/\.clip$/, '');
  if (PARTS.some((part) => kept.has(layer + part))) return 'kept in float by --keep-agreement';
  return `${node.op.name} has no int8 form${ruleOf(node) ? ' of these sizes and attributes' : ''}`;
};
