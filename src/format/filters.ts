// Which constants are weights, and how their elements are divided among output channels.

import { asNamed, asOp, type Graph, type Node } from '../ir/graph.js';
import { sizeOf } from '../ir/tensor.js';
import type { Block } from '../ir/structure.js';
import type { Value } from '../ir/value.js';
import { conv } from '../ops/conv/conv.js';
import type { convInt8 } from '../ops/int8/conv-int8.js';
import type { convTranspose } from '../ops/rare/conv-transpose.js';
import { asGated } from '../ops/gated/attrs.js';
import { matmul } from '../ops/matmul.js';
import type { Matrix } from './scaled.js';

/** Rows that are filters: [outputs, ...taps and inputs]. */
const byRow = ({ shape }: Value): Matrix[] => [{ rows: shape[0]!, columns: sizeOf(shape.slice(1)), byColumn: false }];

/** Stacked matrices whose columns are filters: [...stack, inputs, outputs]. */
const byColumn = ({ shape }: Value, stack: number): Matrix[] => {
  const columns = shape.at(-1)!;
  return Array.from({ length: stack }, () => ({ rows: sizeOf(shape) / stack / columns, columns, byColumn: true }));
};

/** The filters of a convolution, by block if it has blocks. */
const matricesOf = ({ weights, attrs }: { weights: Value; attrs: Filtered }): Matrix[] => {
  const taps = sizeOf(attrs.kernel);
  const blocks = attrs.blocks.map(({ inputs, outputs }) => ({
    rows: outputs.length,
    columns: taps * inputs.length,
    byColumn: false,
  }));
  return blocks.length ? blocks.filter(({ columns }) => columns > 0) : byRow(weights);
};

type Filtered = { kernel: readonly number[]; blocks: readonly Block[] };

/** The weights of a node, if it has constant ones, with a scale for every output channel. */
const weightsOf = (node: Node): { value: Value; matrices: Matrix[] } | undefined => {
  const convolution = asOp(node, conv);
  if (convolution) return { value: convolution.weights, matrices: matricesOf(convolution) };
  const gated = asGated(node);
  if (gated) return { value: gated.weights, matrices: byRow(gated.weights) };
  const transposed = asNamed<typeof convTranspose>(node, 'convTranspose');
  if (transposed) return { value: transposed.weights, matrices: byColumn(transposed.weights, transposed.attrs.group) };
  const product = asOp(node, matmul);
  return product?.b.data && { value: product.b, matrices: byColumn(product.b, sizeOf(product.b.shape.slice(0, -2))) };
};

/** Weights with the node that reads them and the matrices that they consist of. */
export type Filters = Map<Value, { node: Node; matrices: readonly Matrix[] }>;

/** The weights of convolutions and matrix products. */
export const filtersOf = (graph: Graph): Filters => {
  const filters: Filters = new Map();
  for (const node of graph.nodes) {
    const found = weightsOf(node);
    if (found && !filters.has(found.value)) filters.set(found.value, { node, matrices: found.matrices });
  }
  return filters;
};

/** The constants of a network that its int8 layers read. */
export type Int8Constants = {
  /** Weights that are integers times the scale of their row, by row. */
  weights: Map<Value, { matrices: readonly Matrix[]; scales: Float32Array }>;
  /** Scales and biases, which must not be rounded. */
  exact: Set<Value>;
};

/** The constants that convolutions of int8 values read. Weights that two read with different scales are exact ones. */
export const int8ConstantsOf = (graph: Graph): Int8Constants => {
  const found: Int8Constants = { weights: new Map(), exact: new Set() };
  for (const node of graph.nodes) {
    const layer = asNamed<typeof convInt8>(node, 'convInt8');
    if (!layer) continue;
    const { weights, scales, bias, attrs } = layer;
    for (const value of [scales, bias]) found.exact.add(value);
    const outputs = attrs.blocks.filter(({ inputs }) => inputs.length).flatMap((block) => block.outputs);
    const rows = outputs.length ? Float32Array.from(outputs, (output) => scales.data[output]!) : scales.data;
    const other = found.weights.get(weights)?.scales;
    if (other && String(other) !== String(rows)) found.exact.add(weights);
    found.weights.set(weights, { matrices: matricesOf(layer), scales: rows });
  }
  for (const value of found.exact) found.weights.delete(value);
  return found;
};
