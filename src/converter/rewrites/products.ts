// Convolutions and matrix products.

import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Constant } from '../../ir/value.js';
import { isDepthwise } from '../../ops/conv/attrs.js';
import { conv } from '../../ops/conv/conv.js';
import { convTranspose } from '../../ops/rare/conv-transpose.js';
import { denseAttrs } from '../../ops/gated/attrs.js';
import { gatedConv } from '../../ops/gated/gated-conv.js';
import { isPacked, matmul } from '../../ops/matmul.js';
import { inputsRead, keepFilters, pruneOutputs } from './conv-channels.js';
import { reorderOutputs, scaleBias, scaleOutputs, selectInput, selectResidual } from './conv-order.js';
import { defineRewrites } from './rewrites.js';

export const convRewrites = defineRewrites(conv, {
  isChannelwise: ({ x, bias }, attrs) => isDepthwise(x, bias, attrs),
  narrow: keepFilters,
  reads: inputsRead,
  prune: pruneOutputs,
  select: (inputs, attrs, { x, residual }) => {
    const form = x && selectInput(inputs, attrs, x);
    return (residual && selectResidual(form?.inputs ?? inputs, form?.attrs ?? attrs, residual)) ?? form;
  },
  reorder: (inputs, attrs, places) => (inputs.residual ? undefined : reorderOutputs(inputs, attrs, places)),
  hasBounds: true,
  add: (inputs, attrs, residual) =>
    inputs.residual || isDepthwise(inputs.x, inputs.bias, attrs) ? undefined : { ...inputs, residual },
  scale: (inputs, attrs, scale, shift) =>
    inputs.residual ? undefined : { ...inputs, ...scaleOutputs(inputs, attrs, scale, shift) },
});

export const gatedConvRewrites = defineRewrites(gatedConv, {
  hasBounds: true,
  add: (inputs, _, residual) => (inputs.residual ? undefined : { ...inputs, residual }),
  scale: (inputs, attrs, scale, shift) =>
    inputs.residual ? undefined : { ...inputs, ...scaleOutputs(inputs, denseAttrs(attrs), scale, shift) },
});

export const convTransposeRewrites = defineRewrites(convTranspose, {
  hasBounds: true,
  scale: (inputs, { group }, scale, shift) => {
    const { x, weights, bias } = inputs;
    const [columns, taps] = [channelsOf(weights), sizeOf(weights.shape.slice(1))];
    const perGroup = (channelsOf(x) / group) * taps;
    const outputOf = (index: number) => Math.floor(index / perGroup) * columns + (index % columns);
    const data = weights.data.map((value, index) => value * scale[outputOf(index)]!);
    return { x, weights: { ...weights, data }, bias: scaleBias(bias, scale, shift) };
  },
});

export const matmulRewrites = defineRewrites(matmul, {
  hasBounds: true,
  scale: ({ a, b, bias }, _, scale, shift) => {
    if (!isPacked(b)) return undefined;
    const columns = b.shape[1]!;
    const data = b.data.map((value, index) => value * scale[index % columns]!);
    return { a, b: { ...b, data }, bias: scaleBias(bias ?? zeros(`${b.name}/bias`, columns), scale, shift) };
  },
  select: ({ b, bias }, attrs, { a: selection }) => {
    if (!selection || !isPacked(b)) return undefined;
    const [rows, columns] = [channelsOf(selection.source), b.shape[1]!];
    const data = new Float32Array(rows * columns);
    selection.indices.forEach((row, i) => {
      for (let column = 0; column < columns; column++) data[row * columns + column]! += b.data[i * columns + column]!;
    });
    return { attrs, inputs: { a: selection.source, b: { ...b, shape: [rows, columns], data }, bias } };
  },
});

const zeros = (name: string, length: number): Constant => ({
  name,
  shape: [length],
  type: 'float32',
  data: new Float32Array(length),
});
