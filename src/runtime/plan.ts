// Plans a graph for the sizes of its inputs: plans layers, gives every value an address, and binds plans to kernels.

import { EngineError } from '../errors.js';
import type { Graph, Node } from '../ir/graph.js';
import { ALIGNMENT, type AddressOf, type Plan, type Scratch, type Step, type Table } from '../ir/plan.js';
import type { Value } from '../ir/value.js';
import type { Kernels } from '../kernels/wasm.js';
import { mostAlive, placeBuffers } from './arena.js';
import { joinRowBands, runAllRows } from './row-bands.js';
import { findBuffers } from './lifetimes.js';
import { packerIn } from './packer.js';
import { isAlias, outputOf, type Layer, type Unit } from './unit.js';
import { BumpAllocator, fillTable, type Weights } from './weights.js';

/** A step of a run with the nodes whose layers it computes, and how. */
export type PlannedStep = Pick<Plan, 'algorithms'> & { members: readonly Node[]; run: Step };

/** Bytes of linear memory by use. */
export type MemoryUse = {
  /** Weights and other constants. */
  weights: number;
  /** Index tables, which depend on shapes. */
  tables: number;
  /** Activations and scratch memory. */
  arena: number;
  /** Bytes alive in the fullest step of the arena; no plan can use less. */
  mostAlive: number;
  /** The total, before rounding up to pages. */
  total: number;
};

/** Everything about a run for inputs of some sizes, except the kernels. */
export type RunPlan = { graph: Graph; units: readonly Unit[]; address: AddressOf; memory: MemoryUse };

/** Maximum size of all index tables: 16 images of 2048 x 2048 windows. Checked before any table is filled. */
const MAX_TABLE_BYTES = 256 * 1024 * 1024;

/**
 * Plans the layers of `weights` for `graph`, which has the same nodes for inputs of any size, and places tables and arena
 * after the weights. `kept` values stay readable after a run. Layers run in bands of rows unless `joined` is false. `check`
 * is called before each layer, and may throw.
 *
 * @throws {EngineError} if the tables need more than 256 MiB
 */
export const planRun = (
  graph: Graph,
  weights: Weights,
  kept: readonly Value[],
  joined = true,
  check?: () => void,
): RunPlan => {
  const single = planLayers(graph, weights.layers, check);
  const units = joined ? joinRowBands(single, graph, kept) : single;
  const places = new Map<Value | Table | Scratch, number>(weights.addresses);
  const tables = new BumpAllocator(weights.end, (end) => {
    if (end - weights.end <= MAX_TABLE_BYTES) return;
    throw new EngineError(
      `the sizes of this network need index tables larger than the limit of ${MAX_TABLE_BYTES / 2 ** 20} MiB: use smaller images`,
    );
  });
  for (const { plan } of units) for (const table of plan.tables ?? []) places.set(table, tables.take(table.words * 4));
  const buffers = findBuffers(graph, units, kept);
  const scratch = units.flatMap(({ plan }, step) =>
    (plan.scratch ?? [])
      .filter(({ bytes }) => bytes)
      .map((place) => {
        return { place, buffer: buffers.lifetimes.push({ first: step, last: step, bytes: place.bytes }) - 1 };
      }),
  );
  const { offsets, bytes } = placeBuffers(buffers.lifetimes);
  const arena = tables.end;
  for (const { place, buffer } of scratch) places.set(place, arena + offsets[buffer]!);
  for (const [value, buffer] of buffers.bufferOf) places.set(value, arena + offsets[buffer]!);
  return {
    graph,
    units,
    address: (place) => placeOf(places, 'name' in place ? buffers.rootOf(place) : place),
    memory: {
      weights: weights.end,
      tables: arena - weights.end,
      arena: bytes,
      mostAlive: mostAlive(buffers.lifetimes),
      total: arena + bytes + ALIGNMENT,
    },
  };
};

/** The address of a value, table or scratch memory. Scratch memory of no bytes has none. */
const placeOf = (places: ReadonlyMap<Value | Table | Scratch, number>, place: Value | Table | Scratch): number => {
  const address = places.get(place);
  if (address === undefined && !('bytes' in place && !place.bytes))
    throw new EngineError('the plan of a layer names memory that it has not asked for; this is a defect of groupwise');
  return address ?? 0;
};

/** Plans each layer for `graph`, which has the layers' nodes for inputs of any size. */
export const planLayers = (graph: Graph, layers: readonly Layer[], check = () => {}): Unit[] =>
  layers.map(({ nodes, plan }) => {
    check();
    const members = nodes.map((place) => graph.nodes[place]!);
    return { members, plan: plan(members) };
  });

/** Writes the tables of a plan and binds its steps, before each of which `check` is called. Aliases need no step. */
export const bindRun = (
  kernels: Kernels,
  memory: WebAssembly.Memory,
  { units, address, memory: use }: RunPlan,
  check = () => {},
): PlannedStep[] => {
  const packer = packerIn(kernels, memory, use);
  return units
    .filter((unit) => !isAlias(unit))
    .map((unit) => {
      check();
      for (const table of unit.plan.tables ?? []) fillTable(memory, table, address(table), packer);
      const { members, plan } = unit;
      return { members, algorithms: plan.algorithms, run: bindPlan(unit, plan, kernels, address) };
    });
};

const bindPlan = (unit: Unit, plan: Plan, kernels: Kernels, address: AddressOf): Step =>
  plan.rows
    ? runAllRows(plan.rows.bind(kernels, address), unit.members[0]!.inputs[0]!, outputOf(unit), address)
    : plan.bind(kernels, address);
