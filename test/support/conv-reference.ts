// Convolution by naive loops in double precision. Blocks are expanded to dense weights with zeros elsewhere.

import type { AttrsOf } from '../../src/ir/schema.js';
import type { Block } from '../../src/ir/structure.js';
import type { conv } from '../../src/ops/conv/conv.js';
import { sizeOf } from '../../src/ir/tensor.js';
import { at, isInside, placesOf, type Dense } from './cases.js';
import type { Case, CaseInput } from './harness.js';

/** The attributes of a convolution. */
export type ConvAttrs = AttrsOf<typeof conv.attrs>;

/** Attributes for `rank` spatial axes: kernel 3, pads 1, everything else neutral. */
export const attrsFor = (rank: number, attrs: Partial<ConvAttrs> = {}): ConvAttrs => ({
  kernel: new Array<number>(rank).fill(3),
  strides: new Array<number>(rank).fill(1),
  dilations: new Array<number>(rank).fill(1),
  pads: new Array<number>(2 * rank).fill(1),
  group: 1,
  blocks: [],
  low: -Infinity,
  high: Infinity,
  ...attrs,
});

/** The listed blocks, or those of ordinary groups. */
export const blocksFor = (channels: number, outputs: number, { group, blocks }: ConvAttrs): readonly Block[] => {
  if (blocks.length) return blocks;
  const part = (size: number, g: number) => Array.from({ length: size / group }, (_, i) => (g * size) / group + i);
  return Array.from({ length: group }, (_, g) => ({ inputs: part(channels, g), outputs: part(outputs, g) }));
};

/** Weights as [outputs][taps][channels], 0 where an output does not read a channel. */
const denseWeights = (w: ArrayLike<number>, channels: number, outputs: number, attrs: ConvAttrs): Float64Array => {
  const taps = sizeOf(attrs.kernel);
  const dense = new Float64Array(outputs * taps * channels);
  let next = 0;
  for (const { inputs, outputs: own } of blocksFor(channels, outputs, attrs)) {
    for (const output of own) {
      for (let tap = 0; tap < taps; tap++) {
        for (const input of inputs) dense[(output * taps + tap) * channels + input]! += w[next++]!;
      }
    }
  }
  return dense;
};

/** The output, of shape `shape`. */
export const convReference = (inputs: readonly Dense[], attrs: ConvAttrs, shape: readonly number[]): number[] => {
  const [x, w, bias, residual] = inputs as [Dense, Dense, Dense, Dense | undefined];
  const { kernel, strides, dilations, pads, low, high } = attrs;
  const [channels, outputs] = [x.shape.at(-1)!, shape.at(-1)!];
  const dense = denseWeights(w.data, channels, outputs, attrs);
  const taps = placesOf(kernel);
  const pixels = x.shape.slice(0, -1);
  const y: number[] = [];
  for (const [sample, ...window] of placesOf(shape.slice(0, -1))) {
    const spots = taps.map((tap) =>
      tap.map((k, axis) => window[axis]! * strides[axis]! + k * dilations[axis]! - pads[axis]!),
    );
    const inside = spots.map((spot) => isInside(pixels, [sample!, ...spot]));
    const starts = spots.map(
      (spot) => [sample!, ...spot].reduce((offset, i, axis) => offset * pixels[axis]! + i, 0) * channels,
    );
    for (let output = 0; output < outputs; output++) {
      let sum = bias.data[output]!;
      for (let tap = 0; tap < taps.length; tap++) {
        if (!inside[tap]) continue;
        const row = (output * taps.length + tap) * channels;
        for (let c = 0; c < channels; c++) sum += x.data[starts[tap]! + c]! * dense[row + c]!;
      }
      if (residual) sum += at(residual, [sample!, ...window, output]);
      y.push(Math.min(Math.max(sum, low), high));
    }
  }
  return y;
};

/** The sizes of the output, counted window by window. */
const outputSizes = (sizes: readonly number[], { kernel, strides, dilations, pads }: ConvAttrs): number[] =>
  sizes.map((size, axis) => {
    let count = 0;
    const reach = (kernel[axis]! - 1) * dilations[axis]!;
    while (count * strides[axis]! + reach < size + pads[axis]! + pads[axis + sizes.length]!) count++;
    return count;
  });

/** A case with an input [N, ...sizes, C] and `outputs` channels, optionally with a residual. */
export const convCase = (
  shape: readonly number[],
  outputs: number,
  partial: Partial<ConvAttrs> = {},
  residual = false,
): Case<ConvAttrs> => {
  const attrs = attrsFor(shape.length - 2, partial);
  const channels = shape.at(-1)!;
  const weights = blocksFor(channels, outputs, attrs).reduce(
    (sum, block) => sum + block.inputs.length * block.outputs.length,
    0,
  );
  const w = attrs.blocks.length ? [weights * sizeOf(attrs.kernel)] : [outputs, ...attrs.kernel, channels / attrs.group];
  const inputs: CaseInput[] = [{ shape }, { shape: w, constant: true }, { shape: [outputs], constant: true }];
  if (residual) inputs.push({ shape: [shape[0]!, ...outputSizes(shape.slice(1, -1), attrs), outputs] });
  return { attrs, inputs };
};
