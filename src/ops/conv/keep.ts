// A convolution of some of its channels: the inputs that outputs read, and what it becomes without the others.

import type { Value } from '../../ir/value.js';
import { sizeOf } from '../../ir/tensor.js';
import { blocksOf, type ConvAttrs } from './attrs.js';
import { isIdentity } from '../shared/permutation.js';
import { pickRows } from './order.js';
import { pickLast } from '../shared/selection.js';

type Form = { attrs: ConvAttrs; inputs: Value[] };

/** What gives the inputs that have weights other than 0 for an output. */
export const inputsRead = (attrs: ConvAttrs, [x, w, bias]: readonly Value[]): ((output: number) => number[]) => {
  const weights = w!.data as Float32Array;
  const taps = sizeOf(attrs.kernel);
  const rows = new Map<number, { inputs: readonly number[]; start: number }>();
  let start = 0;
  for (const { inputs, outputs } of blocksOf(x!, bias!, attrs)) {
    for (const output of outputs) {
      rows.set(output, { inputs, start });
      start += taps * inputs.length;
    }
  }
  return (output) => {
    const row = rows.get(output);
    return row ? row.inputs.filter((_, i) => hasWeight(weights, row.start + i, row.inputs.length, taps)) : [];
  };
};

/** Whether one of `count` weights that lie `step` apart is not 0. */
const hasWeight = (weights: Float32Array, start: number, step: number, count: number): boolean => {
  for (let i = 0; i < count; i++) if (weights[start + i * step] !== 0) return true;
  return false;
};

/** A depthwise convolution of these channels alone, in the order given. */
export const keepFilters = (
  attrs: ConvAttrs,
  [x, w, ...rest]: readonly Value[],
  channels: readonly number[],
): Form => ({
  attrs: { ...attrs, group: channels.length },
  inputs: [x!, pickRows(w!, channels), ...keepRest(rest, channels)],
});

/** The outputs alone of the inputs `read` alone, for a convolution that is not depthwise; dense again if one block of all is left. */
export const pruneOutputs = (
  attrs: ConvAttrs,
  inputs: readonly Value[],
  outputs: readonly number[],
  read: readonly number[],
): Form => {
  const [x, w, bias, ...rest] = inputs as [Value, Value, Value];
  const others = keepRest([bias, ...rest], outputs);
  const [columns, rows] = [placesOf(read), placesOf(outputs)];
  const blocks = blocksOf(x, bias, attrs)
    .map((block) => ({
      inputs: block.inputs.flatMap((input) => columns.get(input) ?? []),
      outputs: block.outputs.flatMap((output) => rows.get(output) ?? []),
    }))
    .filter((block) => block.inputs.length && block.outputs.length);
  const data = keptWeights(attrs, inputs, columns, rows);
  const [only = { inputs: [0], outputs: [0] }] = blocks;
  const isDense =
    blocks.length === 1 && isIdentity(only.inputs, read.length) && isIdentity(only.outputs, outputs.length);
  const shape = isDense ? [outputs.length, ...attrs.kernel, read.length] : [data.length];
  return {
    attrs: { ...attrs, group: 1, blocks: isDense ? [] : blocks.length ? blocks : [only] },
    inputs: [x, { ...w, shape, data }, ...others],
  };
};

/** Bias and residual of some outputs; a residual that is no constant is the caller's to narrow. */
const keepRest = ([bias, ...residual]: readonly Value[], outputs: readonly number[]): Value[] => [
  pickRows(bias!, outputs),
  ...residual.map((value) => (value.data ? pickLast(value, outputs) : value)),
];

const placesOf = (list: readonly number[]): Map<number, number> =>
  new Map(list.map((channel, place) => [channel, place]));

/** The blocks' weights of the rows and columns that stay; a 0 a tap if there are none, since a constant has elements. */
const keptWeights = (
  attrs: ConvAttrs,
  [x, w, bias]: readonly Value[],
  columns: ReadonlyMap<number, number>,
  rows: ReadonlyMap<number, number>,
): Float32Array => {
  const from = w!.data as Float32Array;
  const data = new Float32Array(from.length);
  let at = 0,
    to = 0;
  for (const block of blocksOf(x!, bias!, attrs)) {
    for (const output of block.outputs) {
      for (let tap = 0; tap < sizeOf(attrs.kernel); tap++) {
        for (const input of block.inputs) {
          if (rows.has(output) && columns.has(input)) data[to++] = from[at]!;
          at++;
        }
      }
    }
  }
  return data.slice(0, to || sizeOf(attrs.kernel));
};
