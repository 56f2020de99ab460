// The same network for another batch size.

import type { Graph } from './graph.js';
import type { Value } from './value.js';

/**
 * The graph with `batch` as the first size of every input; all other shapes follow from the ops. Constants and
 * attributes are shared with `graph`, and nodes are in the same order.
 *
 * @throws {ShapeError} if a node cannot have that batch size
 */
export const withBatch = (graph: Graph, batch: number): Graph => {
  const values = new Map<Value, Value>();
  const translate = (value: Value) => values.get(value) ?? value;
  const inputs = graph.inputs.map((input) => {
    const copy = { ...input, shape: [batch, ...input.shape.slice(1)] };
    values.set(input, copy);
    return copy;
  });
  const nodes = graph.nodes.map((node) => {
    const from = node.inputs.map(translate);
    const output = { ...node.output, shape: node.op.shape(from, node.attrs) };
    values.set(node.output, output);
    return { ...node, inputs: from, output };
  });
  const outputs = graph.outputs.map(({ name, value }) => ({ name, value: translate(value) }));
  return { inputs, nodes, outputs, dynamicBatch: graph.dynamicBatch };
};
