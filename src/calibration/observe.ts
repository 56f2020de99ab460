// Runs a network and hands out values from inside it.

import type { Graph, Node } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import { makersOf } from '../ir/graph.js';
import { embeddedHost } from '../kernels/embedded.js';
import { prepareModel } from '../runtime/loader.js';

/** Computes values of a network for one input; the arrays are copies, channels last. */
export type Observe = (input: Float32Array) => Float32Array[];

/** A network that is loaded to observe values in it. */
export type Observer = { observe: Observe; [Symbol.dispose]: () => void };

/**
 * Loads the part of a network that computes `values`, with plain SIMD, so that results are the same on every engine. The
 * graph keeps its weights. Values that are inputs of the network are handed out, too.
 */
export const openObserver = async (graph: Graph, values: readonly Value[]): Promise<Observer> => {
  const part = partFor(graph, values);
  const start = { host: embeddedHost, build: 'simd' as const };
  const model = await prepareModel({ graph: part, metadata: {} }, start, 'exact');
  const { name, shape } = graph.inputs[0]!;
  return {
    observe: (data) => {
      const outputs = model.run({ [name]: { data, shape } });
      return values.map((_, index) => outputs[nameOf(index)]!.data as Float32Array);
    },
    [Symbol.dispose]: () => model.dispose(),
  };
};

const nameOf = (index: number): string => `value ${index}`;

/** A copy of the graph that ends in `values`; its constants are copies, because a loaded model takes their data. */
const partFor = (graph: Graph, values: readonly Value[]): Graph => {
  const nodes = nodesFor(graph, values);
  const copies = new Map<Value, Value>();
  const copyOf = (value: Value): Value => {
    let copy = copies.get(value);
    if (!copy) copies.set(value, (copy = { ...value }));
    return copy;
  };
  return {
    ...graph,
    inputs: graph.inputs.map(copyOf),
    nodes: nodes.map((node) => ({ ...node, inputs: node.inputs.map(copyOf), output: copyOf(node.output) })),
    outputs: values.map((value, index) => ({ name: nameOf(index), value: copyOf(value) })),
  };
};

/** The nodes that `values` depend on, in order. */
const nodesFor = (graph: Graph, values: readonly Value[]): Node[] => {
  const makers = makersOf(graph);
  const needed = new Set<Node>();
  const queue = [...values];
  for (let value = queue.pop(); value; value = queue.pop()) {
    const maker = makers.get(value);
    if (!maker || needed.has(maker)) continue;
    needed.add(maker);
    queue.push(...maker.inputs);
  }
  return graph.nodes.filter((node) => needed.has(node));
};
