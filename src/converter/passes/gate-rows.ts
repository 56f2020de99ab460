// The factors of several heads as rows of one array.
//
//   g [N, H, C] --> gather 0 -> reshape -> factor of head 0        g
//             '--> gather 1 -> reshape -> factor of head 1

import { firstInput, type Node } from '../../ir/graph.js';
import { sameShape, sizeOf } from '../../ir/tensor.js';
import { channelsOf, samplesOf, type Value } from '../../ir/value.js';
import { concat } from '../../ops/concat.js';
import { gather } from '../../ops/rare/gather.js';
import { reshape } from '../../ops/reshape.js';
import { slice } from '../../ops/slice.js';
import type { GraphEditor } from './editor.js';

/** Row `row` of the rows [rows][C] that each sample of `source` has. */
type Row = { source: Value; row: number; rows: number };

/** Adds a node to the graph. @returns its output */
type Build = (op: Node['op'], attrs: Node['attrs'], inputs: Value[]) => Value;

/** Vectors of C channels for each sample, one for each head, as one array [N, H, C]: the array they were taken from, if it is that. */
export const stackRows = (vectors: readonly Value[], editor: GraphEditor, build: Build): Value => {
  const channels = vectors[0]!.shape.at(-1)!;
  const rows = vectors.map((vector) => rowOf(vector, editor));
  const [{ source, rows: count }] = rows as [Row];
  const shaped = (value: Value, heads: number): Value => {
    const shape = [samplesOf(value), heads, channels];
    return sameShape(value.shape, shape) ? value : build(reshape, { shape: [0, heads, channels] }, [value]);
  };
  if (count === vectors.length && rows.every((row, h) => row.source === source && row.row === h))
    return shaped(source, count);
  const parts = vectors.map((vector) => shaped(vector, 1));
  return build(concat, { axis: 1 }, parts);
};

/** Where a vector was taken from, through reshapes. */
const rowOf = (vector: Value, editor: GraphEditor): Row => {
  const channels = channelsOf(vector);
  const alone: Row = { source: vector, row: 0, rows: 1 };
  const maker = editor.maker(throughReshapes(vector, editor));
  const source = maker?.inputs[0];
  if (!source || source.shape[0] !== vector.shape[0]) return alone;
  const axis = rowAxis(source, channels);
  const start = axis === undefined ? undefined : startOf(maker, axis);
  if (axis === undefined || start === undefined) return alone;
  const width = source.shape[axis]! / (sizeOf(source.shape.slice(1)) / channels);
  return start % width ? alone : { source, row: start / width, rows: source.shape[axis]! / width };
};

const throughReshapes = (value: Value, editor: GraphEditor): Value => {
  let found = value;
  for (let maker = editor.maker(found); maker?.op === reshape; maker = editor.maker(found)) {
    if (firstInput(maker).shape[0] !== found.shape[0]) break;
    found = firstInput(maker);
  }
  return found;
};

/** The axis along which rows of `channels` follow each other, if all other axes after the samples have size 1 or belong to the rows. */
const rowAxis = ({ shape }: Value, channels: number): number | undefined => {
  const long = shape.map((_, axis) => axis).filter((axis) => axis > 0 && shape[axis]! > 1);
  if (shape.length === 3 && shape[2] === channels) return 1;
  return long.length === 1 && shape[long[0]!]! % channels === 0 ? long[0] : undefined;
};

/** The index along `axis` from which a node takes its output, which has the size of one row. */
const startOf = ({ op, attrs, inputs: [source, indices] }: Node, axis: number): number | undefined => {
  if (op === gather && attrs.axis === axis && axis === 1 && source!.shape.length === 3 && indices!.data?.length === 1) {
    const index = indices!.data[0]!;
    return index < 0 ? index + source!.shape[axis]! : index;
  }
  const { axes, starts, steps } = attrs as { axes?: number[]; starts?: number[]; steps?: number[] };
  return op === slice && axes!.length === 1 && axes![0] === axis && steps![0] === 1 ? starts![0] : undefined;
};
