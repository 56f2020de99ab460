// Bounds on a value become bounds of the op that makes it.

import { makersOf, readersOf, replaceValue, type Graph, type Node } from '../graph.js';
import { clip } from '../ops/clip.js';

type Bounds = { low: number; high: number };

/** Gives the bounds of each clip to the op before it, where that op has bounds and nothing else reads its output. */
export const fuseClips = (graph: Graph): void => {
  const makers = makersOf(graph);
  const readers = readersOf(graph);
  for (const node of graph.nodes.filter(({ op }) => op === clip)) {
    const [x] = node.inputs;
    const maker = makers.get(x!);
    if (!maker?.op.clips || readers.get(x!)!.length > 1 || graph.outputs.some(({ value }) => value === x)) continue;
    if (!tighten(maker, node.attrs as Bounds)) continue;
    // the clip's value survives: readers and outputs keep it
    replaceMaker(graph, maker, node);
    makers.set(node.output, maker);
  }
};

/** Applies bounds after those that a node has; false if they would leave nothing in between. */
const tighten = (node: Node, { low, high }: Bounds): boolean => {
  const own = node.attrs as Bounds;
  const bounds = { low: Math.max(own.low, low), high: Math.min(own.high, high) };
  if (!(bounds.low <= bounds.high)) return false;
  node.attrs = { ...node.attrs, ...bounds };
  return true;
};

const replaceMaker = (graph: Graph, maker: Node, removed: Node): void => {
  maker.output = removed.output;
  graph.nodes = graph.nodes.filter((node) => node !== removed);
  replaceValue(graph, removed.inputs[0]!, removed.output);
};
