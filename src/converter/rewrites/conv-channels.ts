// A convolution of some of its channels: which inputs its outputs read, and what it becomes without the others.

import { sizeOf } from '../../ir/tensor.js';
import { blocksOf, type ConvAttrs, type ConvInputs } from '../../ops/conv/attrs.js';
import { rowsByOutput, weightRows } from '../../ops/conv/block-weights.js';
import { isIdentity } from '../../ops/shared/permutation.js';
import type { ConvForm } from './conv-order.js';
import { pickLast, pickRows } from './selection.js';

/** Gives the inputs that have weights other than 0 for an output. */
export const inputsRead = ({ x, weights, bias }: ConvInputs, attrs: ConvAttrs): ((output: number) => number[]) => {
  const taps = sizeOf(attrs.kernel);
  const rows = rowsByOutput(blocksOf(x, bias, attrs), taps);
  return (output) => {
    const row = rows.get(output);
    if (!row) return [];
    const { inputs, start } = row;
    return inputs.filter((_, i) => hasWeight(weights.data, start + i, inputs.length, taps));
  };
};

/** Whether one of `count` weights that are `step` apart is not 0. */
const hasWeight = (weights: Float32Array, start: number, step: number, count: number): boolean => {
  for (let i = 0; i < count; i++) if (weights[start + i * step] !== 0) return true;
  return false;
};

/** A depthwise convolution of only these channels, in the order given. */
export const keepFilters = (inputs: ConvInputs, attrs: ConvAttrs, channels: readonly number[]): ConvForm => ({
  attrs: { ...attrs, group: channels.length },
  inputs: { ...inputs, weights: pickRows(inputs.weights, channels), ...keepOutputs(inputs, channels) },
});

/** Only some outputs of the inputs `read`, for a convolution that is not depthwise; dense again if one block of all is left. */
export const pruneOutputs = (
  inputs: ConvInputs,
  attrs: ConvAttrs,
  outputs: readonly number[],
  read: readonly number[],
): ConvForm => {
  const { x, weights, bias } = inputs;
  const [columns, rows] = [placesOf(read), placesOf(outputs)];
  const blocks = blocksOf(x, bias, attrs)
    .map((block) => ({
      inputs: block.inputs.flatMap((input) => columns.get(input) ?? []),
      outputs: block.outputs.flatMap((output) => rows.get(output) ?? []),
    }))
    .filter((block) => block.inputs.length && block.outputs.length);
  const data = keptWeights(inputs, attrs, columns, rows);
  const [only = { inputs: [0], outputs: [0] }] = blocks;
  const isDense =
    blocks.length === 1 && isIdentity(only.inputs, read.length) && isIdentity(only.outputs, outputs.length);
  const shape = isDense ? [outputs.length, ...attrs.kernel, read.length] : [data.length];
  return {
    attrs: { ...attrs, group: 1, blocks: isDense ? [] : blocks.length ? blocks : [only] },
    inputs: { ...inputs, weights: { ...weights, shape, data }, ...keepOutputs(inputs, outputs) },
  };
};

/** Bias and residual of some outputs; the caller narrows a residual that is not constant. */
const keepOutputs = ({ bias, residual }: ConvInputs, outputs: readonly number[]) => ({
  bias: pickRows(bias, outputs),
  residual: residual?.data ? pickLast(residual, outputs) : residual,
});

const placesOf = (list: readonly number[]): Map<number, number> =>
  new Map(list.map((channel, place) => [channel, place]));

/** The blocks' weights of the rows and columns that stay; a 0 for each tap if none stay, since a constant has elements. */
const keptWeights = (
  { x, weights, bias }: ConvInputs,
  attrs: ConvAttrs,
  columns: ReadonlyMap<number, number>,
  rows: ReadonlyMap<number, number>,
): Float32Array => {
  const taps = sizeOf(attrs.kernel);
  const data = new Float32Array(weights.data.length);
  let to = 0;
  for (const { output, inputs, start } of weightRows(blocksOf(x, bias, attrs), taps)) {
    if (!rows.has(output)) continue;
    for (let tap = 0, at = start; tap < taps; tap++) {
      for (const input of inputs) {
        if (columns.has(input)) data[to++] = weights.data[at]!;
        at++;
      }
    }
  }
  return data.slice(0, to || taps);
};
