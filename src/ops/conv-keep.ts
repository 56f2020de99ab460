// A convolution of some of its channels: the inputs that outputs read, and what it becomes without the others.

import type { Value } from '../graph.js';
import { sizeOf } from '../tensor.js';
import { blocksOf, isDepthwise, type ConvAttrs } from './conv-blocks.js';
import { pickRows } from './conv-order.js';
import { pickLast } from './selection.js';

type Form = { attrs: ConvAttrs; inputs: Value[] };

/** The inputs that have weights other than 0 for the outputs; one at least. */
export const inputsRead = (attrs: ConvAttrs, [x, w, bias]: readonly Value[], outputs: readonly number[]): number[] => {
  const made = new Set(outputs);
  const isRead = new Uint8Array(x!.shape.at(-1)!);
  const weights = w!.data as Float32Array;
  let at = 0;
  for (const block of blocksOf(x!, bias!, attrs)) {
    for (const output of block.outputs) {
      for (let tap = 0; tap < sizeOf(attrs.kernel); tap++, at += block.inputs.length) {
        if (made.has(output)) block.inputs.forEach((input, i) => weights[at + i] !== 0 && (isRead[input] = 1));
      }
    }
  }
  const read = [...isRead.keys()].filter((input) => isRead[input]);
  return read.length ? read : [0];
};

/** The outputs alone, in the order given, of the inputs `read` alone; dense again if one block of all is left. */
export const keepOutputs = (attrs: ConvAttrs, inputs: readonly Value[], outputs: readonly number[], read: readonly number[]): Form => {
  const [x, w, bias, ...rest] = inputs as [Value, Value, Value];
  const others = [pickRows(bias, outputs), ...rest.map((value: Value) => (value.data ? pickLast(value, outputs) : value))];
  if (isDepthwise(x, bias, attrs)) return { attrs: { ...attrs, group: outputs.length }, inputs: [x, pickRows(w, outputs), ...others] };
  const [columns, rows] = [placesOf(read), placesOf(outputs)];
  const blocks = blocksOf(x, bias, attrs).map((block) => ({
    inputs: block.inputs.flatMap((input) => columns.get(input) ?? []),
    outputs: block.outputs.flatMap((output) => rows.get(output) ?? []),
  })).filter((block) => block.inputs.length && block.outputs.length);
  const data = keptWeights(attrs, inputs, columns, rows);
  const [only = { inputs: [0], outputs: [0] }] = blocks;
  const isDense = blocks.length === 1 && isRange(only.inputs, read.length) && isRange(only.outputs, outputs.length);
  const shape = isDense ? [outputs.length, ...attrs.kernel, read.length] : [data.length];
  return { attrs: { ...attrs, group: 1, blocks: isDense ? [] : blocks.length ? blocks : [only] }, inputs: [x, { ...w, shape, data }, ...others] };
};

const placesOf = (list: readonly number[]): Map<number, number> => new Map(list.map((channel, place) => [channel, place]));

const isRange = (list: readonly number[], length: number): boolean => list.length === length && list.every((number, i) => number === i);

/** The blocks' weights of the rows and columns that stay; a 0 a tap if there are none, since a constant has elements. */
const keptWeights = (
  attrs: ConvAttrs,
  [x, w, bias]: readonly Value[],
  columns: ReadonlyMap<number, number>,
  rows: ReadonlyMap<number, number>,
): Float32Array => {
  const from = w!.data as Float32Array;
  const data = new Float32Array(from.length);
  let at = 0, to = 0;
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
