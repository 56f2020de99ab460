// Lowers a graph to layers, once per model, independently of the sizes of its inputs.

import type { Graph, Node } from '../ir/graph.js';
import type { LoweredNodes } from '../ir/op.js';
import type { Numerics } from '../ir/plan.js';
import type { Value } from '../ir/value.js';
import type { Layer } from './unit.js';

/**
 * Lowers the nodes of a graph, in order. Values in `kept` remain readable, so they do not become part of a chain. `check`
 * is called before each node, and may throw.
 */
export const lowerGraph = (
  graph: Graph,
  kept: readonly Value[] = [],
  numerics: Numerics = 'exact',
  check = () => {},
): Layer[] => {
  const { nodes, outputs } = graph;
  const whole = new Set([...kept, ...outputs.map(({ value }) => value)]);
  const chainOf = new Map<number, readonly number[]>();
  for (const { chains } of new Set(nodes.map(({ op }) => op)))
    for (const chain of chains?.find(nodes, whole) ?? []) for (const member of chain) chainOf.set(member, chain);
  return nodes.flatMap((node, place): Layer[] => {
    check();
    const chain = chainOf.get(place);
    if (!chain) return [{ nodes: [place], ...lowerNode(node, numerics) }];
    if (place !== chain.at(-1)) return [];
    return [
      {
        nodes: chain,
        ...node.op.chains!.lower(
          chain.map((member) => nodes[member]!),
          numerics,
        ),
      },
    ];
  });
};

const lowerNode = ({ op, inputs, attrs }: Node, numerics: Numerics): LoweredNodes => {
  const { packed = [], replaces = [], plan } = op.lower(inputs, attrs, numerics);
  return { packed, replaces, plan: ([node]) => plan(node!.inputs, node!.output, node!.attrs) };
};
