// What one step of a run computes: a layer of the model, planned for a batch size as a unit.

import type { Node } from '../ir/graph.js';
import type { Plan, Table } from '../ir/plan.js';
import type { Value } from '../ir/value.js';

/** A node, or a chain of nodes that run as one, lowered: it gives a plan for its nodes at any batch size. */
export type Layer = {
  /** Places of the nodes in the graph, in the order in which they run. */
  nodes: readonly number[];
  packed: readonly Table[];
  replaces: readonly Value[];
  plan: (members: readonly Node[]) => Plan;
};

/** A node, or nodes that run as one, with their plan. */
export type Unit = { members: readonly Node[]; plan: Plan };

/** What a unit's last node makes. */
export const outputOf = ({ members }: Unit): Value => members.at(-1)!.output;

/** What a unit reads from outside. */
export const inputsOf = ({ members }: Unit): Value[] => {
  const made = new Set(members.map(({ output }) => output));
  return members.flatMap(({ inputs }) => inputs.filter((input) => !made.has(input)));
};

/** Whether a unit's output is another view of its input, so that it takes no step. */
export const isAlias = ({ members }: Unit): boolean => members[0]!.op.alias;
