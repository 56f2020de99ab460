// Channels that no head keeps are not computed: for layers read only by a gated convolution, each sample computes just
// the kept ones, stored contiguously (the "bonus" of Su et al. 2023, "MSGC").

import { ShapeError } from '../../errors.js';
import { firstInput, type Node } from '../../ir/graph.js';
import type { Chains, LoweredNodes } from '../../ir/op.js';
import { floatTable, type Table } from '../../ir/plan.js';
import { showShape } from '../../ir/tensor.js';
import { asGated, gatedSizes } from './attrs.js';
import { columnsTable, filtersTable } from './panels.js';
import { isPlain3x3 } from '../conv/winograd-cost.js';
import { winogradName } from '../conv/winograd-weights.js';
import { fastWay, type Way } from './fast-way.js';
import { geometryOf, tapTable, windowTable } from '../conv/geometry.js';
import { biasTable, lanesTable } from '../conv/packing.js';
import { layoutStages } from './layout.js';
import { soleProducersOf } from '../shared/sole-producers.js';
import { isFilter, isProduct, memberOf, type Member, type MemberTables, type PackedMember } from './member.js';
import { bindStages } from './run.js';

/**
 * Finds convolutions read only by gated convolutions, with or without a depthwise convolution in between, and 3x3 ones that are
 * gated.
 */
const find: Chains['find'] = (nodes, whole) => {
  const soleProducer = soleProducersOf(nodes, whole);
  const chains: number[][] = [];
  const taken = new Set<number>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const last = nodes[i]!;
    if (taken.has(i) || !asGated(last) || firstInput(last).shape.length !== 4) continue;
    const chain = [i];
    for (let first = last; asGated(first); first = nodes[chain[0]!]!) {
      const filter = soleProducer(firstInput(first), isFilter);
      const product = soleProducer(filter === undefined ? firstInput(first) : nodes[filter]!.inputs[0]!, isProduct);
      if (product === undefined) break;
      chain.unshift(product, ...(filter === undefined ? [] : [filter]));
    }
    // a layer that may run in tiles is a chain of its own: only chains can
    if (chain.length > 1 || isPlain3x3(geometryOf(firstInput(last), asGated(last)!.attrs))) chains.unshift(chain);
    for (const member of chain) taken.add(member);
  }
  return chains;
};

/** Lowers a chain; `ways` are how its members are computed. */
export const lowerChain = (nodes: readonly Node[], ways: readonly Way[]): LoweredNodes => {
  const members = nodes.map((node, i): Member => ({ ...memberOf(node), ...ways[i] }));
  const packed = members.map((member, i) => packMember(member, i === members.length - 1));
  return {
    packed: packed.flatMap(({ bias, weights }) => [bias, weights]),
    replaces: members.flatMap(({ weights, bias }) => [weights, bias]),
    plan: (own) => {
      const chain = own.map((node, i): Member => ({ ...memberOf(node), ...ways[i] }));
      const other = chain.find(({ kind }, i) => kind !== members[i]!.kind);
      if (other)
        throw new ShapeError(
          `${other.node.name}: an image of ${showShape(other.x.shape)} is too small for this network`,
        );
      const tables = chain.map(tablesOf);
      const scratch = { bytes: layoutStages(chain, 0).bytes };
      return {
        algorithms: members.map(({ tile }) => tile && winogradName(tile)),
        tables: tables.flatMap(({ windows, taps }) => [windows, taps]),
        scratch: [scratch],
        overwrites: chain.at(-1)!.residual,
        bind: (kernels, address) => bindStages(layoutStages(chain, address(scratch)), packed, tables, kernels, address),
      };
    },
  };
};

/** Layers that only a gated convolution reads compute just the channels that it keeps. */
export const gatedChains: Chains = {
  find,
  lower: (nodes, numerics) =>
    lowerChain(
      nodes,
      nodes.map((node, i) => (numerics === 'fast' ? fastWay(memberOf(node), i === 0) : {})),
    ),
};

/** Bias and weights: as panels, unless outputs are chosen per sample that read all channels. */
const packMember = ({ kind, attrs, x, weights, bias, gates, tile }: Member, isLast: boolean): PackedMember => {
  const sizes = gatedSizes(x, bias, gates, attrs.kernel);
  return {
    bias: biasTable(bias.data),
    weights:
      kind === 'filter'
        ? lanesTable(weights.data, bias.data.length, sizes.taps)
        : tile
          ? filtersTable(weights.data, sizes)
          : isLast || gates
            ? columnsTable(weights.data, sizes)
            : copyTable(weights.data),
  };
};

const copyTable = (data: Float32Array): Table => floatTable(data.length, (target) => target.set(data));

const tablesOf = ({ x, attrs, node }: Member): MemberTables => {
  const geometry = { ...geometryOf(x, attrs), channels: 1 };
  return { windows: windowTable(geometry, node.output.shape.slice(1, -1)), taps: tapTable(geometry) };
};
