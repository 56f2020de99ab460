// How the constants of a network are stored, and the network with the values as stored.

import type { Graph, Node } from '../ir/graph.js';
import type { Attrs, Schema } from '../ir/schema.js';
import type { Value } from '../ir/value.js';
import type { Steps } from '../next-task.js';
import { filtersOf, int8ConstantsOf, type Filters } from './filters.js';
import { fromHalves, MAX_HALF } from './half.js';
import type { Storage } from './layout.js';
import { toHalves } from './round-halves.js';
import { dequantised, MAX_WEIGHT, quantise, withScales, type Matrix } from './scaled.js';

/** How weights may be stored: `int8` is 8 bits with a scale per output channel. */
export const WEIGHT_TYPES: readonly WeightType[] = ['f32', 'f16', 'int8'];

/** The types in which large constants of floats may be stored. */
export type WeightType = 'f32' | 'f16' | 'int8';

/** How a constant is stored; with i8 and i8z, the matrices that it consists of. */
export type Stored =
  { storage: Exclude<Storage, 'i8' | 'i8z'> } | { storage: 'i8' | 'i8z'; matrices: readonly Matrix[] };

/**
 * The smallest constants, together at most this fraction of all, stay f32 when weights are stored as f16: biases and
 * the first layers, whose errors grow most on their way through the network.
 */
const EXACT_PART = 1 / 16;

/**
 * The smallest weights, together at most this fraction of all, become f16 when weights are stored as int8: depthwise
 * filters and first layers, in which an error has few others to cancel it.
 */
const FINE_PART = 1 / 32;

const constantsOf = (graph: Graph): Value[] => {
  const values = [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ value }) => value)];
  return [...new Set(values)].filter(({ data }) => data);
};

/**
 * Some constants of a graph with their storage. Those that f16 cannot represent stay f32; of other constants than weights,
 * int8 changes none.
 */
const storagesOf = (graph: Graph, constants: readonly Value[], weights: WeightType): Map<Value, Stored> => {
  const smaller =
    weights === 'f16'
      ? halvesOf(constants)
      : weights === 'int8'
        ? integersOf(filtersOf(graph))
        : new Map<Value, Stored>();
  const other = (value: Value): Stored => ({ storage: isFloats(value) ? 'f32' : 'i32' });
  return new Map(constants.map((value) => [value, smaller.get(value) ?? other(value)]));
};

const isFloats = ({ data }: Value): boolean => data instanceof Float32Array;

const HALF: Stored = { storage: 'f16' };

/** The floats except the smallest, which together have at most `part` of all elements. */
const largest = (floats: readonly Value[], part: number): Value[] => {
  const sorted = [...floats].sort((a, b) => a.data!.length - b.data!.length);
  let rest = part * sorted.reduce((sum, { data }) => sum + data!.length, 0);
  return sorted.filter(({ data }) => (rest -= data!.length) < 0);
};

/** Whether all numbers are from -max to max. */
const fits = ({ data }: Value, max: number): boolean => {
  const floats = data as Float32Array;
  for (let i = 0; i < floats.length; i++) if (!(Math.abs(floats[i]!) <= max)) return false;
  return true;
};

const fitsHalf = (value: Value): boolean => fits(value, MAX_HALF);

const halvesOf = (constants: readonly Value[]): Map<Value, Stored> =>
  new Map(
    largest(constants.filter(isFloats), EXACT_PART)
      .filter(fitsHalf)
      .map((value) => [value, HALF]),
  );

const integersOf = (filters: Filters): Map<Value, Stored> => {
  const finite = [...filters.keys()].filter((value) => fits(value, MAX_WEIGHT));
  const coarse = new Set(largest(finite, FINE_PART));
  const fine = finite.filter((value) => !coarse.has(value) && fitsHalf(value));
  return new Map<Value, Stored>([
    ...[...coarse].map((value) => [value, { storage: 'i8', matrices: filters.get(value)!.matrices }] as const),
    ...fine.map((value) => [value, HALF] as const),
  ]);
};

/** A constant in its file: how it is stored, and its bytes. */
export type Encoded = Stored & { bytes: Uint8Array };

/**
 * The constants of a graph as its file has them, in the order of the file. Weights of int8 layers are 8 bits with the scales of
 * the layers always, or f32 if their integers need more.
 */
export function* encodeConstants(graph: Graph, weights: WeightType): Steps<Map<Value, Encoded>> {
  const int8 = int8ConstantsOf(graph);
  const constants = constantsOf(graph);
  const storages = storagesOf(
    graph,
    constants.filter((value) => !int8.weights.has(value) && !int8.exact.has(value)),
    weights,
  );
  const encoded = new Map<Value, Encoded>();
  for (const value of constants) {
    const own = int8.weights.get(value);
    const scaled = own && withScales(value.data as Float32Array, own.matrices, own.scales);
    if (scaled) {
      encoded.set(value, { ...scaled, matrices: own.matrices });
      yield;
    } else {
      const stored = storages.get(value) ?? { storage: 'f32' };
      encoded.set(value, { ...stored, bytes: yield* bytesOf(value, stored) });
    }
  }
  return encoded;
}

function* bytesOf({ data, shape }: Value, stored: Stored): Steps<Uint8Array> {
  if ('matrices' in stored) return yield* quantise(data as Float32Array, stored.matrices);
  const numbers = stored.storage === 'f16' ? yield* toHalves(data as Float32Array, shape) : data!;
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** The network as a reader of its file gets it: weights and attributes are rounded to the stored numbers. */
export function* asStored(graph: Graph, constants: ReadonlyMap<Value, Encoded>): Steps<Graph> {
  const rounded = new Map<Value, Value>();
  for (const [value, { bytes, ...stored }] of constants) {
    if (stored.storage === 'f16')
      rounded.set(value, {
        ...value,
        data: fromHalves(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)),
      });
    if ('matrices' in stored)
      rounded.set(value, { ...value, data: dequantised(bytes, stored.matrices, stored.storage === 'i8z') });
    yield;
  }
  const store = (value: Value): Value => rounded.get(value) ?? value;
  const nodes = graph.nodes.map((node): Node => {
    return { ...node, attrs: roundAttrs(node.op.attrs, node.attrs), inputs: node.inputs.map(store) };
  });
  return { ...graph, nodes, outputs: graph.outputs.map(({ name, value }) => ({ name, value: store(value) })) };
}

const roundAttrs = (schema: Schema, attrs: Attrs): Attrs =>
  Object.fromEntries(
    Object.entries(schema).map(([name, kind]) => {
      if (kind === 'f32') return [name, Math.fround(attrs[name] as number)];
      return [name, kind === 'f32s' ? (attrs[name] as number[]).map(Math.fround) : attrs[name]];
    }),
  );
