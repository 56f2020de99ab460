// A convolution with its channels in another order, or with scaled outputs.

import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Constant } from '../../ir/value.js';
import { blocksOf, isDepthwise, type ConvAttrs, type ConvInputs } from '../../ops/conv/attrs.js';
import { weightRows } from '../../ops/conv/block-weights.js';
import { compose, invert, isPermutation } from '../../ops/shared/permutation.js';
import type { Form, Selection, SelectedForm } from './rewrites.js';
import { pickRows } from './selection.js';

/** A convolution of another form. */
export type ConvForm = Form<ConvAttrs, ConvInputs>;

/** Reads the source of a selection instead: blocks read through it, depthwise filters follow it. */
export const selectInput = (
  inputs: ConvInputs,
  attrs: ConvAttrs,
  { source, indices }: Selection,
): SelectedForm<ConvAttrs, ConvInputs> | undefined => {
  const { x, weights, bias, residual } = inputs;
  if (isDepthwise(x, bias, attrs)) {
    if (!isPermutation(indices, channelsOf(source)) || residual) return undefined;
    const order = invert(indices);
    return {
      attrs,
      inputs: { ...inputs, x: source, weights: pickRows(weights, order), bias: pickRows(bias, order) },
      indices,
    };
  }
  const blocks = blocksOf(x, bias, attrs).map((block) => ({ ...block, inputs: compose(indices, block.inputs) }));
  return { attrs: { ...attrs, group: 1, blocks }, inputs: { ...inputs, x: source, weights: flat(weights) } };
};

/** Adds the source of a selection instead: the output has the order of that source. */
export const selectResidual = (
  inputs: ConvInputs,
  attrs: ConvAttrs,
  { source, indices }: Selection,
): SelectedForm<ConvAttrs, ConvInputs> | undefined => {
  if (!isPermutation(indices, channelsOf(source))) return undefined;
  const form = reorderOutputs(inputs, attrs, indices);
  return form && { attrs: form.attrs, inputs: { ...form.inputs, residual: source }, indices };
};

/** Output i goes to `places[i]`; not for depthwise filters, whose outputs are tied to their inputs. */
export const reorderOutputs = (
  inputs: ConvInputs,
  attrs: ConvAttrs,
  places: readonly number[],
): ConvForm | undefined => {
  const { x, weights, bias } = inputs;
  if (isDepthwise(x, bias, attrs)) return undefined;
  const order = invert(places);
  const ordered = { ...inputs, bias: pickRows(bias, order) };
  if (attrs.group === 1 && !attrs.blocks.length) {
    return { attrs, inputs: { ...ordered, weights: pickRows(weights, order) } };
  }
  const blocks = blocksOf(x, bias, attrs).map((block) => ({ ...block, outputs: compose(places, block.outputs) }));
  return { attrs: { ...attrs, group: 1, blocks }, inputs: { ...ordered, weights: flat(weights) } };
};

/** Weights as the list of the blocks' weights. */
const flat = (weights: Constant): Constant => ({ ...weights, shape: [sizeOf(weights.shape)] });

/** Weights and bias with which output c is `scale[c] * y + shift[c]`. */
export const scaleOutputs = (
  { x, weights, bias }: Pick<ConvInputs, 'x' | 'weights' | 'bias'>,
  attrs: ConvAttrs,
  scale: Float32Array,
  shift: Float32Array,
): Pick<ConvInputs, 'weights' | 'bias'> => {
  const taps = sizeOf(attrs.kernel);
  const data = weights.data.slice();
  for (const { output, inputs, start } of weightRows(blocksOf(x, bias, attrs), taps)) {
    for (let at = start; at < start + taps * inputs.length; at++) data[at]! *= scale[output]!;
  }
  return { weights: { ...weights, data }, bias: scaleBias(bias, scale, shift) };
};

/** The bias with which a layer gives `scale * y + shift`. */
export const scaleBias = (bias: Constant, scale: Float32Array, shift: Float32Array): Constant => ({
  ...bias,
  data: bias.data.map((value, channel) => value * scale[channel]! + shift[channel]!),
});
