// The network as a graph: values and the nodes that compute them. Shapes are physical (channels last).

import type { Node, Op } from './op.js';
import { nameInputs, type AttrsOf, type InputSchema, type InputsOf, type Schema } from './schema.js';
import type { Value } from './value.js';

export type { DerivedNumber, Node, SizeFormula } from './op.js';

/** Sizes of inputs, other than the batch, that may differ from run to run. */
export type OpenSizes = {
  /** The open axes of each input. */
  axes: readonly (readonly number[])[];
  /** What open sizes must be multiples of. */
  multiple: number;
};

/** A value that a run returns, under its public name. */
export type Output = { name: string; value: Value };

/** A network. Nodes are in topological order: every value is computed before it is read. */
export type Graph = {
  inputs: Value[];
  outputs: Output[];
  nodes: Node[];
  /** Whether the first dimension of every input and output may be any number of samples. */
  dynamicBatch: boolean;
  /** The sizes that are open; the shapes of the graph are those for one choice of them. */
  openSizes?: OpenSizes;
};

/** Whether nodes compute in int8 or convert to it. */
export const hasInt8 = (nodes: readonly Node[]): boolean => nodes.some(({ output }) => output.type === 'int8');

/** Nodes that read each value. */
export const readersOf = (graph: Graph): Map<Value, Node[]> => {
  const readers = new Map<Value, Node[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      const list = readers.get(input);
      if (list) list.push(node);
      else readers.set(input, [node]);
    }
  }
  return readers;
};

/** The node that computes each value. */
export const makersOf = (graph: Graph): Map<Value, Node> => new Map(graph.nodes.map((node) => [node.output, node]));

/** A node's main input; the others are weights, indices or further operands. */
export const firstInput = (node: { inputs: readonly Value[] }): Value => node.inputs[0]!;

/** A node of a known op: its attributes, and its inputs by name. */
export type NodeOf<S extends Schema, I extends InputSchema> = { node: Node; attrs: AttrsOf<S> } & InputsOf<I>;

/** A node's attributes and inputs by name if it has this op, otherwise undefined. */
export const asOp = <S extends Schema, I extends InputSchema>(
  node: Node | undefined,
  op: Op<S, I>,
): NodeOf<S, I> | undefined => asNamed<Op<S, I>>(node, op.name);

/** The same for an op by its name, whose code need not be loaded. */
export const asNamed = <O>(
  node: Node | undefined,
  name: string,
): (O extends Op<infer S, infer I> ? NodeOf<S, I> : never) | undefined =>
  node?.op.name === name ? ({ node, attrs: node.attrs, ...nameInputs(node.op, node.inputs) } as never) : undefined;
