// Masks and factors that are computed for each sample (MSGC) become the gates of the convolution that reads the products.
// Exporters write them as one product for each head, the products one behind the other, and a grouped convolution of them.

import { makersOf, type Graph, type Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import { binary } from '../../ops/binary.js';
import { cast } from '../../ops/cast.js';
import { concat } from '../../ops/concat.js';
import { conv } from '../../ops/conv/conv.js';
import { isDepthwise, type ConvAttrs } from '../../ops/conv/attrs.js';
import { gather } from '../../ops/gather.js';
import { gatedAttrs, gatedConv } from '../../ops/conv/gated-conv.js';
import { reshape } from '../../ops/reshape.js';
import { slice } from '../../ops/slice.js';
import { sameShape, sizeOf } from '../../ir/tensor.js';

type Makers = ReadonlyMap<Value, Node>;

/** `activation` times factors [N, 1, ..., 1, C]. */
type Product = { activation: Value; factors: readonly Value[] };

/** Row `row` of the rows [rows][C] that each sample of `source` has. */
type Row = { source: Value; row: number; rows: number };

/** Gives convolutions of gated products their gated form. */
export const findGates = (graph: Graph): void => {
  const makers = makersOf(graph);
  graph.nodes = graph.nodes.flatMap((node) => gatedForm(node, makers) ?? [node]);
};

/** The nodes that take the place of a convolution, or nothing. */
const gatedForm = (node: Node, makers: Makers): Node[] | undefined => {
  if (node.op !== conv || node.inputs.length !== 3) return undefined;
  const [read, w, bias] = node.inputs as [Value, Value, Value];
  const attrs = node.attrs as ConvAttrs;
  if (attrs.blocks.length || isDepthwise(read, bias, attrs)) return undefined;
  const heads = headsOf(read, attrs, makers);
  const products = heads && commonProducts(heads, makers);
  if (!products) return undefined;
  const masked = products[0]!.factors.some((factor) => isMask(factor, makers));
  if (products.length === 1 && !masked) return undefined; // squeeze and excite: nothing is closed
  const added: Node[] = [];
  const build = (op: Node['op'], own: Node['attrs'], inputs: Value[]): Value => {
    const name = `${node.name}/gates${added.length || ''}`;
    const output: Value = { name, shape: op.shape(inputs, own), type: 'float32' };
    added.push({ name, op, attrs: own, inputs, output });
    return output;
  };
  const gates = products[0]!.factors
    .map((_, k) =>
      stackRows(
        products.map(({ factors }) => factors[k]!),
        makers,
        build,
      ),
    )
    .reduce((a, b) => build(binary, { kind: 'mul' }, [a, b]));
  return [
    ...added,
    { ...node, op: gatedConv, attrs: gatedAttrs(attrs), inputs: [products[0]!.activation, w, bias, gates] },
  ];
};

/** What each head reads. */
const headsOf = (read: Value, { group }: ConvAttrs, makers: Makers): readonly Value[] | undefined => {
  if (group === 1) return [read];
  const maker = makers.get(read);
  const last = read.shape.length - 1;
  if (maker?.op !== concat || maker.attrs.axis !== last || maker.inputs.length !== group) return undefined;
  return maker.inputs.every(({ shape }) => sameShape(shape, maker.inputs[0]!.shape)) ? maker.inputs : undefined;
};

/** The heads as products of one activation and equally many factors, as many as possible. */
const commonProducts = (heads: readonly Value[], makers: Makers): Product[] | undefined => {
  const all = heads.map((head) => productsOf(head, makers));
  for (const first of all[0]!) {
    const same = all.map((products) => products.find(({ activation }) => activation === first.activation));
    if (same.every((product) => product?.factors.length === first.factors.length)) return same as Product[];
  }
  return undefined;
};

/** The ways to read a value as a product, the longest first. */
const productsOf = (value: Value, makers: Makers): Product[] => {
  const products: Product[] = [];
  for (let factors: Value[] = [], activation = value; ;) {
    const maker = makers.get(activation);
    if (maker?.op !== binary || maker.attrs.kind !== 'mul') return products.reverse();
    const factor = maker.inputs.find((input) => isVector(input, activation));
    const other = maker.inputs.find((input) => input !== factor);
    if (!factor || !other || !sameShape(other.shape, activation.shape)) return products.reverse();
    factors = [factor, ...factors];
    activation = other;
    products.push({ activation, factors });
  }
};

/** Whether a value is one number for each sample and channel of `x`, known only while running. */
const isVector = ({ shape, data, type }: Value, x: Value): boolean => {
  const [samples, channels] = [x.shape[0]!, x.shape.at(-1)!];
  if (data || type !== 'float32' || shape.length !== x.shape.length || sizeOf(x.shape.slice(1, -1)) === 1) return false;
  return shape[0] === samples && shape.at(-1) === channels && sizeOf(shape) === samples * channels;
};

/** The heads' vectors as one array [N, H, C]: what they were taken from, if that is it. */
const stackRows = (
  vectors: readonly Value[],
  makers: Makers,
  build: (op: Node['op'], attrs: Node['attrs'], inputs: Value[]) => Value,
): Value => {
  const channels = vectors[0]!.shape.at(-1)!;
  const rows = vectors.map((vector) => rowOf(vector, makers));
  const [{ source, rows: count }] = rows as [Row];
  const shaped = (value: Value, heads: number): Value => {
    const shape = [value.shape[0]!, heads, channels];
    return sameShape(value.shape, shape) ? value : build(reshape, { shape: [0, heads, channels] }, [value]);
  };
  if (count === vectors.length && rows.every((row, h) => row.source === source && row.row === h))
    return shaped(source, count);
  return build(
    concat,
    { axis: 1 },
    vectors.map((vector) => shaped(vector, 1)),
  );
};

/** Where a vector was taken from, through reshapes. */
const rowOf = (vector: Value, makers: Makers): Row => {
  const channels = vector.shape.at(-1)!;
  const value = throughReshapes(vector, makers);
  const alone: Row = { source: vector, row: 0, rows: 1 };
  const maker = makers.get(value);
  const source = maker?.inputs[0];
  if (!source || source.shape[0] !== vector.shape[0]) return alone;
  const axis = rowAxis(source, channels);
  const place = axis === undefined ? undefined : placeOf(maker, axis);
  if (axis === undefined || place === undefined) return alone;
  const width = source.shape[axis]! / (sizeOf(source.shape.slice(1)) / channels);
  return place % width ? alone : { source, row: place / width, rows: source.shape[axis]! / width };
};

/** The axis behind the samples along which rows of `channels` lie one behind the other, the other axes being them or 1. */
const rowAxis = ({ shape }: Value, channels: number): number | undefined => {
  const long = shape.map((_, axis) => axis).filter((axis) => axis > 0 && shape[axis]! > 1);
  if (shape.length === 3 && shape[2] === channels) return 1;
  return long.length === 1 && shape[long[0]!]! % channels === 0 ? long[0] : undefined;
};

/** The place along `axis` from which a node takes its output, which has the size of one row. */
const placeOf = ({ op, attrs, inputs: [source, indices] }: Node, axis: number): number | undefined => {
  if (op === gather && attrs.axis === axis && axis === 1 && source!.shape.length === 3 && indices!.data?.length === 1) {
    const index = indices!.data[0]!;
    return index < 0 ? index + source!.shape[axis]! : index;
  }
  const { axes, starts, steps } = attrs as { axes?: number[]; starts?: number[]; steps?: number[] };
  return op === slice && axes!.length === 1 && axes![0] === axis && steps![0] === 1 ? starts![0] : undefined;
};

const throughReshapes = (value: Value, makers: Makers): Value => {
  const maker = makers.get(value);
  return maker?.op === reshape && maker.inputs[0]!.shape[0] === value.shape[0]
    ? throughReshapes(maker.inputs[0]!, makers)
    : value;
};

/** Whether a value is made of truth values, by moving them about. */
const isMask = (value: Value, makers: Makers): boolean => {
  const seen = new Set([value]);
  for (const current of seen) {
    const maker = makers.get(current);
    if (!maker) continue;
    if (maker.op === cast && maker.inputs[0]!.type === 'bool') return true;
    const isProduct = maker.op === binary && maker.attrs.kind === 'mul';
    const moves = maker.op === cast || maker.op === reshape || maker.op === gather || maker.op === slice;
    for (const input of isProduct ? maker.inputs : maker.inputs.slice(0, moves ? 1 : 0)) seen.add(input);
  }
  return false;
};
