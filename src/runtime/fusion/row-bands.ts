// Layers that follow each other row by row run in bands: what lies between them never exists as a whole, stays in cache,
// and takes the memory of a few rows (depth-first tiling; Waeijen et al. 2021, Alwani et al. 2016).

import { alignUp } from '../arena.js';
import { bytesOf } from '../lifetimes.js';
import { readersOf, type Graph, type Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import type { AnyOp, Binding, Clock, Placed, RowsRead, RowsStep } from '../../ir/op.js';

/** A value between layers is worth a band if it is larger than this, in bytes. */
const SMALLEST_BETWEEN = 1024 * 1024;

/** Bytes that the bands between the layers of a chain should take together. */
const BAND_BYTES = 512 * 1024;

/** Places of nodes that make a chain: the first, and how many follow each other. */
export type Chain = { start: number; length: number };

/** An op that is a chain of nodes. */
export type ChainOp = AnyOp & { members: readonly Node[] };

/** Finds chains: each node reads the one before it, nothing else does, and all of them work on bands of rows. */
export const findChains = (graph: Graph, kept: readonly Value[]): Chain[] => {
  const readers = readersOf(graph);
  const needed = new Set([...kept, ...graph.outputs.map(({ value }) => value)]);
  const chains: Chain[] = [];
  const canFollow = (node: Node, before: Node): boolean =>
    node.inputs[0] === before.output &&
    readers.get(before.output)!.length === 1 &&
    !needed.has(before.output) &&
    rowsOf(node) !== undefined &&
    rowsOf(before) !== undefined &&
    bytesOf(before.output) >= SMALLEST_BETWEEN;
  for (let start = 0; start < graph.nodes.length;) {
    let length = 1;
    while (
      start + length < graph.nodes.length &&
      canFollow(graph.nodes[start + length]!, graph.nodes[start + length - 1]!)
    )
      length++;
    if (length > 1) chains.push({ start, length });
    start += length;
  }
  return chains;
};

/** The graph with each chain as one node. */
export const joinChains = (graph: Graph, chains: readonly Chain[]): Graph => {
  const nodes: Node[] = [];
  let at = 0;
  for (const { start, length } of chains) {
    nodes.push(...graph.nodes.slice(at, start), joinNodes(graph.nodes.slice(start, start + length)));
    at = start + length;
  }
  return { ...graph, nodes: [...nodes, ...graph.nodes.slice(at)] };
};

/** The nodes that a step runs. */
export const membersOf = (node: Node): readonly Node[] => (node.op as Partial<ChainOp>).members ?? [node];

const rowsOf = ({ op, inputs, output, attrs }: Node): RowsRead | undefined => op.rows?.(inputs, output, attrs);

const joinNodes = (members: readonly Node[]): Node => {
  const last = members.at(-1)!;
  const places = placesOf(members);
  return chainNode('chain', members, {
    inPlace: () => {
      const index = last.op.inPlace?.(last.inputs, last.attrs) ?? -1;
      return index < 1 ? -1 : places.at(-1)![index]!;
    },
    packs: () =>
      members.flatMap((member, i) => (member.op.packs?.(member.inputs) ?? []).map((index) => places[i]![index]!)),
    weights: () => members.flatMap(({ op: own, inputs: from, attrs }) => own.weights?.(from, attrs) ?? []),
    tables: () =>
      members.flatMap(({ op: own, inputs: from, output, attrs }) => own.tables?.(from, output, attrs) ?? []),
    scratch: () => bandsOf(members).bytes,
    bind: (binding) => bindChain(binding, members),
  });
};

/** What kinds of chains do differently. */
type ChainMethods = Required<Pick<ChainOp, 'inPlace' | 'packs' | 'weights' | 'tables' | 'scratch' | 'bind'>>;

/** One node in the place of its members, with their inputs and the output of the last. */
export const chainNode = (name: string, members: readonly Node[], methods: ChainMethods): Node => {
  const { name: own, output } = members.at(-1)!;
  const inputs = joinInputs(members);
  const op: ChainOp = {
    code: -1,
    name,
    attrs: {},
    arity: [1, inputs.length],
    members,
    shape: () => output.shape,
    ...methods,
  };
  return { name: own, op, attrs: {}, inputs, output };
};

/** The inputs of a chain: those of its members, but for what each gets from the member before. */
const joinInputs = (members: readonly Node[]): Value[] =>
  members.flatMap((member, i) => (i ? member.inputs.slice(1) : member.inputs));

/** For each member where its inputs stand among the chain's; the value between two members stands nowhere (-1). */
export const placesOf = (members: readonly Node[]): number[][] => {
  let next = 0;
  return members.map(({ inputs }, i) => inputs.map((_, index) => (i && index === 0 ? -1 : next++)));
};

type Bands = { rows: number; offsets: number[]; bytes: number };

/** The most rows of the last output whose bands fit, but one at least, and where the bands lie in the scratch memory. */
const bandsOf = (members: readonly Node[]): Bands => {
  let low = 1,
    high = members.at(-1)!.output.shape[1]!;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (layoutBands(members, middle).bytes > BAND_BYTES) high = middle - 1;
    else low = middle;
  }
  return layoutBands(members, low);
};

const layoutBands = (members: readonly Node[], rows: number): Bands => {
  const offsets = new Array<number>(members.length - 1);
  let bytes = 0;
  let most = rows;
  for (let i = members.length - 2; i >= 0; i--) {
    const { output } = members[i]!;
    most = Math.min(output.shape[1]!, mostRows(rowsOf(members[i + 1]!)!, most, members[i + 1]!.output.shape[1]!));
    offsets[i] = bytes;
    bytes += alignUp(most * rowBytes(output)) + 64;
  }
  return { rows, offsets, bytes };
};

/**
 * Most input rows that any band of `rows` out of `total` reads. While a band's first row is cut off by the border, the bands
 * grow with it; behind that they stay or shrink. So the last such band and the next one are the longest.
 */
const mostRows = (reads: RowsRead, rows: number, total: number): number => {
  const isCut = (first: number) => reads(first, first + 1)[0] === reads(0, 1)[0];
  let [low, high] = [0, total - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isCut(middle)) low = middle;
    else high = middle - 1;
  }
  return Math.max(
    ...[low, Math.min(low + 1, total - 1)].map((first) => {
      const [from, to] = reads(first, Math.min(total, first + rows));
      return to - from;
    }),
  );
};

const rowBytes = (value: Value): number => bytesOf(value) / value.shape[0]! / value.shape[1]!;

/** A value between two members: the rows `from` to `to` - 1 lie from `address` on. */
export type Between = { address: number; rowBytes: number; reads: RowsRead; from: number; to: number };

const bindChain = (binding: Binding<unknown>, members: readonly Node[]) => {
  const {
    kernels,
    scratch,
    inputs: [x],
    output,
  } = binding;
  const { rows, offsets } = bandsOf(members);
  const steps = bindMembers(binding, members);
  const between = members.slice(0, -1).map((member, i): Between => ({
    address: scratch + offsets[i]!,
    rowBytes: rowBytes(member.output),
    reads: rowsOf(members[i + 1]!)!,
    from: 0,
    to: 0,
  }));
  const [samples, total] = output.shape as [number, number];
  const [xImage, yImage] = [bytesOf(x!) / samples, bytesOf(output) / samples];
  /** Makes rows of member i's output, and before that what they read and is not there yet. */
  const make = (i: number, sample: number, first: number, last: number, clock?: Clock): void => {
    const before = between[i - 1];
    if (before)
      advance(before, before.reads(first, last), (from, to) => make(i - 1, sample, from, to, clock), kernels.move);
    const from = before ? before.address - before.from * before.rowBytes : x!.address + sample * xImage;
    const own = between[i];
    const to = own ? own.address - own.from * own.rowBytes : output.address + sample * yImage;
    steps[i]!(sample, first, last, from, to);
    clock?.(i);
  };
  return (clock?: Clock) => {
    for (let sample = 0; sample < samples; sample++) {
      for (const value of between) value.from = value.to = 0;
      for (let first = 0; first < total; first += rows)
        make(members.length - 1, sample, first, Math.min(total, first + rows), clock);
    }
  };
};

/** Moves a window of rows on to [from, to): keeps the rows that it has, has the others made. */
export const advance = (
  value: Between,
  [from, to]: readonly [number, number],
  make: (first: number, last: number) => void,
  move: (to: number, from: number, bytes: number) => void,
): void => {
  const start = Math.max(from, value.from);
  if (value.to > start && start > value.from) {
    move(value.address, value.address + (start - value.from) * value.rowBytes, (value.to - start) * value.rowBytes);
  }
  const next = Math.max(value.to, from);
  value.from = from;
  value.to = to;
  if (next < to) make(next, to);
};

/** The members' steps, each with its part of the chain's inputs, weights and tables. */
const bindMembers = (binding: Binding<unknown>, members: readonly Node[]): RowsStep[] => {
  const places = placesOf(members);
  let weight = 0;
  let table = 0;
  return members.map((member, i) => {
    const { op, attrs, inputs, output } = member;
    const weights = op.weights?.(inputs, attrs).length ?? 0;
    const tables = op.tables?.(inputs, output, attrs).length ?? 0;
    const step = op.bindRows!({
      kernels: binding.kernels,
      inputs: inputs.map((input, index): Placed =>
        places[i]![index]! < 0 ? { ...input, address: 0 } : binding.inputs[places[i]![index]!]!,
      ),
      output: { ...output, address: 0 },
      attrs,
      weights: binding.weights.slice(weight, (weight += weights)),
      tables: binding.tables.slice(table, (table += tables)),
      scratch: 0,
    });
    return step;
  });
};
