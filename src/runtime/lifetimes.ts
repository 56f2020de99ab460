// Which values share a buffer, and how long each buffer must keep its contents.

import type { Lifetime } from './arena.js';
import type { Graph, Node } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import { sizeOf } from '../ir/tensor.js';

/** The buffers of a graph's run. */
export type Buffers = {
  lifetimes: Lifetime[];
  /** The value whose memory a value shares: itself, or what it is another view of. May be a constant. */
  rootOf: (value: Value) => Value;
  /** The buffer of each root that is not a constant. */
  of: Map<Value, number>;
};

/** Bytes of a value; every element takes four. */
export const bytesOf = (value: Value): number => sizeOf(value.shape) * 4;

/**
 * Finds the buffers of a run: one for each input and each node's output, except that an `alias` shares its input's and
 * an `inPlace` op takes over the buffer of an input that nothing reads later. Outputs and `kept` values live to the end.
 */
export const findBuffers = (graph: Graph, kept: readonly Value[]): Buffers => {
  const roots = findRoots(graph.nodes);
  const rootOf = (value: Value) => roots.get(value) ?? value;
  const lastReading = findLastReadings(graph, kept, rootOf);
  const lifetimes: Lifetime[] = [];
  const of = new Map<Value, number>();
  const create = (value: Value, first: number) => {
    const last = Math.max(first, lastReading.get(value) ?? first);
    of.set(value, lifetimes.push({ first, last, bytes: bytesOf(value) }) - 1);
  };
  for (const input of graph.inputs) create(input, 0);
  graph.nodes.forEach((node, step) => {
    if (node.op.alias) return;
    const buffer = overwritten(node, step, lifetimes, (value) => of.get(rootOf(value)));
    if (buffer === undefined) return create(node.output, step);
    of.set(node.output, buffer);
    lifetimes[buffer]!.last = Math.max(step, lastReading.get(node.output) ?? step);
  });
  return { lifetimes, rootOf, of };
};

const findRoots = (nodes: readonly Node[]): Map<Value, Value> => {
  const roots = new Map<Value, Value>();
  for (const { op, inputs, output } of nodes) {
    if (op.alias) roots.set(output, roots.get(inputs[0]!) ?? inputs[0]!);
  }
  return roots;
};

const findLastReadings = (graph: Graph, kept: readonly Value[], rootOf: (value: Value) => Value) => {
  const last = new Map<Value, number>();
  graph.nodes.forEach(({ inputs }, step) => {
    for (const input of inputs) last.set(rootOf(input), step);
  });
  for (const value of [...graph.outputs.map((output) => output.value), ...kept])
    last.set(rootOf(value), graph.nodes.length);
  return last;
};

/** The buffer that a node's output may take over, if there is one. */
const overwritten = (
  { op, attrs, inputs, output }: Node,
  step: number,
  lifetimes: readonly Lifetime[],
  bufferOf: (value: Value) => number | undefined,
): number | undefined => {
  const index = op.inPlace?.(inputs, attrs) ?? -1;
  const buffer = index < 0 ? undefined : bufferOf(inputs[index]!);
  if (buffer === undefined || lifetimes[buffer]!.last !== step) return undefined;
  if (lifetimes[buffer]!.bytes !== bytesOf(output)) return undefined;
  return inputs.some((input, other) => other !== index && bufferOf(input) === buffer) ? undefined : buffer;
};
