// The same convolution for channels in another order, or with other weights for each output.

import type { Value } from '../../ir/value.js';
import type { Selection } from '../../ir/op.js';
import { sizeOf } from '../../ir/tensor.js';
import { blocksOf, isDepthwise, type ConvAttrs } from './attrs.js';
import { affineBias } from './packing.js';
import { invert, isPermutation } from '../shared/permutation.js';

type Form = { attrs: ConvAttrs; inputs: Value[] };

/** Blocks read through the selection; depthwise filters follow it. */
export const selectInput = (attrs: ConvAttrs, inputs: readonly Value[], { source, indices }: Selection) => {
  const [x, w, bias, ...rest] = inputs as [Value, Value, Value];
  if (isDepthwise(x, bias, attrs)) {
    if (!isPermutation(indices, source.shape.at(-1)!) || rest.length) return undefined;
    const order = invert(indices);
    return { attrs, inputs: [source, pickRows(w, order), pickRows(bias, order)], indices };
  }
  const blocks = blocksOf(x, bias, attrs).map((block) => ({
    ...block,
    inputs: block.inputs.map((input) => indices[input]!),
  }));
  return { attrs: { ...attrs, group: 1, blocks }, inputs: [source, flat(w), bias, ...rest] };
};

/** The output in the order of the residual's source. */
export const selectResidual = (attrs: ConvAttrs, inputs: readonly Value[], { source, indices }: Selection) => {
  if (!isPermutation(indices, source.shape.at(-1)!)) return undefined;
  const form = reorderOutputs(attrs, inputs.slice(0, 3), indices);
  return form && { attrs: form.attrs, inputs: [...form.inputs, source], indices };
};

/** Output i goes to `places[i]`; not for depthwise filters, whose outputs are tied to their inputs. */
export const reorderOutputs = (
  attrs: ConvAttrs,
  inputs: readonly Value[],
  places: readonly number[],
): Form | undefined => {
  const [x, w, bias] = inputs as [Value, Value, Value];
  if (isDepthwise(x, bias, attrs)) return undefined;
  const order = invert(places);
  if (attrs.group === 1 && !attrs.blocks.length)
    return { attrs, inputs: [x, pickRows(w, order), pickRows(bias, order)] };
  const blocks = blocksOf(x, bias, attrs).map((block) => ({
    ...block,
    outputs: block.outputs.map((output) => places[output]!),
  }));
  return { attrs: { ...attrs, group: 1, blocks }, inputs: [x, flat(w), pickRows(bias, order)] };
};

/** Parts of a constant along its first axis, in any order. */
export const pickRows = (value: Value, order: readonly number[]): Value => {
  const length = sizeOf(value.shape.slice(1));
  const data = new Float32Array(order.length * length);
  const from = value.data as Float32Array;
  order.forEach((row, i) => data.set(from.subarray(row * length, (row + 1) * length), i * length));
  return { ...value, shape: [order.length, ...value.shape.slice(1)], data };
};

/** Weights as the list of the blocks' weights. */
const flat = (w: Value): Value => ({ ...w, shape: [sizeOf(w.shape)] });

/** The inputs with which output c is `scale[c] * y + shift[c]`. */
export const scaleOutputs = (
  attrs: ConvAttrs,
  [x, w, bias]: readonly Value[],
  scale: Float32Array,
  shift: Float32Array,
): Value[] => {
  const rows = blocksOf(x!, bias!, attrs).flatMap(({ inputs, outputs }) =>
    outputs.map((channel) => ({ channel, length: inputs.length * sizeOf(attrs.kernel) })),
  );
  return [x!, { ...w!, data: scaleRows(w!.data as Float32Array, rows, scale) }, affineBias(bias!, scale, shift)];
};

/** Weights row by row, each multiplied by the scale of its output channel. */
const scaleRows = (
  w: Float32Array,
  rows: readonly { channel: number; length: number }[],
  scale: Float32Array,
): Float32Array => {
  const scaled = w.slice();
  let at = 0;
  for (const { channel, length } of rows) {
    for (const end = at + length; at < end; at++) scaled[at]! *= scale[channel]!;
  }
  return scaled;
};
