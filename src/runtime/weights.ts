// Addresses of a model's constants and packed weights, which do not depend on the batch.

import { EngineError } from '../errors.js';
import type { Graph } from '../ir/graph.js';
import { ALIGNMENT, alignUp, type Packer, type Table } from '../ir/plan.js';
import { bytesOf, type Value } from '../ir/value.js';
import { pagesOf } from '../kernels/wasm.js';
import type { Layer } from './unit.js';

/** Addresses of constants and packed weights. */
export type Weights = {
  layers: readonly Layer[];
  addresses: ReadonlyMap<Value | Table, number>;
  /** The address after the last of them. */
  end: number;
};

/** Allocates memory from `end` on; every address is a multiple of the alignment. */
export class BumpAllocator {
  constructor(
    public end: number,
    private readonly check: (end: number) => unknown,
  ) {}

  /** Allocates `bytes`. @throws what `check` throws for the new end */
  take(bytes: number): number {
    const address = this.end;
    this.end = alignUp(address + bytes);
    this.check(this.end);
    return address;
  }
}

/**
 * Places constants and packed weights; not at address 0, by which kernels know that they have no such argument.
 *
 * @throws {EngineError} if they need more than the largest memory
 */
export const placeWeights = (graph: Graph, layers: readonly Layer[]): Weights => {
  const addresses = new Map<Value | Table, number>();
  const memory = new BumpAllocator(ALIGNMENT, pagesOf);
  const placeConstant = (value: Value) => {
    if (value.data && !addresses.has(value)) addresses.set(value, memory.take(bytesOf(value)));
  };
  for (const { nodes, packed, replaces } of layers) {
    const inputs = nodes.flatMap((place) => graph.nodes[place]!.inputs);
    // a constant may be a layer's weights and also what it works on
    const isRead = (input: Value, i: number) => !replaces.includes(input) || inputs.indexOf(input) !== i;
    inputs.filter(isRead).forEach(placeConstant);
    for (const table of packed) addresses.set(table, memory.take(table.words * 4));
  }
  for (const { value } of graph.outputs) placeConstant(value);
  return { layers, addresses, end: memory.end };
};

/** Writes constants and packed weights into memory; `check` is called before each, and may throw. */
export const fillWeights = (
  memory: WebAssembly.Memory,
  { addresses }: Weights,
  packer: Packer,
  check = () => {},
): void => {
  for (const [place, address] of addresses) {
    check();
    if ('fill' in place) fillTable(memory, place, address, packer);
    else if (place.data instanceof Float32Array)
      new Float32Array(memory.buffer, address, place.data.length).set(place.data);
    else if (place.data) new Int32Array(memory.buffer, address, place.data.length).set(place.data);
  }
};

/** Writes a table. */
export const fillTable = (
  { buffer }: WebAssembly.Memory,
  { words, fill }: Table,
  address: number,
  packer: Packer,
): void => fill(new Float32Array(buffer, address, words), new Int32Array(buffer, address, words), packer);

/** Copies the constants that plans need after loading, so that the caller may change or release its bytes. */
export const ownConstants = (graph: Graph, layers: readonly Layer[]): void => {
  const packed = packedInputs(layers);
  for (const { inputs } of graph.nodes) {
    for (const input of inputs) if (input.data && !packed.has(input)) input.data = input.data.slice();
  }
};

const NOTHING = new Float32Array(0);

/** Releases weights that exist in packed form. */
export const releaseWeights = ({ layers, addresses }: Weights): void => {
  for (const input of packedInputs(layers)) if (!addresses.has(input)) input.data = NOTHING;
  for (const { packed } of layers) for (const table of packed) table.fill = filled;
};

/** Inputs whose data is in packed tables. */
const packedInputs = (layers: readonly Layer[]): Set<Value> =>
  new Set(layers.flatMap(({ packed, replaces }) => (packed.length ? replaces : [])));

const filled = (): never => {
  throw new EngineError('packed weights were already written');
};
