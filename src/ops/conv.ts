// Convolution as a list of blocks; the structure of the blocks chooses the kernel.

import { ShapeError } from '../errors.js';
import type { Value } from '../graph.js';
import { defineOp, intTable, type AttrsOf, type Binding, type Block, type Step, type Table } from '../op.js';
import { sameShape, showShape, sizeOf } from '../tensor.js';
import { floatOnly } from './checks.js';
import { affineBias, bandOf, biasTable, lanesTable, panelTable } from './panels.js';
import { padImage, padTable } from './pad-image.js';
import { fullRuns, isPadded, paddedSizes, tapOffsets, windowOffsets, type Sliding } from './sliding.js';
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

type ConvAttrs = AttrsOf<typeof schema>;

/**
 * y = clamp(bias + sum over the blocks' weights and inputs + residual, low, high).
 *
 * Inputs: x [N, ...sizes, C]; weights; bias [O]; perhaps a residual of the output's shape. Without `blocks` the weights
 * are [O, ...kernel, C / group] and the blocks are `group` equal ones; with them they are the blocks' weights
 * [count][...kernel][inputs] one after the other. `pads` are all begins, then all ends.
 */
export const conv = defineOp({
  code: 1,
  name: 'conv',
  arity: [3, 4],
  attrs: schema,
  clips: true,
  addend: 3,
  type: floatOnly,
  shape: (inputs, attrs) => {
    const [x, w, bias, residual] = inputs;
    const spatial = windowShape(spatialOf(x!.shape), attrs.kernel, attrs.strides, attrs.dilations, attrs.pads, false);
    checkBias(bias!);
    checkBlocks(x!, w!, bias!, attrs);
    const shape = [x!.shape[0]!, ...spatial, bias!.shape[0]!];
    const padded = paddedSizes(slidingOf(x!, attrs));
    if (sizeOf(padded) * x!.shape.at(-1)! > MOST_ELEMENTS) throw new ShapeError(`pads ${showShape(attrs.pads)} are too large`);
    if (residual && !sameShape(residual.shape, shape)) {
      throw new ShapeError(`the residual has shape ${showShape(residual.shape)}; the convolution gives ${showShape(shape)}`);
    }
    return shape;
  },
  affine: ([x, w, bias, ...rest], attrs, scale, shift) => {
    if (rest.length) return undefined;
    const rows = blocksOf(x!, bias!, attrs).flatMap(({ inputs, first, count }) =>
      Array.from({ length: count }, (_, i) => ({ channel: first + i, length: inputs.length * sizeOf(attrs.kernel) })),
    );
    return [x!, { ...w!, data: scaleRows(w!.data as Float32Array, rows, scale) }, affineBias(bias!, scale, shift)];
  },
  inPlace: (inputs) => (inputs.length > 3 ? 3 : -1),
  packs: () => [1, 2],
  weights: ([x, w, bias], attrs) => {
    const data = w!.data as Float32Array;
    const taps = sizeOf(attrs.kernel);
    const first = biasTable(bias!.data as Float32Array);
    if (isDepthwise(x!, bias!, attrs)) return [first, lanesTable(data, x!.shape.at(-1)!, taps)];
    return [first, ...blockPanels(data, taps, blocksOf(x!, bias!, attrs))];
  },
  tables: ([x, , bias], output, attrs) => {
    const sliding = slidingOf(x!, attrs);
    if (isDepthwise(x!, bias!, attrs)) {
      return isFast3x3(sliding, output) ? [] : [...slidingTables(sliding, output), intTable(tapOffsets(sliding))];
    }
    const blocks = blocksOf(x!, bias!, attrs);
    if (isPointwise(sliding) && blocks.every(isRange)) return [];
    return [...slidingTables(sliding, output), ...blocks.map((block) => intTable(runsOf(sliding, block).taps))];
  },
  scratch: ([x, , bias], output, attrs) => {
    const sliding = slidingOf(x!, attrs);
    if (!isPadded(sliding) || (isDepthwise(x!, bias!, attrs) && isFast3x3(sliding, output))) return 0;
    return sizeOf(paddedSizes(sliding)) * sliding.channels * 4;
  },
  macs: ([x, , bias], output, attrs) => {
    const weights = blocksOf(x!, bias!, attrs).reduce((sum, { inputs, count }) => sum + inputs.length * count, 0);
    return weights * sizeOf(attrs.kernel) * sizeOf(output.shape.slice(0, -1));
  },
  bind: (binding) => {
    const { inputs: [x, , bias], output, attrs } = binding;
    const sliding = slidingOf(x!, attrs);
    if (isDepthwise(x!, bias!, attrs)) {
      return isFast3x3(sliding, output) ? bindDepthwise3x3(binding, sliding) : bindDepthwise(binding, sliding);
    }
    const blocks = blocksOf(x!, bias!, attrs);
    return isPointwise(sliding) && blocks.every(isRange) ? bindPointwise(binding, blocks) : bindSliding(binding, sliding, blocks);
  },
});

const slidingOf = (x: Value, { kernel, strides, dilations, pads }: ConvAttrs): Sliding => ({
  sizes: spatialOf(x.shape),
  channels: x.shape.at(-1)!,
  kernel,
  strides,
  dilations,
  pads,
});

/** The blocks; `group` equal ones unless they are listed. */
const blocksOf = (x: Value, bias: Value, { group, blocks }: ConvAttrs): readonly Block[] => {
  if (blocks.length) return blocks;
  const inputs = x.shape.at(-1)! / group;
  const count = bias.shape[0]! / group;
  return Array.from({ length: group }, (_, g) => ({
    inputs: Array.from({ length: inputs }, (_, i) => g * inputs + i),
    first: g * count,
    count,
  }));
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
    let next = 0;
    for (const { inputs, first, count } of blocks) {
      if (first < next || count < 1 || first + count > outputs) throw new ShapeError('the outputs of the blocks overlap or leave the bias');
      if (inputs.some((input) => input < 0 || input >= channels)) throw new ShapeError(`a block reads a channel beyond ${channels}`);
      next = first + count;
    }
    expected = [blocks.reduce((sum, { inputs, count }) => sum + inputs.length * count, 0) * sizeOf(kernel)];
  }
  if (!sameShape(w.shape, expected)) {
    throw new ShapeError(`the weights have shape ${showShape(w.shape)}; ${showShape(expected)} is needed`);
  }
};

/** Weights row by row, each multiplied by the scale of its output channel. */
const scaleRows = (w: Float32Array, rows: readonly { channel: number; length: number }[], scale: Float32Array): Float32Array => {
  const scaled = w.slice();
  let at = 0;
  for (const { channel, length } of rows) {
    for (const end = at + length; at < end; at++) scaled[at]! *= scale[channel]!;
  }
  return scaled;
};

const blockPanels = (data: Float32Array, taps: number, blocks: readonly Block[]): Table[] => {
  let start = 0;
  return blocks.map(({ inputs, count }) => {
    const depth = taps * inputs.length;
    const table = panelTable(data, start, count, depth);
    start += count * depth;
    return table;
  });
};

/** Whether a block reads neighbouring channels. */
const isRange = ({ inputs }: Block): boolean => inputs.every((input, i) => input === inputs[0]! + i);

const isPointwise = (sliding: Sliding): boolean =>
  sliding.kernel.every((size) => size === 1) && sliding.strides.every((stride) => stride === 1) && !isPadded(sliding);

const isDepthwise = (x: Value, bias: Value, { group, blocks }: ConvAttrs): boolean =>
  !blocks.length && group > 1 && group === x.shape.at(-1) && group === bias.shape[0];

/** Whether `depthwise3x3` can run it: at most one column outside the image on either side. */
const isFast3x3 = ({ sizes, kernel, strides, dilations, pads }: Sliding, output: Value): boolean => {
  const stride = strides[0]!;
  if (sizes.length !== 2 || !kernel.every((size) => size === 3) || !dilations.every((d) => d === 1)) return false;
  if ((stride !== 1 && stride !== 2) || strides[1] !== stride || pads[1]! > 1) return false;
  const lastColumn = (output.shape[2]! - 1) * stride - pads[1]! + 2;
  return lastColumn <= sizes[1]! && sizes[1]! >= 2;
};

/** The runs in which a block's part of a window is read. */
const runsOf = (sliding: Sliding, block: Block): { taps: Int32Array; depth: number } => {
  if (isRange(block)) {
    if (block.inputs.length === sliding.channels) return fullRuns(sliding);
    const shift = (block.inputs[0] ?? 0) * 4;
    return { taps: tapOffsets(sliding).map((tap) => tap + shift), depth: block.inputs.length };
  }
  const taps = Array.from(tapOffsets(sliding), (tap) => block.inputs.map((input) => tap + input * 4));
  return { taps: Int32Array.from(taps.flat()), depth: 1 };
};

/** The windows' offsets, then, where there is padding, the table of the padded copy. */
const slidingTables = (sliding: Sliding, output: Value): Table[] => [
  intTable(windowOffsets(sliding, output.shape.slice(1, -1))),
  padTable(sliding),
];

const bindPointwise = (binding: Binding<ConvAttrs>, blocks: readonly Block[]): Step => {
  const { kernels, inputs: [x, , , residual], output, weights, attrs: { low, high } } = binding;
  const [channels, outputs] = [x!.shape.at(-1)!, output.shape.at(-1)!];
  const rows = sizeOf(output.shape) / outputs;
  const steps = blocks.map(({ inputs, first, count }, index) => {
    const [from, to] = [x!.address + (inputs[0] ?? 0) * 4, first * 4];
    const [w, bias, extra] = [weights[index + 1]!, weights[0]! + to, residual ? residual.address + to : 0];
    const [y, depth, band] = [output.address + to, inputs.length, bandOf(channels)];
    return () => kernels.gemm(y, outputs, from, channels, w, bias, extra, rows, count, depth, band, low, high);
  });
  return joined(steps);
};

const bindSliding = (binding: Binding<ConvAttrs>, sliding: Sliding, blocks: readonly Block[]): Step => {
  const { kernels, inputs: [x, , , residual], output, weights, tables, attrs: { low, high } } = binding;
  const outputs = output.shape.at(-1)!;
  const rows = sizeOf(output.shape.slice(1, -1));
  const band = bandOf(sliding.channels * sizeOf(sliding.strides));
  const products = blocks.map((block, index) => {
    const { taps, depth } = runsOf(sliding, block);
    const [w, tapTable, to] = [weights[index + 1]!, tables[index + 2]!, block.first * 4];
    const bias = weights[0]! + to;
    return (image: number, y: number, extra: number) =>
      kernels.conv(
        y + to, outputs, image, tables[0]!, tapTable, w, bias, extra && extra + to,
        rows, block.count, taps.length, depth, band, low, high,
      );
  });
  return eachImage(binding, sliding, (image, y, index) => {
    const extra = residual ? residual.address + index * rows * outputs * 4 : 0;
    for (const product of products) product(image, y, extra);
  }, x!.shape[0]!, rows * outputs);
};

const bindDepthwise = (binding: Binding<ConvAttrs>, sliding: Sliding): Step => {
  const { kernels, inputs: [x], output, weights, tables, attrs: { kernel, low, high } } = binding;
  const rows = sizeOf(output.shape.slice(1, -1));
  const [channels, taps] = [sliding.channels, sizeOf(kernel)];
  return eachImage(binding, sliding, (image, y) =>
    kernels.depthwise(y, image, tables[0]!, tables[2]!, weights[1]!, weights[0]!, rows, taps, channels, low, high),
  x!.shape[0]!, rows * channels);
};

const bindDepthwise3x3 = (binding: Binding<ConvAttrs>, { channels, strides, pads }: Sliding): Step => {
  const { kernels, inputs: [x], output, weights: [bias, w], attrs: { low, high } } = binding;
  const [samples, height, width] = x!.shape as [number, number, number];
  const [, rows, columns] = output.shape as [number, number, number];
  const [xImage, yImage] = [height * width * channels * 4, rows * columns * channels * 4];
  return () => {
    for (let n = 0; n < samples; n++) {
      kernels.depthwise3x3(
        output.address + n * yImage, x!.address + n * xImage, w!, bias!, height, width, channels, rows, columns,
        strides[0]!, pads[0]!, pads[1]!, low, high,
      );
    }
  };
};

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

const joined = (steps: readonly Step[]): Step =>
  steps.length === 1
    ? steps[0]!
    : () => {
        for (const step of steps) step();
      };
