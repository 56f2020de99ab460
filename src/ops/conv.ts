// Convolution as a list of blocks; the structure of the blocks chooses the kernel.

import { ShapeError } from '../errors.js';
import type { Value } from '../graph.js';
import { defineOp, intTable, type AttrsOf, type Binding, type Block, type RowsStep, type Selection, type Step, type Table } from '../op.js';
import { sameShape, showShape, sizeOf } from '../tensor.js';
import { checkInteger, floatOnly } from './checks.js';
import { convPanels, panelTables } from './conv-panels.js';
import { affineBias, bandOf, biasTable, lanesTable } from './packing.js';
import { padImage, padTable } from './pad-image.js';
import { isRange, type Panel } from './panels.js';
import { invert, isPermutation } from './selection.js';
import { isPadded, paddedSizes, tapOffsets, windowOffsets, type Sliding } from './sliding.js';
import { MOST_ELEMENTS, spatialOf, windowShape } from './window.js';

const schema = {
  kernel: 'i32s',
  strides: 'i32s',
  dilations: 'i32s',
  pads: 'i32s',
  group: 'i32',
  blocks: 'blocks',
  low: 'f32',
  high: 'f32',
} as const;

/** Windows of one image and places of a window: their lists have to fit memory. */
const MOST_WINDOWS = 2 ** 24, MOST_TAPS = 2 ** 20;

type ConvAttrs = AttrsOf<typeof schema>;

/**
 * y = clamp(bias + sum over the blocks' weights and inputs + residual, low, high).
 *
 * Inputs: x [N, ...sizes, C]; weights; bias [O]; perhaps a residual of the output's shape. Without `blocks` the weights
 * are [O, ...kernel, C / group] and the blocks are `group` equal ones; with them they are the blocks' weights
 * [outputs][...kernel][inputs] one after the other. An output in no block is its bias. `pads` are all begins, then all ends.
 */
export const conv = defineOp({
  code: 1,
  name: 'conv',
  arity: [3, 4],
  attrs: schema,
  clips: true,
  addend: ([x, , bias, residual], attrs) => !residual && !isDepthwise(x!, bias!, attrs),
  type: floatOnly,
  shape: (inputs, attrs) => {
    const [x, w, bias, residual] = inputs;
    const spatial = windowShape(spatialOf(x!.shape), attrs.kernel, attrs.strides, attrs.dilations, attrs.pads, false);
    checkBias(bias!);
    checkBlocks(x!, w!, bias!, attrs);
    const shape = [x!.shape[0]!, ...spatial, bias!.shape[0]!];
    checkInteger('windows', sizeOf(spatial), 1, MOST_WINDOWS);
    checkInteger('taps', sizeOf(attrs.kernel), 1, MOST_TAPS);
    const padded = paddedSizes(slidingOf(x!, attrs));
    if (sizeOf(padded) * x!.shape.at(-1)! > MOST_ELEMENTS) throw new ShapeError(`pads ${showShape(attrs.pads)} are too large`);
    if (residual && isDepthwise(x!, bias!, attrs)) throw new ShapeError('a depthwise convolution takes no residual');
    if (residual && !sameShape(residual.shape, shape)) {
      throw new ShapeError(`the residual has shape ${showShape(residual.shape)}; the convolution gives ${showShape(shape)}`);
    }
    return shape;
  },
  affine: ([x, w, bias, ...rest], attrs, scale, shift) => {
    if (rest.length) return undefined;
    const rows = blocksOf(x!, bias!, attrs).flatMap(({ inputs, outputs }) =>
      outputs.map((channel) => ({ channel, length: inputs.length * sizeOf(attrs.kernel) })),
    );
    return [x!, { ...w!, data: scaleRows(w!.data as Float32Array, rows, scale) }, affineBias(bias!, scale, shift)];
  },
  select: (attrs, inputs, [selection, , , residual]) => {
    const form = selection && selectInput(attrs, inputs, selection);
    return (residual && selectResidual(form?.attrs ?? attrs, form?.inputs ?? inputs, residual)) ?? form;
  },
  reorder: (attrs, inputs, places) => (inputs.length > 3 ? undefined : reorderOutputs(attrs, inputs, places)),
  inPlace: (inputs, attrs) => (inputs.length > 3 && !isLate(inputs, attrs) ? 3 : -1),
  packs: () => [1, 2],
  weights: ([x, w, bias], attrs) => {
    const [data, biases] = [w!.data as Float32Array, bias!.data as Float32Array];
    if (isDepthwise(x!, bias!, attrs)) return [biasTable(biases), lanesTable(data, x!.shape.at(-1)!, sizeOf(attrs.kernel))];
    return [convPanels(slidingOf(x!, attrs), blocksOf(x!, bias!, attrs), data, biases).weights];
  },
  tables: ([x, w, bias], output, attrs) => {
    const sliding = slidingOf(x!, attrs);
    if (isDepthwise(x!, bias!, attrs)) {
      return isFast3x3(sliding, output) ? [] : [windowTable(sliding, output), padTable(sliding), intTable(tapOffsets(sliding))];
    }
    const windows = isPointwise(sliding) ? intTable([]) : windowTable(sliding, output);
    return [windows, padTable(sliding), ...panelTables(panelsOf(x!, w!, bias!, attrs))];
  },
  scratch: ([x, , bias], output, attrs) => {
    const sliding = slidingOf(x!, attrs);
    if (!isPadded(sliding) || (isDepthwise(x!, bias!, attrs) && isFast3x3(sliding, output))) return 0;
    return sizeOf(paddedSizes(sliding)) * sliding.channels * 4;
  },
  macs: ([x, , bias], output, attrs) => {
    const weights = blocksOf(x!, bias!, attrs).reduce((sum, { inputs, outputs }) => sum + inputs.length * outputs.length, 0);
    return weights * sizeOf(attrs.kernel) * sizeOf(output.shape.slice(0, -1));
  },
  structure: ([x, w, bias], output, attrs) => {
    const { kernel, group, blocks } = attrs;
    const positions = sizeOf(output.shape.slice(0, -1));
    const outputs = bias!.shape[0]!;
    const ofWeights = (weights: number) => ({ macs: weights * positions, weights: weights + outputs });
    if (isDepthwise(x!, bias!, attrs)) return { kind: 'depthwise', kernel, dense: ofWeights(sizeOf(w!.shape)) };
    const dense = ofWeights(x!.shape.at(-1)! * outputs * sizeOf(kernel));
    if (!blocks.length && group === 1) return { kind: 'dense', kernel, dense };
    return { kind: blocks.length ? 'blocks' : 'grouped', kernel, groups: blocksOf(x!, bias!, attrs), dense };
  },
  rows: ([x, , bias], output, attrs) => {
    const sliding = slidingOf(x!, attrs);
    if (!isDepthwise(x!, bias!, attrs)) return isPointwise(sliding) ? (first, last) => [first, last] : undefined;
    if (!isFast3x3(sliding, output)) return undefined;
    const [stride, top, height] = [attrs.strides[0]!, attrs.pads[0]!, sliding.sizes[0]!];
    return (first, last) => [Math.max(0, first * stride - top), Math.min(height, (last - 1) * stride - top + 3)];
  },
  bindRows: (binding) => {
    const { inputs: [x, , bias], attrs } = binding;
    return isDepthwise(x!, bias!, attrs) ? depthwise3x3Rows(binding, slidingOf(x!, attrs)) : pointwiseRows(binding);
  },
  bind: (binding) => {
    const { inputs: [x, , bias], output, attrs } = binding;
    const sliding = slidingOf(x!, attrs);
    if (!isDepthwise(x!, bias!, attrs)) return bindPanels(binding, sliding);
    return isFast3x3(sliding, output) ? bindDepthwise3x3(binding, sliding) : bindDepthwise(binding, sliding);
  },
});

type Form = { attrs: ConvAttrs; inputs: Value[] };

/** Blocks read through the selection; depthwise filters follow it. */
const selectInput = (attrs: ConvAttrs, inputs: readonly Value[], { source, indices }: Selection) => {
  const [x, w, bias, ...rest] = inputs as [Value, Value, Value];
  if (isDepthwise(x, bias, attrs)) {
    if (!isPermutation(indices, source.shape.at(-1)!) || rest.length) return undefined;
    const order = invert(indices);
    return { attrs, inputs: [source, pickRows(w, order), pickRows(bias, order)], indices };
  }
  const blocks = blocksOf(x, bias, attrs).map((block) => ({ ...block, inputs: block.inputs.map((input) => indices[input]!) }));
  return { attrs: { ...attrs, group: 1, blocks }, inputs: [source, flat(w), bias, ...rest] };
};

/** The output in the order of the residual's source. */
const selectResidual = (attrs: ConvAttrs, inputs: readonly Value[], { source, indices }: Selection) => {
  if (!isPermutation(indices, source.shape.at(-1)!)) return undefined;
  const form = reorderOutputs(attrs, inputs.slice(0, 3), indices);
  return form && { attrs: form.attrs, inputs: [...form.inputs, source], indices };
};

/** Output i goes to `places[i]`; not for depthwise filters, whose outputs are tied to their inputs. */
const reorderOutputs = (attrs: ConvAttrs, inputs: readonly Value[], places: readonly number[]): Form | undefined => {
  const [x, w, bias] = inputs as [Value, Value, Value];
  if (isDepthwise(x, bias, attrs)) return undefined;
  const order = invert(places);
  if (attrs.group === 1 && !attrs.blocks.length) return { attrs, inputs: [x, pickRows(w, order), pickRows(bias, order)] };
  const blocks = blocksOf(x, bias, attrs).map((block) => ({ ...block, outputs: block.outputs.map((output) => places[output]!) }));
  return { attrs: { ...attrs, group: 1, blocks }, inputs: [x, flat(w), pickRows(bias, order)] };
};

/** The parts of a constant along its first axis in another order. */
const pickRows = (value: Value, order: readonly number[]): Value => {
  const length = sizeOf(value.shape.slice(1));
  const data = new Float32Array(order.length * length);
  const from = value.data as Float32Array;
  order.forEach((row, i) => data.set(from.subarray(row * length, (row + 1) * length), i * length));
  return { ...value, data };
};

/** Weights as the list of the blocks' weights. */
const flat = (w: Value): Value => ({ ...w, shape: [sizeOf(w.shape)] });

/** The panels without their weights, which may be gone. */
const panelsOf = (x: Value, w: Value, bias: Value, attrs: ConvAttrs) =>
  convPanels(slidingOf(x, attrs), blocksOf(x, bias, attrs), w.data as Float32Array, new Float32Array(bias.shape[0]!));

const slidingOf = (x: Value, { kernel, strides, dilations, pads }: ConvAttrs): Sliding => ({
  sizes: spatialOf(x.shape),
  channels: x.shape.at(-1)!,
  kernel,
  strides,
  dilations,
  pads,
});

/** The blocks; `group` equal ones unless they are listed. */
export const blocksOf = (x: Value, bias: Value, { group, blocks }: ConvAttrs): readonly Block[] => {
  if (blocks.length) return blocks;
  const range = (start: number, length: number) => Array.from({ length }, (_, i) => start + i);
  const [inputs, outputs] = [x.shape.at(-1)! / group, bias.shape[0]! / group];
  return Array.from({ length: group }, (_, g) => ({ inputs: range(g * inputs, inputs), outputs: range(g * outputs, outputs) }));
};

const checkBias = (bias: Value): void => {
  if (bias.shape.length !== 1) throw new ShapeError(`the bias has shape ${showShape(bias.shape)}; one axis is needed`);
};

const checkBlocks = (x: Value, w: Value, bias: Value, attrs: ConvAttrs): void => {
  const channels = x.shape.at(-1)!;
  const outputs = bias.shape[0]!;
  const { group, blocks, kernel } = attrs;
  if (!(Number.isInteger(group) && group >= 1) || channels % group || outputs % group) {
    throw new ShapeError(`${group} groups do not divide ${channels} inputs and ${outputs} outputs`);
  }
  let expected = [outputs, ...kernel, channels / group];
  if (blocks.length) {
    const seen = new Set<number>();
    let weights = 0;
    for (const { inputs, outputs: own } of blocks) {
      for (const output of own) {
        if (seen.has(output) || !isPlace(output, outputs)) throw new ShapeError(`output ${output} of a block is out of range or in two blocks`);
        seen.add(output);
      }
      const beyond = inputs.find((input) => !isPlace(input, channels));
      if (beyond !== undefined) throw new ShapeError(`a block reads channel ${beyond} of ${channels}`);
      weights += inputs.length * own.length;
    }
    expected = [weights * sizeOf(kernel)];
  }
  if (!sameShape(w.shape, expected)) {
    throw new ShapeError(`the weights have shape ${showShape(w.shape)}; ${showShape(expected)} is needed`);
  }
};

const isPlace = (index: number, size: number): boolean => Number.isInteger(index) && index >= 0 && index < size;

/** Weights row by row, each multiplied by the scale of its output channel. */
const scaleRows = (w: Float32Array, rows: readonly { channel: number; length: number }[], scale: Float32Array): Float32Array => {
  const scaled = w.slice();
  let at = 0;
  for (const { channel, length } of rows) {
    for (const end = at + length; at < end; at++) scaled[at]! *= scale[channel]!;
  }
  return scaled;
};

const isPointwise = (sliding: Sliding): boolean =>
  sliding.kernel.every((size) => size === 1) && sliding.strides.every((stride) => stride === 1) && !isPadded(sliding);

/** Whether every channel has a filter of its own. */
export const isDepthwise = (x: Value, bias: Value, { group, blocks }: ConvAttrs): boolean =>
  !blocks.length && group > 1 && group === x.shape.at(-1) && group === bias.shape[0];

/** Whether `depthwise3x3` can run it: at most one column outside the image on either side. */
const isFast3x3 = ({ sizes, kernel, strides, dilations, pads }: Sliding, output: Value): boolean => {
  const stride = strides[0]!;
  if (sizes.length !== 2 || !kernel.every((size) => size === 3) || !dilations.every((d) => d === 1)) return false;
  if ((stride !== 1 && stride !== 2) || strides[1] !== stride || pads[1]! > 1) return false;
  const lastColumn = (output.shape[2]! - 1) * stride - pads[1]! + 2;
  return lastColumn <= sizes[1]! && sizes[1]! >= 2;
};

/** Where each window begins. */
const windowTable = (sliding: Sliding, output: Value): Table => intTable(windowOffsets(sliding, output.shape.slice(1, -1)));

const bindPanels = (binding: Binding<ConvAttrs>, sliding: Sliding): Step => {
  const { kernels, inputs: [x, w, bias, residual], output, weights, tables, attrs } = binding;
  const { low, high } = attrs;
  const [pixels, , lists, records] = tables as [number, number, number, number];
  const { panels } = panelsOf(x!, w!, bias!, attrs);
  const late = isLate(binding.inputs, attrs) ? 1 : 0;
  const [samples, outputs, channels] = [x!.shape[0]!, output.shape.at(-1)!, sliding.channels];
  const all = sizeOf(output.shape) / outputs;
  if (isPointwise(sliding)) {
    const [extra, band] = [residual?.address ?? 0, bandFor(panels, channels, outputs)];
    return () =>
      kernels.conv(
        output.address, outputs, x!.address, channels, 0, weights[0]!, lists, records, panels.length, extra, late, all, band, low, high,
      );
  }
  const rows = all / samples;
  const band = bandFor(panels, channels * sizeOf(sliding.strides), outputs);
  return eachImage(binding, sliding, (image, y, index) => {
    const extra = residual ? residual.address + index * rows * outputs * 4 : 0;
    kernels.conv(y, outputs, image, 0, pixels, weights[0]!, lists, records, panels.length, extra, late, rows, band, low, high);
  }, samples, rows * outputs);
};

const bindDepthwise = (binding: Binding<ConvAttrs>, sliding: Sliding): Step => {
  const { kernels, inputs: [x], output, weights, tables, attrs: { kernel, low, high } } = binding;
  const rows = sizeOf(output.shape.slice(1, -1));
  const [channels, taps] = [sliding.channels, sizeOf(kernel)];
  return eachImage(binding, sliding, (image, y) =>
    kernels.depthwise(y, image, tables[0]!, tables[2]!, weights[1]!, weights[0]!, rows, taps, channels, low, high),
  x!.shape[0]!, rows * channels);
};

const bindDepthwise3x3 = (binding: Binding<ConvAttrs>, sliding: Sliding): Step => {
  const { inputs: [x], output } = binding;
  const [samples, rows] = output.shape as [number, number];
  const [xImage, yImage] = [imageBytes(x!), imageBytes(output)];
  const step = depthwise3x3Rows(binding, sliding);
  return () => {
    for (let n = 0; n < samples; n++) step(n, 0, rows, x!.address + n * xImage, output.address + n * yImage);
  };
};

const depthwise3x3Rows = (binding: Binding<ConvAttrs>, { channels, strides, pads, sizes }: Sliding): RowsStep => {
  const { kernels, output, weights: [bias, w], attrs: { low, high } } = binding;
  const [height, width] = sizes as [number, number];
  const columns = output.shape[2]!;
  return (_, first, last, x, y) =>
    kernels.depthwise3x3(
      y, x, w!, bias!, height, width, channels, first, last, columns, strides[0]!, pads[0]!, pads[1]!, low, high,
    );
};

/** Pixels in a band; fewer where panels store their outputs here and there, so that these stay in the fastest cache. */
const bandFor = (panels: readonly Panel[], channels: number, outputs: number): number =>
  panels.every((panel) => isRange(panel.outputs)) ? bandOf(channels) : Math.min(bandOf(channels), bandOf(outputs * 4));

/** Whether a residual is added when all panels are done, because some of them store their outputs here and there. */
const isLate = (inputs: readonly Value[], attrs: ConvAttrs): boolean => {
  const [x, w, bias, residual] = inputs as [Value, Value, Value, Value | undefined];
  return residual !== undefined && attrs.blocks.length > 0 && !panelsOf(x, w, bias, attrs).panels.every(({ outputs }) => isRange(outputs));
};

/** Rows of a convolution that reads each pixel for itself. */
const pointwiseRows = (binding: Binding<ConvAttrs>): RowsStep => {
  const { kernels, inputs: [x, w, bias, residual], output, weights, tables, attrs } = binding;
  const [, , lists, records] = tables as [number, number, number, number];
  const { panels } = panelsOf(x!, w!, bias!, attrs);
  const late = isLate(binding.inputs, attrs) ? 1 : 0;
  const [outputs, channels] = [output.shape.at(-1)!, x!.shape.at(-1)!];
  const pixels = sizeOf(output.shape.slice(2, -1));
  const [band, image] = [bandFor(panels, channels, outputs), imageBytes(output)];
  return (sample, first, last, from, to) => {
    const [start, rows] = [first * pixels, (last - first) * pixels];
    const extra = residual ? residual.address + sample * image + start * outputs * 4 : 0;
    kernels.conv(
      to + start * outputs * 4, outputs, from + start * channels * 4, channels, 0, weights[0]!, lists, records, panels.length,
      extra, late, rows, band, attrs.low, attrs.high,
    );
  };
};

const imageBytes = ({ shape }: Value): number => sizeOf(shape.slice(1)) * 4;

/** Runs `product` on every sample, on a padded copy in scratch memory where there is padding. */
const eachImage = (
  { kernels, inputs: [x], output, tables, scratch }: Binding<ConvAttrs>,
  sliding: Sliding,
  product: (image: number, y: number, index: number) => void,
  samples: number,
  outputElements: number,
): Step => {
  const xImage = sizeOf(sliding.sizes) * sliding.channels * 4;
  const pad = isPadded(sliding) ? padImage(kernels, tables[1]!, scratch) : undefined;
  return () => {
    for (let n = 0; n < samples; n++) {
      const image = x!.address + n * xImage;
      pad?.(image);
      product(pad ? scratch : image, output.address + n * outputElements * 4, n);
    }
  };
};
