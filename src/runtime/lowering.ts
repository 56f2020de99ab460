// Lowers a graph to layers, once per model, independently of the sizes of its inputs.

import type { Graph, Node } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import { findGatedChains, lowerGatedChain } from './fusion/gated-chains.js';
import type { Layer } from './unit.js';

/**
 * Lowers the nodes of a graph, in order. Values in `kept` remain readable, so they do not become part of a chain. `check`
 * is called before each node, and may throw.
 */
export const lowerGraph = (graph: Graph, kept: readonly Value[] = [], check = () => {}): Layer[] => {
  const chains = new Map(findGatedChains(graph, kept).map((chain) => [chain.at(-1)!, chain]));
  const inChains = new Set([...chains.values()].flat());
  return graph.nodes.flatMap((node, place): Layer[] => {
    check();
    const chain = chains.get(place);
    if (chain) return [{ nodes: chain, ...lowerGatedChain(chain.map((member) => graph.nodes[member]!)) }];
    return inChains.has(place) ? [] : [{ nodes: [place], ...lowerNode(node) }];
  });
};

const lowerNode = ({ op, inputs, attrs }: Node): Omit<Layer, 'nodes'> => {
  const { packed = [], replaces = [], plan } = op.lower(inputs, attrs);
  return { packed, replaces, plan: ([node]) => plan(node!.inputs, node!.output, node!.attrs) };
};
