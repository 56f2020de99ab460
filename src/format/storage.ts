// How the constants of a network are stored, and the network with the values as stored.

import type { Graph, Node } from '../ir/graph.js';
import type { Attrs, Schema } from '../ir/schema.js';
import type { Value } from '../ir/value.js';
import { fromHalves, MAX_HALF, toHalves } from './half.js';
import type { Storage } from './layout.js';

/** The types in which large constants of floats may be stored. */
export type WeightType = 'f32' | 'f16';

/**
 * The smallest constants, together at most this fraction of all, stay f32 when weights are stored as f16: biases and
 * the first layers, whose errors grow most on their way through the network.
 */
const EXACT_PART = 1 / 16;

/** The constants of a graph with their storage, in the order of the file. Those that f16 cannot represent stay f32. */
export const storagesOf = (graph: Graph, weights: WeightType): Map<Value, Storage> => {
  const values = [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ value }) => value)];
  const constants = [...new Set(values)].filter(({ data }) => data);
  const halves = weights === 'f16' ? halvesOf(constants) : new Set<Value>();
  return new Map(
    constants.map((value) => [value, !isFloats(value) ? 'i32' : halves.has(value) ? 'f16' : 'f32'] as const),
  );
};

const isFloats = ({ data }: Value): boolean => data instanceof Float32Array;

const halvesOf = (constants: readonly Value[]): Set<Value> => {
  const floats = constants.filter(isFloats).sort((a, b) => a.data!.length - b.data!.length);
  let exact = EXACT_PART * floats.reduce((sum, { data }) => sum + data!.length, 0);
  const large = floats.filter(({ data }) => (exact -= data!.length) < 0);
  return new Set(large.filter(({ data }) => data!.every((x) => Math.abs(x) <= MAX_HALF)));
};

/**
 * The network as a reader of its file gets it: weights and attributes are rounded to the stored numbers. Writing it and
 * writing `graph` produce the same file.
 */
export const asStored = (graph: Graph, weights: WeightType): Graph => {
  const rounded = new Map<Value, Value>();
  for (const [value, storage] of storagesOf(graph, weights)) {
    if (storage === 'f16')
      rounded.set(value, { ...value, data: fromHalves(toHalves(value.data as Float32Array, value.shape)) });
  }
  const store = (value: Value): Value => rounded.get(value) ?? value;
  const nodes = graph.nodes.map((node): Node => {
    return { ...node, attrs: roundAttrs(node.op.attrs, node.attrs), inputs: node.inputs.map(store) };
  });
  return { ...graph, nodes, outputs: graph.outputs.map(({ name, value }) => ({ name, value: store(value) })) };
};

const roundAttrs = (schema: Schema, attrs: Attrs): Attrs =>
  Object.fromEntries(
    Object.entries(schema).map(([name, kind]) => {
      if (kind === 'f32') return [name, Math.fround(attrs[name] as number)];
      return [name, kind === 'f32s' ? (attrs[name] as number[]).map(Math.fround) : attrs[name]];
    }),
  );
