// Convolution whose heads read channels that are chosen for each sample (Su et al. 2023, "MSGC").

import { ShapeError } from '../../errors.js';
import type { Value } from '../../ir/value.js';
import { defineOp, listTable, type AttrsOf, type Binding, type Clock, type Step } from '../../ir/op.js';
import { sameShape, showShape, sizeOf } from '../../ir/tensor.js';
import { floatOnly } from '../shared/checks.js';
import { slidingOf } from './bind.js';
import type { ConvAttrs } from './blocks.js';
import { scaleOutputs } from './order.js';
import { convShape } from './shape.js';
import { CACHED_BYTES, columnsTable, gatedPlaces, packSample, type GatedSizes } from './gated-product.js';
import { bandOf, biasTable } from './packing.js';
import { padImage, padTable } from './pad-image.js';
import { isPadded, isPointwise, paddedSizes, tapTable, windowTable, type Sliding } from './sliding.js';

const schema = { kernel: 'i32s', strides: 'i32s', dilations: 'i32s', pads: 'i32s', low: 'f32', high: 'f32' } as const;

/** The attributes, as those of `conv`. */
export type GatedAttrs = AttrsOf<typeof schema>;

/** The attributes of the convolution without gates. */
export const denseAttrs = (attrs: GatedAttrs): ConvAttrs => ({ ...attrs, group: 1, blocks: [] });

/** The attributes of the gated form of a convolution. */
export const gatedAttrs = ({ kernel, strides, dilations, pads, low, high }: ConvAttrs): GatedAttrs => ({
  kernel,
  strides,
  dilations,
  pads,
  low,
  high,
});

/** Sizes of the product of weights [O, ...kernel, C] and gates [N, H, C]; without gates, of one head. */
export const gatedSizes = ([x, , bias, gates]: readonly Value[], { kernel }: GatedAttrs): GatedSizes => ({
  channels: x!.shape.at(-1)!,
  outputs: bias!.shape[0]!,
  heads: gates?.shape[1] ?? 1,
  taps: sizeOf(kernel),
});

/**
 * y[n][o] = clamp(bias[o] + sum over taps t and channels c of w[o][t][c] * x[n][t][c] * gates[n][floor(o * H / O)][c] +
 * residual, low, high).
 *
 * Inputs: x [N, ...sizes, C]; weights [O, ...kernel, C] and bias [O], constants; gates [N, H, C], where H divides O;
 * perhaps a residual of the output's shape. A channel whose gates are 0 is not read. MACs counted in a run: the sum over
 * samples and heads of kept channels * O / H * taps * pixels; those of the op are what it takes if every gate is open.
 */
export const gatedConv = defineOp({
  code: 24,
  name: 'gatedConv',
  arity: [4, 5],
  attrs: schema,
  clips: true,
  addend: (inputs) => inputs.length === 4,
  type: floatOnly,
  shape: (inputs, attrs) => {
    const [x, w, bias, gates, residual] = inputs as [Value, Value, Value, Value, Value | undefined];
    const heads = gates.shape[1]!;
    if (!sameShape(gates.shape, [x.shape[0]!, heads, x.shape.at(-1)!]) || bias.shape[0]! % heads) {
      throw new ShapeError(
        `gates of shape ${showShape(gates.shape)} do not fit ${showShape(x.shape)} and ${bias.shape[0]} outputs`,
      );
    }
    return convShape(x, w, bias, residual, denseAttrs(attrs));
  },
  affine: ([x, w, bias, gates, residual], attrs, scale, shift) =>
    residual ? undefined : [...scaleOutputs(denseAttrs(attrs), [x!, w!, bias!], scale, shift), gates!],
  inPlace: (inputs) => (inputs.length > 4 ? 4 : -1),
  packs: () => [1, 2],
  weights: (inputs, attrs) => [
    biasTable(inputs[2]!.data as Float32Array),
    columnsTable(inputs[1]!.data as Float32Array, gatedSizes(inputs, attrs)),
  ],
  tables: ([x], output, attrs) => {
    const sliding = slidingOf(x!, denseAttrs(attrs));
    const windows = isPointwise(sliding) ? listTable([]) : windowTable(sliding, output.shape.slice(1, -1));
    return [padTable(sliding), windows, tapTable({ ...sliding, channels: 1 })];
  },
  scratch: (inputs, _, attrs) => {
    return gatedPlaces(gatedSizes(inputs, attrs), paddedBytes(slidingOf(inputs[0]!, denseAttrs(attrs))), CACHED_BYTES)
      .bytes;
  },
  macs: (inputs, output, attrs) => {
    const { channels, taps } = gatedSizes(inputs, attrs);
    return channels * taps * sizeOf(output.shape);
  },
  structure: (inputs, output, attrs) => {
    const { channels, outputs, heads, taps } = gatedSizes(inputs, attrs);
    const dense = { macs: channels * taps * sizeOf(output.shape), weights: outputs * (channels * taps + 1) };
    return {
      kind: 'gated',
      kernel: attrs.kernel,
      heads: { count: heads, inputs: channels, outputs: outputs / heads },
      dense,
    };
  },
  bind: (binding) => bindGated(binding),
});

const paddedBytes = (sliding: Sliding): number =>
  isPadded(sliding) ? Math.ceil((sizeOf(paddedSizes(sliding)) * sliding.channels) / 4) * 16 : 0;

const bindGated = ({ kernels, inputs, output, attrs, weights, tables, scratch }: Binding<GatedAttrs>): Step => {
  const [x, , , gates, residual] = inputs;
  const sliding = slidingOf(x!, denseAttrs(attrs));
  const sizes = gatedSizes(inputs, attrs);
  const { channels, outputs, heads } = sizes;
  const places = gatedPlaces(sizes, scratch + paddedBytes(sliding), CACHED_BYTES);
  const product = { kernels, sizes, weights: weights[1]!, bias: weights[0]!, places, limit: CACHED_BYTES };
  const pad = isPadded(sliding) ? padImage(kernels, tables[0]!, scratch) : undefined;
  const [samples, rows] = [x!.shape[0]!, sizeOf(output.shape.slice(1, -1))];
  const windows = isPointwise(sliding) ? 0 : tables[1]!;
  const band = bandOf(channels * sizeOf(sliding.strides));
  const [xImage, yImage] = [sizeOf(x!.shape.slice(1)) * 4, rows * outputs * 4];
  return (clock?: Clock) => {
    let macs = 0;
    for (let n = 0; n < samples; n++) {
      const [from, to] = [x!.address + n * xImage, output.address + n * yImage];
      const extra = residual ? residual.address + n * yImage : 0;
      pad?.(from);
      const sample = {
        gates: gates!.address + n * heads * channels * 4,
        stride: channels,
        positions: 0,
        taps: tables[2]!,
        chosen: 0,
        count: 0,
      };
      macs +=
        rows *
        packSample(product, sample, (panels) =>
          kernels.conv(
            to,
            outputs,
            pad ? scratch : from,
            channels,
            windows,
            places.panels,
            places.lists,
            places.records,
            panels,
            extra,
            0,
            rows,
            band,
            attrs.low,
            attrs.high,
          ),
        );
    }
    clock?.(0, macs);
  };
};
