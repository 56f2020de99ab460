// Whether a network serves any number of samples: it does if nothing in it was computed from that number.

import { asOp, type Graph } from '../ir/graph.js';
import { sameShape, sizeOf } from '../ir/tensor.js';
import type { Value } from '../ir/value.js';
import { withBatch } from '../ir/with-shapes.js';
import type { Steps } from '../next-task.js';
import { expand } from '../ops/rare/expand.js';
import { attempt, attemptSteps, firstProblem } from './attempt.js';
import { GraphEditor } from './passes/editor.js';
import { cut } from './reading/cut.js';
import { firstDifference, hasSameAttributes, hasSameConnections } from './same-structure.js';

/** A network after the passes. */
export type Rewritten = {
  graph: Graph;
  pruned: number;
  /** Why the network takes one sample at a time, if its file leaves their number open. */
  whyOneSample?: string;
};

/**
 * Reads a network and rewrites it. If its file leaves the batch open, it is read for one sample and for several: if both
 * have the same ops with the same attributes, connections and constants, the graph for several is rewritten, in which no
 * pass takes the batch for an axis of one element, and is then brought to one sample.
 *
 * @param read the network for a batch size; `dynamicBatch` says whether the file leaves it open
 * @param rewrite keeps the results for the batch size of the graph that it gets
 * @returns the rewritten network for one sample; `dynamicBatch` says whether it serves any number of samples
 */
export function* readAnyBatch(
  read: (batch: number) => Steps<Graph>,
  rewrite: (graph: Graph) => Steps<Rewritten>,
): Steps<Rewritten> {
  const single = yield* read(1);
  if (!single.dynamicBatch) return yield* rewrite(single);
  const several = yield* anyBatch(read, single);
  if (typeof several !== 'string') {
    const { graph, pruned } = yield* rewrite(several);
    const found = attempt(() => (withBatch(graph, 2), withBatch(graph, 1)));
    if (!(found instanceof Error) && hasOutputsOf(found, single)) return { graph: found, pruned };
  }
  const whyOneSample = typeof several === 'string' ? several : 'its outputs do not have one row for each sample';
  return { ...(yield* rewrite({ ...single, dynamicBatch: false })), whyOneSample };
}

/** The network for several samples, or what in it was computed from their number. */
function* anyBatch(read: (batch: number) => Steps<Graph>, single: Graph): Steps<Graph | string> {
  const several = yield* attemptSteps(read(unusedSize(single)));
  if (several instanceof Error) return firstProblem(several);
  return differenceOf(single, withoutRepeats(several)) ?? several;
}

/** The network without the nodes that repeat an array for each sample, which a network for one sample does not need. */
const withoutRepeats = (graph: Graph): Graph => {
  const repeated = new Map<Value, Value>();
  const sourceOf = (value: Value) => repeated.get(value) ?? value;
  const nodes = graph.nodes.flatMap((node) => {
    const inputs = node.inputs.map(sourceOf);
    const isRepeat =
      asOp(node, expand)?.like && sizeOf(inputs[0]!.shape) * node.output.shape[0]! === sizeOf(node.output.shape);
    if (!isRepeat) return [{ ...node, inputs }];
    repeated.set(node.output, inputs[0]!);
    return [];
  });
  return { ...graph, nodes, outputs: graph.outputs.map(({ name, value }) => ({ name, value: sourceOf(value) })) };
};

/** A batch size that no axis of the network has, so that the batch is not mistaken for something else. */
const unusedSize = ({ inputs, nodes }: Graph): number => {
  const values = [...inputs, ...nodes.flatMap((node) => [...node.inputs, node.output])];
  const sizes = new Set(values.flatMap(({ shape }) => shape));
  let size = 3;
  while (sizes.has(size)) size += 2;
  return size;
};

const hasOutputsOf = (graph: Graph, expected: Graph): boolean =>
  graph.outputs.every(({ value }, index) => sameShape(value.shape, expected.outputs[index]!.value.shape));

/** What differs in the structure of two graphs, as a sentence; undefined if nothing does. */
const differenceOf = (first: Graph, second: Graph): string | undefined => {
  const [a, b] = [first, second].map((graph) => new GraphEditor(graph).graph) as [Graph, Graph]; // which drops unread nodes
  if (hasSameConnections(a, b) && hasSameAttributes(a, b)) return undefined;
  const node = firstDifference(a, b);
  return `${node ? `node '${cut(node.name)}'` : 'a constant'} was computed from the number of samples`;
};
