// Nodes whose output nobody reads.

import type { Graph } from '../../ir/graph.js';

/** Removes nodes that no output depends on. */
export const removeDead = (graph: Graph): void => {
  const needed = new Set(graph.outputs.map(({ value }) => value));
  for (const node of [...graph.nodes].reverse()) {
    if (needed.has(node.output)) for (const input of node.inputs) needed.add(input);
  }
  graph.nodes = graph.nodes.filter(({ output }) => needed.has(output));
};
