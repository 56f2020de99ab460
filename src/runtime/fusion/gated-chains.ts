// Channels that no head of a gated convolution keeps need not exist: where a layer is made only for it, each sample has
// just the others made, and they lie together (the "bonus" of Su et al. 2023, "MSGC").

import { chainNode, placesOf } from './row-bands.js';
import { isFilter, layoutStages } from './gated-layout.js';
import { bindStages } from './gated-run.js';
import { readersOf, type Graph, type Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import { slidingOf } from '../../ops/conv/bind.js';
import type { ConvAttrs } from '../../ops/conv/blocks.js';
import { conv } from '../../ops/conv/conv.js';
import { gatedConv, gatedSizes } from '../../ops/conv/gated-conv.js';
import { columnsTable } from '../../ops/conv/gated-product.js';
import { biasTable, lanesTable } from '../../ops/conv/packing.js';
import { tapTable, windowTable } from '../../ops/conv/sliding.js';
import { floatTable, type Table } from '../../ir/op.js';
import { sizeOf } from '../../ir/tensor.js';

/** Places of nodes each of which only the next one reads, the last one gated. */
export type GatedChain = readonly number[];

/** Finds convolutions, one or none of them depthwise between two others, that are made only for gated convolutions. */
export const findGatedChains = (graph: Graph, kept: readonly Value[]): GatedChain[] => {
  const readers = readersOf(graph);
  const needed = new Set([...kept, ...graph.outputs.map(({ value }) => value)]);
  const places = new Map(graph.nodes.map(({ output }, i) => [output, i]));
  const makerOf = (value: Value): number =>
    readers.get(value)!.length > 1 || needed.has(value) ? -1 : (places.get(value) ?? -1);
  const chains: number[][] = [];
  const taken = new Set<number>();
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    if (taken.has(i) || graph.nodes[i]!.op !== gatedConv || graph.nodes[i]!.inputs[0]!.shape.length !== 4) continue;
    const chain = [i];
    for (let at = i; graph.nodes[at]!.op === gatedConv;) {
      let before = makerOf(graph.nodes[at]!.inputs[0]!);
      const between = before >= 0 && isFilter(graph.nodes[before]!) ? before : -1;
      if (between >= 0) before = makerOf(graph.nodes[between]!.inputs[0]!);
      if (before < 0 || !isProduct(graph.nodes[before]!)) break;
      chain.unshift(before, ...(between < 0 ? [] : [between]));
      at = before;
    }
    if (chain.length > 1) chains.unshift(chain);
    for (const member of chain) taken.add(member);
  }
  return chains;
};

/** The graph with each chain as one node at the place of its last. */
export const joinGatedChains = (graph: Graph, chains: readonly GatedChain[]): Graph => {
  const joined = new Map(chains.map((chain) => [chain.at(-1)!, joinNodes(chain.map((i) => graph.nodes[i]!))]));
  const gone = new Set(chains.flatMap((chain) => chain.slice(0, -1)));
  return { ...graph, nodes: graph.nodes.flatMap((node, i) => (gone.has(i) ? [] : [joined.get(i) ?? node])) };
};

/** Whether a node is a convolution, gated or not, whose outputs can be made one by one. */
const isProduct = ({ op, inputs, attrs }: Node): boolean => {
  if (op === gatedConv) return inputs.length === 4;
  const { group, blocks } = attrs as ConvAttrs;
  return op === conv && inputs.length === 3 && group === 1 && !blocks.length;
};

const joinNodes = (members: readonly Node[]): Node => {
  const last = members.at(-1)!;
  const places = placesOf(members);
  return chainNode('gatedChain', members, {
    inPlace: () => (last.inputs.length > 4 ? places.at(-1)![4]! : -1),
    packs: () => places.flatMap((own) => [own[1]!, own[2]!]),
    weights: () => members.flatMap((member, i) => weightsOf(member, i === members.length - 1)),
    tables: () => members.flatMap(tablesOf),
    scratch: () => layoutStages(members, 0).bytes,
    bind: (binding) => bindStages(binding, members, places),
  });
};

/** Bias and weights: panels of the last member, else as the file has them, since outputs are chosen. */
const weightsOf = (node: Node, isLast: boolean): Table[] => {
  const [w, bias] = [node.inputs[1]!.data as Float32Array, node.inputs[2]!.data as Float32Array];
  const weights = isFilter(node)
    ? lanesTable(w, bias.length, sizeOf(node.attrs.kernel as number[]))
    : isLast
      ? columnsTable(w, gatedSizes(node.inputs, node.attrs as ConvAttrs))
      : floatTable(w.length, (target) => target.set(w));
  return [biasTable(bias), weights];
};

/** Places of windows and of taps in pixels of one float. */
const tablesOf = ({ inputs: [x], output, attrs }: Node): Table[] => {
  const sliding = { ...slidingOf(x!, attrs as ConvAttrs), channels: 1 };
  return [windowTable(sliding, output.shape.slice(1, -1)), tapTable(sliding)];
};
