// Comparison of two readings of a network: ops, connections, constants, attributes.

import type { Graph, Node } from '../ir/graph.js';
import { sameShape } from '../ir/tensor.js';
import type { Value } from '../ir/value.js';
import { nameInfinity } from './evaluate-once.js';

/** Whether two graphs have the same ops with the same connections and constants. */
export const hasSameConnections = (a: Graph, b: Graph): boolean => {
  const [ours, theirs] = [constantsOf(a), constantsOf(b)];
  return (
    a.nodes.length === b.nodes.length &&
    ours.length === theirs.length &&
    connections(a, ours) === connections(b, theirs) &&
    ours.every((value, index) => isSameConstant(value, theirs[index]!))
  );
};

/** Whether the nodes of two graphs with the same connections have the same attributes. */
export const hasSameAttributes = (a: Graph, b: Graph): boolean =>
  a.nodes.every(({ attrs }, index) => sameAttribute(attrs, b.nodes[index]!.attrs));

/** The first node of a graph that has another op, other attributes or other constants than that of another graph. */
export const firstDifference = (a: Graph, b: Graph): Node | undefined =>
  a.nodes.find((node, index) => {
    const other = b.nodes[index];
    const isOther = (input: Value, i: number) => {
      const theirs = other!.inputs[i];
      return input.data && !(theirs?.data && isSameConstant(input, theirs));
    };
    return other?.op !== node.op || !sameAttribute(node.attrs, other.attrs) || node.inputs.some(isOther);
  });

/** Whether two attributes are the same. */
export const sameAttribute = (a: unknown, b: unknown): boolean =>
  a === b || JSON.stringify(a, nameInfinity) === JSON.stringify(b, nameInfinity);

const constantsOf = ({ nodes, outputs }: Graph): Value[] => {
  const values = [...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ value }) => value)];
  return [...new Set(values)].filter(({ data }) => data);
};

/** Ops and connections as text. */
const connections = ({ inputs, nodes, outputs }: Graph, constants: readonly Value[]): string => {
  const values = [...inputs, ...constants, ...nodes.map(({ output }) => output)];
  const index = new Map(values.map((value, i) => [value, i]));
  const describe = ({ op, inputs: own }: Node) => [op.name, own.map((input) => index.get(input))];
  return JSON.stringify([nodes.map(describe), outputs.map(({ value }) => index.get(value))]);
};

const isSameConstant = (a: Value, b: Value): boolean => sameShape(a.shape, b.shape) && isSameData(a.data!, b.data!);

const isSameData = (a: Value['data'] & {}, b: Value['data'] & {}): boolean =>
  a === b || (a.length === b.length && a.every((x, i) => Object.is(x, b[i])));
