// Sums and products with one constant a channel go into the weights of the layer before them.

import { readersOf, type Graph, type Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import { binary } from '../../ops/binary.js';
import { sizeOf } from '../../ir/tensor.js';

type Affine = { scale: Float32Array; shift: Float32Array; y: Value };

/** Folds batch normalisation and the like into convolutions and products; repeats for chains of them. */
export const foldAffine = (graph: Graph): void => {
  const readers = readersOf(graph);
  const outputs = new Set(graph.outputs.map(({ value }) => value));
  const removed = new Set<Node>();
  const folds = new Map<Value, Value>(); // outputs of removed nodes, and the layers' outputs that are them now
  const foldReader = (node: Node): boolean => {
    const { op, attrs, inputs, output } = node;
    if (!op.affine || !isUnbounded(node) || outputs.has(output)) return false;
    const [reader, ...others] = readers.get(output) ?? [];
    const affine = reader && !others.length ? affineOf(reader, output) : undefined;
    const folded = affine && op.affine(inputs, attrs, affine.scale, affine.shift);
    if (!folded) return false;
    node.inputs = folded;
    removed.add(reader!);
    folds.set(affine.y, output);
    if (outputs.has(affine.y)) outputs.add(output);
    const next = readers.get(affine.y) ?? [];
    for (const other of next) other.inputs = other.inputs.map((input) => (input === affine.y ? output : input));
    readers.set(output, next);
    return true;
  };
  for (const node of graph.nodes) while (foldReader(node));
  graph.nodes = graph.nodes.filter((node) => !removed.has(node));
  for (const output of graph.outputs) {
    for (let value = folds.get(output.value); value; value = folds.get(value)) output.value = value;
  }
};

const isUnbounded = ({ op, attrs }: Node): boolean => !op.clips || (attrs.low === -Infinity && attrs.high === Infinity);

/** What a node does to each channel of `x`, if that is all it does. */
const affineOf = ({ op, attrs, inputs, output }: Node, x: Value): Affine | undefined => {
  if (op !== binary || inputs.length !== 2 || output.shape.length !== x.shape.length) return undefined;
  const [a, b] = inputs as [Value, Value];
  const constant = a === x ? b : a;
  const channels = x.shape.at(-1)!;
  const data = constant.data;
  if (!(data instanceof Float32Array) || !isPerChannel(constant, channels)) return undefined;
  const value = (channel: number) => data[data.length === 1 ? 0 : channel]!;
  const make = (scale: (v: number) => number, shift: (v: number) => number): Affine => ({
    scale: Float32Array.from({ length: channels }, (_, channel) => scale(value(channel))),
    shift: Float32Array.from({ length: channels }, (_, channel) => shift(value(channel))),
    y: output,
  });
  switch (attrs.kind) {
    case 'add':
      return make(
        () => 1,
        (v) => v,
      );
    case 'mul':
      return make(
        (v) => v,
        () => 0,
      );
    case 'sub':
      return a === x
        ? make(
            () => 1,
            (v) => -v,
          )
        : make(
            () => -1,
            (v) => v,
          );
    case 'div':
      return a === x
        ? make(
            (v) => 1 / v,
            () => 0,
          )
        : undefined;
    default:
      return undefined;
  }
};

const isPerChannel = ({ shape }: Value, channels: number): boolean =>
  sizeOf(shape) === 1 || (sizeOf(shape) === channels && shape.at(-1) === channels);
