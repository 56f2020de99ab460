// A sum of a layer's output and another value becomes part of the layer.

import { makersOf, readersOf, type Graph, type Node, type Value } from '../graph.js';
import { binary } from '../ops/binary.js';
import { sameShape } from '../tensor.js';

/** Fuses each sum into the later of its two makers that takes an addend. */
export const fuseAddends = (graph: Graph): void => {
  for (const sum of [...graph.nodes]) {
    if (sum.op !== binary || sum.attrs.kind !== 'add') continue;
    const layer = layerFor(graph, sum);
    if (!layer) continue;
    const addend = sum.inputs.find((input) => input !== layer.output)!;
    const fused: Node = { ...layer, name: layer.name, inputs: [...layer.inputs, addend], output: sum.output };
    graph.nodes = graph.nodes.filter((node) => node !== layer).map((node) => (node === sum ? fused : node));
  }
};

const layerFor = (graph: Graph, { inputs, output }: Node): Node | undefined => {
  const makers = makersOf(graph);
  const readers = readersOf(graph);
  const fits = (value: Value): boolean => {
    const maker = makers.get(value);
    return (
      maker?.op.addend?.(maker.inputs, maker.attrs) === true &&
      maker.attrs.low === -Infinity &&
      maker.attrs.high === Infinity &&
      readers.get(value)!.length === 1 &&
      !graph.outputs.some((entry) => entry.value === value)
    );
  };
  const [a, b] = inputs as [Value, Value];
  if (a === b || !sameShape(a.shape, b.shape) || !sameShape(a.shape, output.shape)) return undefined;
  const layers = [a, b].filter(fits).map((value) => makers.get(value)!);
  return layers.sort((x, y) => graph.nodes.indexOf(y) - graph.nodes.indexOf(x))[0];
};
