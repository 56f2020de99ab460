// Branches and loops whose course is known when the network is converted.

import type { Value } from '../../ir/value.js';
import { concat } from '../../ops/concat.js';
import type { Builder } from '../reading/builder.js';
import { refuse } from '../reading/refusal.js';
import type { Outputs } from '../reading/rule.js';
import type { OnnxGraph } from './model.js';
import type { NodeView } from './node-view.js';

/** What is around a network inside of a node. */
export type Surroundings = {
  build: Builder;
  /** Reads the network with values for its inputs; undefined if it has problems, which are then listed. */
  readInside: (graph: OnnxGraph, inputs: readonly (Value | undefined)[], reader: string) => Value[] | undefined;
};

/** Converts a node that holds networks; undefined if these have problems, which are then listed. */
type Control = (node: NodeView, around: Surroundings) => Outputs | undefined;

const titleOf = (node: NodeView): string => `${node.opType} '${node.outputs[0] ?? ''}'`;

/** Rounds of a loop: each becomes nodes of its own. */
const MAX_ROUNDS = 1024;

const branch: Control = (node, around) => {
  const [condition] = node.constant(0, 'the branch must be known when the network is converted').data;
  return around.readInside(node.graph(condition ? 'then_branch' : 'else_branch'), [], titleOf(node));
};

/** Body inputs: round, condition, carried values; outputs: condition, carried values, then what each round collects. */
const loop: Control = (node, around) => {
  const { build } = around;
  const body = node.graph('body');
  const trips = node.optional(0) ? node.number(0)! : Infinity;
  let goesOn = node.optional(1) ? node.constant(1, 'how often the loop runs must be known').data[0] !== 0 : true;
  const count = node.inputs.length - 2;
  let carried: (Value | undefined)[] = node.inputs.slice(2);
  const collected: Value[][] = body.outputs.slice(1 + count).map(() => []);
  for (let round = 0; goesOn && round < trips; round++) {
    if (round === MAX_ROUNDS) refuse(`more than ${MAX_ROUNDS} rounds are not supported`);
    const inputs = [build.ints([round], []), build.ints([1], [], 'bool'), ...carried];
    const made = around.readInside(body, inputs, titleOf(node));
    if (!made) return undefined;
    const [condition, ...values] = made;
    if (!condition!.data) refuse('how often the loop runs depends on its input');
    goesOn = condition!.data![0] !== 0;
    carried = values.slice(0, count);
    values.slice(count).forEach((value, i) => collected[i]!.push(build.reshape(value, [1, ...value.shape])));
  }
  return [...carried, ...collected.map((values) => joined(build, values))];
};

const joined = (build: Builder, values: readonly Value[]): Value => {
  const [first] = values;
  if (!first) return refuse('a loop that collects nothing is not supported');
  return values.length === 1 ? first : build.op(concat, { axis: 0 }, values);
};

/** How nodes that hold networks are converted, by operator. */
export const control: Readonly<Record<string, Control>> = { If: branch, Loop: loop };
