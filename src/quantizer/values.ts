// Which values of a network become integers.

import { asOp, firstInput, readersOf, type Graph, type Node } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import { clip } from '../ops/clip.js';
import { ruleOf } from '../converter/int8/integer-rules.js';

/** The nodes of a graph that have an int8 form. A bound that follows a layer alone is part of the layer. */
export const integerNodes = (graph: Graph): Node[] => {
  const isBound = boundsIn(graph);
  return graph.nodes.filter((node) => node.output.type === 'float32' && ruleOf(node) && !isBound(node));
};

/** The values that nodes make in integers, with those that follow from them by bounds. */
export const madeBy = (graph: Graph, nodes: readonly Node[]): Set<Value> => {
  const isBound = boundsIn(graph);
  const made = new Set(nodes.map(({ output }) => output));
  for (const node of graph.nodes) if (isBound(node) && made.has(firstInput(node))) made.add(node.output);
  return made;
};

/** Whether a node is a bound that follows a layer alone. */
const boundsIn = (graph: Graph): ((node: Node) => boolean) => {
  const readers = readersOf(graph);
  const returned = new Set(graph.outputs.map(({ value }) => value));
  return (node) => {
    const bound = asOp(node, clip);
    return bound !== undefined && readers.get(bound.x)?.length === 1 && !returned.has(bound.x);
  };
};

/** The values that nodes read and make, to be quantised: inputs that are not constant, and outputs after their bounds. */
export const valuesOf = (graph: Graph, nodes: readonly Node[]): Value[] => {
  const readers = readersOf(graph);
  const bounded = (output: Value): Value => {
    const [reader, ...others] = readers.get(output) ?? [];
    return reader && !others.length && asOp(reader, clip) ? bounded(reader.output) : output;
  };
  const values = nodes.flatMap(({ inputs, output }) => [...inputs.filter(({ data }) => !data), bounded(output)]);
  return [...new Set(values)];
};
