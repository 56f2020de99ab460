// What it costs to leave layers of an int8 network in float: time and bytes.

import type { Graph, Node } from '../ir/graph.js';
import { sizeOf } from '../ir/tensor.js';
import { costOfNode } from '../prune/cost.js';

/** The part of a layer's time that int8 saves, and of the bytes of its weights. */
const SAVED = { time: 0.45, bytes: 0.75 };

/** The cost of turning a number into an integer or back, in the unit of the planner's cost model (x86-64). */
const CONVERSION = 0.2;

/**
 * What each node loses if it alone stays in float: the time by the planner's cost model as a share of a run, and its bytes as a share
 * of all weights, added up.
 */
export const costsInFloat = (graph: Graph, nodes: readonly Node[]): Map<Node, number> => {
  const returned = new Set(graph.outputs.map(({ value }) => value));
  const time = sum(graph.nodes.map(costOfNode));
  const weights = sum(nodes.map(weightsOf));
  const conversions = ({ inputs, output }: Node): number => {
    const values = [...inputs.filter(({ data }) => !data), ...(returned.has(output) ? [] : [output])];
    return CONVERSION * sum(values.map(({ shape }) => Math.abs(sizeOf(shape))));
  };
  return new Map(
    nodes.map((node) => [
      node,
      (SAVED.time * costOfNode(node) + conversions(node)) / (time || 1) +
        (SAVED.bytes * weightsOf(node)) / (weights || 1),
    ]),
  );
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const weightsOf = ({ inputs }: Node): number => sum(inputs.map(({ data }) => data?.length ?? 0));
