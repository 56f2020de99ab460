// Bounds on a value become bounds of the op that makes it.

import { makersOf, readersOf, type Graph, type Node } from '../../ir/graph.js';
import { clip } from '../../ops/clip.js';

type Bounds = { low: number; high: number };

/** Gives the bounds of each clip to the op before it, where that op has bounds and nothing else reads its output. */
export const fuseClips = (graph: Graph): void => {
  const makers = makersOf(graph);
  const readers = readersOf(graph);
  const outputs = new Set(graph.outputs.map(({ value }) => value));
  const removed = new Set<Node>();
  for (const node of graph.nodes.filter(({ op }) => op === clip)) {
    const [x] = node.inputs;
    const maker = makers.get(x!);
    if (!maker?.op.clips || readers.get(x!)!.length > 1 || outputs.has(x!)) continue;
    if (!tighten(maker, node.attrs as Bounds)) continue;
    maker.output = node.output; // the clip's value survives: readers and outputs keep it
    makers.set(node.output, maker);
    removed.add(node);
  }
  graph.nodes = graph.nodes.filter((node) => !removed.has(node));
};

/** Applies bounds after those that a node has; false if they would leave nothing in between. */
const tighten = (node: Node, { low, high }: Bounds): boolean => {
  const own = node.attrs as Bounds;
  const bounds = { low: Math.max(own.low, low), high: Math.min(own.high, high) };
  if (!(bounds.low <= bounds.high)) return false;
  node.attrs = { ...node.attrs, ...bounds };
  return true;
};
