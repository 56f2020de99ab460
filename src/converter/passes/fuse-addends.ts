// A sum of a layer's output and another value becomes part of the layer.

import { makersOf, readersOf, type Graph, type Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import { binary } from '../../ops/binary.js';
import { sameShape } from '../../ir/tensor.js';

/** Fuses each sum into the later of its two makers that takes an addend. */
export const fuseAddends = (graph: Graph): void => {
  const places = new Map(graph.nodes.map((node, place) => [node, place]));
  const makers = makersOf(graph);
  const readers = readersOf(graph);
  const outputs = new Set(graph.outputs.map(({ value }) => value));
  const removed = new Set<Node>();
  const fits = (value: Value): boolean => {
    const maker = makers.get(value);
    return (
      maker?.op.addend?.(maker.inputs, maker.attrs) === true &&
      maker.attrs.low === -Infinity &&
      maker.attrs.high === Infinity &&
      readers.get(value)!.length === 1 &&
      !outputs.has(value)
    );
  };
  graph.nodes.forEach((sum, place) => {
    if (!isSum(sum)) return;
    const layers = sum.inputs.filter(fits).map((value) => makers.get(value)!);
    const layer = layers.sort((x, y) => places.get(y)! - places.get(x)!)[0];
    if (!layer) return;
    const addend = sum.inputs.find((input) => input !== layer.output)!;
    const fused: Node = { ...layer, inputs: [...layer.inputs, addend], output: sum.output };
    removed.add(layer);
    makers.set(sum.output, fused);
    places.set(fused, place);
    graph.nodes[place] = fused;
  });
  graph.nodes = graph.nodes.filter((node) => !removed.has(node));
};

const isSum = ({ op, attrs, inputs: [a, b], output }: Node): boolean =>
  op === binary &&
  attrs.kind === 'add' &&
  a !== b &&
  sameShape(a!.shape, b!.shape) &&
  sameShape(a!.shape, output.shape);
