// Whether a network built for one sample serves any number of them.

import type { Graph, Node } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import { sameShape } from '../ir/tensor.js';

/**
 * Whether the network that another batch gives has the same ops with the same attributes, connections and constants, so
 * that nothing in it was computed from the batch.
 */
export const sameStructure = (graph: Graph, buildOther: () => Graph): boolean => {
  let other: Graph;
  try {
    other = buildOther();
  } catch {
    return false; // the network works for one sample only
  }
  if (graph.nodes.length !== other.nodes.length || fingerprint(graph) !== fingerprint(other)) return false;
  const constants = constantsOf(other);
  return constantsOf(graph).every((value, index) => sameConstant(value, constants[index]!));
};

const constantsOf = (graph: Graph): Value[] => [
  ...new Set(
    [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ value }) => value)].filter(
      ({ data }) => data,
    ),
  ),
];

/** Ops, attributes and connections as text. */
const fingerprint = (graph: Graph): string => {
  const values = [...graph.inputs, ...constantsOf(graph), ...graph.nodes.map(({ output }) => output)];
  const index = new Map(values.map((value, i) => [value, i]));
  const describe = ({ op, attrs, inputs }: Node) => [op.name, attrs, inputs.map((input) => index.get(input))];
  const replacer = (_: string, value: unknown) => (value === Infinity || value === -Infinity ? String(value) : value);
  return JSON.stringify([graph.nodes.map(describe), graph.outputs.map(({ value }) => index.get(value))], replacer);
};

const sameConstant = (a: Value, b: Value): boolean =>
  sameShape(a.shape, b.shape) &&
  (a.data === b.data || (a.data!.length === b.data!.length && a.data!.every((x, i) => Object.is(x, b.data![i]))));
