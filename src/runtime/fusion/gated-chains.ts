// Channels that no head of a gated convolution keeps need not exist: where a layer is made only for it, each sample has
// just the other channels made, next to each other (the "bonus" of Su et al. 2023, "MSGC").

import { firstInput, type Graph, type Node } from '../../ir/graph.js';
import { floatTable, type Table } from '../../ir/plan.js';
import { sizeOf } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';
import { gatedConv, gatedSizes } from '../../ops/conv/gated-conv.js';
import { columnsTable } from '../../ops/conv/gated-panels.js';
import { geometryOf, tapTable, windowTable } from '../../ops/conv/geometry.js';
import { biasTable, lanesTable } from '../../ops/conv/packing.js';
import type { Layer } from '../unit.js';
import { layoutStages } from './gated-layout.js';
import { isFilter, isProduct, memberOf, type Member, type MemberTables, type PackedMember } from './gated-member.js';
import { bindStages } from './gated-run.js';

/** Places of nodes each of which only the next one reads, the last one gated. */
export type GatedChain = readonly number[];

/** Finds convolutions, one or none of them depthwise between two others, that are made only for gated convolutions. */
export const findGatedChains = (graph: Graph, kept: readonly Value[]): GatedChain[] => {
  const place = placesOfSoleMakers(graph, kept);
  const chains: number[][] = [];
  const taken = new Set<number>();
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const last = graph.nodes[i]!;
    if (taken.has(i) || last.op !== gatedConv || firstInput(last).shape.length !== 4) continue;
    const chain = [i];
    for (let first = last; first.op === gatedConv; first = graph.nodes[chain[0]!]!) {
      const filter = place(firstInput(first), isFilter);
      const product = place(filter === undefined ? firstInput(first) : graph.nodes[filter]!.inputs[0]!, isProduct);
      if (product === undefined) break;
      chain.unshift(product, ...(filter === undefined ? [] : [filter]));
    }
    if (chain.length > 1) chains.unshift(chain);
    for (const member of chain) taken.add(member);
  }
  return chains;
};

/** Gives the place of the node that makes a value, if that is of a kind and nothing but one node reads the value. */
const placesOfSoleMakers = (graph: Graph, kept: readonly Value[]) => {
  const whole = new Set([...kept, ...graph.outputs.map(({ value }) => value)]);
  const places = new Map(graph.nodes.map(({ output }, i) => [output, i]));
  const reads = new Map<Value, number>();
  for (const input of graph.nodes.flatMap(({ inputs }) => inputs)) reads.set(input, (reads.get(input) ?? 0) + 1);
  return (value: Value, isOfKind: (node: Node) => boolean): number | undefined => {
    const place = places.get(value);
    if (place === undefined || reads.get(value) !== 1 || whole.has(value)) return undefined;
    return isOfKind(graph.nodes[place]!) ? place : undefined;
  };
};

/** Lowers the nodes of a chain. */
export const lowerGatedChain = (nodes: readonly Node[]): Omit<Layer, 'nodes'> => {
  const members = nodes.map(memberOf);
  const packed = members.map((member, i) => packMember(member, i === members.length - 1));
  return {
    packed: packed.flatMap(({ bias, weights }) => [bias, weights]),
    replaces: members.flatMap(({ weights, bias }) => [weights, bias]),
    plan: (own) => {
      const chain = own.map(memberOf);
      const tables = chain.map(tablesOf);
      const scratch = { bytes: layoutStages(chain, 0).bytes };
      return {
        tables: tables.flatMap(({ windows, taps }) => [windows, taps]),
        scratch: [scratch],
        overwrites: chain.at(-1)!.residual,
        bind: (kernels, address) => bindStages(layoutStages(chain, address(scratch)), packed, tables, kernels, address),
      };
    },
  };
};

/** Bias and weights: panels of the last member, otherwise as the file has them, since outputs are chosen. */
const packMember = ({ kind, attrs, x, weights, bias, gates }: Member, isLast: boolean): PackedMember => ({
  bias: biasTable(bias.data),
  weights:
    kind === 'filter'
      ? lanesTable(weights.data, bias.data.length, sizeOf(attrs.kernel))
      : isLast
        ? columnsTable(weights.data, gatedSizes(x, bias, gates, attrs.kernel))
        : copyTable(weights.data),
});

const copyTable = (data: Float32Array): Table => floatTable(data.length, (target) => target.set(data));

const tablesOf = ({ x, attrs, node }: Member): MemberTables => {
  const geometry = { ...geometryOf(x, attrs), channels: 1 };
  return { windows: windowTable(geometry, node.output.shape.slice(1, -1)), taps: tapTable(geometry) };
};
