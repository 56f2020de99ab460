// Sums and products with one constant a channel go into the weights of the layer before them.

import { readersOf, replaceValue, type Graph, type Node, type Value } from '../graph.js';
import { binary } from '../ops/binary.js';
import { sizeOf } from '../tensor.js';

type Affine = { scale: Float32Array; shift: Float32Array; y: Value };

/** Folds batch normalisation and the like into convolutions and products; repeats for chains of them. */
export const foldAffine = (graph: Graph): void => {
  for (const node of graph.nodes) while (foldReader(graph, node));
};

const foldReader = (graph: Graph, node: Node): boolean => {
  const { op, attrs, inputs, output } = node;
  if (!op.affine || !isUnbounded(node) || graph.outputs.some(({ value }) => value === output)) return false;
  const readers = readersOf(graph).get(output) ?? [];
  const affine = readers.length === 1 ? affineOf(readers[0]!, output) : undefined;
  if (!affine) return false;
  const folded = op.affine(inputs, attrs, affine.scale, affine.shift);
  if (!folded) return false;
  node.inputs = folded;
  graph.nodes = graph.nodes.filter((other) => other !== readers[0]);
  replaceValue(graph, affine.y, output);
  return true;
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
      return make(() => 1, (v) => v);
    case 'mul':
      return make((v) => v, () => 0);
    case 'sub':
      return a === x ? make(() => 1, (v) => -v) : make(() => -1, (v) => v);
    case 'div':
      return a === x ? make((v) => 1 / v, () => 0) : undefined;
    default:
      return undefined;
  }
};

const isPerChannel = ({ shape }: Value, channels: number): boolean =>
  sizeOf(shape) === 1 || (sizeOf(shape) === channels && shape.at(-1) === channels);
