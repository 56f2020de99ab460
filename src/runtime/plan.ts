// A graph becomes steps: every value gets an address, every op binds its kernels to them.

import { ALIGNMENT, alignUp, mostAlive, placeBuffers } from './arena.js';
import { bytesOf, findBuffers, type Buffers } from './lifetimes.js';
import { EngineError } from '../errors.js';
import type { Graph, Node } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import type { Placed, Step, Table } from '../ir/op.js';
import { pagesOf, type Kernels } from '../kernels/wasm.js';

/** A node ready to run. */
export type PlannedStep = { node: Node; run: Step };

/** Bytes of linear memory by use. */
export type MemoryUse = {
  /** Weights and other constants. */
  weights: number;
  /** Index tables of the shapes. */
  tables: number;
  /** Activations and scratch. */
  arena: number;
  /** The fullest step of the arena: no plan can need less. */
  mostAlive: number;
  /** All together, before rounding to pages. */
  total: number;
};

/** Addresses of everything that does not depend on the batch: constants, and each node's packed weights. */
export type WeightLayout = {
  constants: Map<Value, number>;
  packed: { node: Node; tables: Table[]; addresses: number[] }[];
  end: number;
};

/** Addresses of everything else, for one batch. */
export type RunLayout = {
  graph: Graph;
  addressOf: (value: Value) => number;
  tables: { tables: Table[]; addresses: number[] }[];
  scratch: number[];
  memory: MemoryUse;
};

/** Most bytes of index tables: 16 images of 2048 x 2048 windows. What is refused for them is refused before any is filled. */
const MOST_TABLE_BYTES = 2 ** 28;

/** Gives room from the byte `end` on; `check` refuses too much of it. */
class Room {
  constructor(
    public end: number,
    private readonly check: (end: number) => void,
  ) {}

  /** The address of `bytes` more. */
  take(bytes: number): number {
    const address = this.end;
    this.end += alignUp(bytes);
    this.check(this.end);
    return address;
  }
}

/**
 * Places constants and packed weights, from the first aligned byte behind the zeros that every memory begins with.
 *
 * @throws {EngineError} if they need more than any memory has
 */
export const layoutWeights = (graph: Graph): WeightLayout => {
  const constants = new Map<Value, number>();
  const room = new Room(ALIGNMENT, pagesOf);
  const take = (bytes: number) => room.take(bytes);
  const packed = graph.nodes.map((node) => {
    const own = new Set(node.op.packs?.(node.inputs) ?? []);
    node.inputs.forEach((input, index) => {
      if (input.data && !own.has(index) && !constants.has(input)) constants.set(input, take(bytesOf(input)));
    });
    const tables = node.op.weights?.(node.inputs, node.attrs) ?? [];
    return { node, tables, addresses: tables.map((table) => take(table.words * 4)) };
  });
  for (const { value } of graph.outputs) {
    if (value.data && !constants.has(value)) constants.set(value, take(bytesOf(value)));
  }
  return { constants, packed, end: room.end };
};

/**
 * Places the tables and the arena of `graph` behind the weights. `kept` values stay readable after a run.
 *
 * @throws {EngineError} if the tables need more than 256 MiB
 */
export const layoutRun = (graph: Graph, weights: WeightLayout, kept: readonly Value[]): RunLayout => {
  const room = new Room(weights.end, (end) => {
    if (end - weights.end <= MOST_TABLE_BYTES) return;
    throw new EngineError(
      `the sizes of this network need tables of more than ${MOST_TABLE_BYTES / 2 ** 20} MiB; that is the most`,
    );
  });
  const tables = graph.nodes.map(({ op, inputs, output, attrs }) => {
    const own = op.tables?.(inputs, output, attrs) ?? [];
    return { tables: own, addresses: own.map(({ words }) => room.take(words * 4)) };
  });
  const buffers = findBuffers(graph, kept);
  const scratch = graph.nodes.map(({ op, inputs, output, attrs }, step) => {
    const bytes = op.scratch?.(inputs, output, attrs) ?? 0;
    return bytes ? buffers.lifetimes.push({ first: step, last: step, bytes }) - 1 : -1;
  });
  const { offsets, bytes } = placeBuffers(buffers.lifetimes);
  const arena = room.end;
  return {
    graph,
    addressOf: addresses(buffers, offsets, arena, weights),
    tables,
    scratch: scratch.map((buffer) => (buffer < 0 ? 0 : arena + offsets[buffer]!)),
    memory: {
      weights: weights.end,
      tables: arena - weights.end,
      arena: bytes,
      mostAlive: mostAlive(buffers.lifetimes),
      total: arena + bytes + ALIGNMENT,
    },
  };
};

const addresses =
  (buffers: Buffers, offsets: readonly number[], arena: number, weights: WeightLayout) =>
  (value: Value): number => {
    const root = buffers.rootOf(value);
    const buffer = buffers.of.get(root);
    return buffer === undefined ? (weights.constants.get(root) ?? 0) : arena + offsets[buffer]!;
  };

/** Writes constants and packed weights into memory. */
export const fillWeights = (memory: WebAssembly.Memory, { constants, packed }: WeightLayout): void => {
  for (const [{ data }, address] of constants) {
    if (data instanceof Float32Array) new Float32Array(memory.buffer, address, data.length).set(data);
    else if (data) new Int32Array(memory.buffer, address, data.length).set(data);
  }
  for (const { tables, addresses } of packed) fillTables(memory, tables, addresses);
};

const fillTables = (memory: WebAssembly.Memory, tables: readonly Table[], addresses: readonly number[]): void =>
  tables.forEach(({ words, fill }, index) => {
    const address = addresses[index]!;
    fill(new Float32Array(memory.buffer, address, words), new Int32Array(memory.buffer, address, words));
  });

/** Writes the tables of a layout and binds its nodes. Nodes whose output is another view of their input take no step. */
export const bindSteps = (
  kernels: Kernels,
  memory: WebAssembly.Memory,
  weights: WeightLayout,
  layout: RunLayout,
): PlannedStep[] => {
  const place = (value: Value): Placed => ({ ...value, address: layout.addressOf(value) });
  return layout.graph.nodes.flatMap((node, index) => {
    if (node.op.alias) return [];
    const { tables, addresses } = layout.tables[index]!;
    fillTables(memory, tables, addresses);
    const run = node.op.bind({
      kernels,
      inputs: node.inputs.map(place),
      output: place(node.output),
      attrs: node.attrs,
      weights: weights.packed[index]!.addresses,
      tables: addresses,
      scratch: layout.scratch[index]!,
    });
    return [{ node, run }];
  });
};
