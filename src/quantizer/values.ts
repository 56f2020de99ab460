// Which values of a network become integers.

import { asOp, readersOf, type Graph, type Node } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import { clip } from '../ops/clip.js';
import { ruleOf } from '../converter/int8/integer-rules.js';

/** The nodes of a graph that have an int8 form. A bound that follows a layer alone is part of the layer. */
export const integerNodes = (graph: Graph): Node[] => {
  const readers = readersOf(graph);
  const returned = new Set(graph.outputs.map(({ value }) => value));
  const isBound = (node: Node) => {
    const bound = asOp(node, clip);
    return bound && readers.get(bound.x)?.length === 1 && !returned.has(bound.x);
  };
  return graph.nodes.filter((node) => node.output.type === 'float32' && ruleOf(node) && !isBound(node));
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
