// Layers of a model, and units: layers planned for inputs of known sizes, each run by one step.

import type { Node } from '../ir/graph.js';
import type { LoweredNodes } from '../ir/op.js';
import type { Plan } from '../ir/plan.js';
import type { Value } from '../ir/value.js';

/** A lowered node, or chain of nodes that run as one step; `nodes` are their indices in the graph. */
export type Layer = LoweredNodes & { nodes: readonly number[] };

/** A node, or nodes that run as one step, with their plan. */
export type Unit = { members: readonly Node[]; plan: Plan };

/** The output of a unit's last node. */
export const outputOf = ({ members }: Unit): Value => members.at(-1)!.output;

/** The values that a unit reads from outside. */
export const inputsOf = ({ members }: Unit): Value[] => {
  const made = new Set(members.map(({ output }) => output));
  return members.flatMap(({ inputs }) => inputs.filter((input) => !made.has(input)));
};

/** Whether a unit's output is an alias of its input, so that it needs no step. */
export const isAlias = ({ members }: Unit): boolean => members[0]!.op.alias;
