// How a convolution runs: which kernel, on which tables.

import type { Value } from '../../ir/value.js';
import { listTable, type Binding, type RowsRead, type RowsStep, type Step, type Table } from '../../ir/op.js';
import { sizeOf } from '../../ir/tensor.js';
import { blocksOf, isDepthwise, type ConvAttrs } from './blocks.js';
import { convPanels, panelTables } from './panel-tables.js';
import { bandOf } from './packing.js';
import { padImage, padTable } from './pad-image.js';
import { isRange, type Panel } from './panels.js';
import { isPadded, isPointwise, tapTable, windowTable, type Sliding } from './sliding.js';
import { spatialOf } from '../shared/window.js';

/** The tables that the kernels read beside the weights. */
export const convTables = ([x, , bias]: readonly Value[], output: Value, attrs: ConvAttrs): Table[] => {
  const sliding = slidingOf(x!, attrs);
  if (isDepthwise(x!, bias!, attrs)) {
    return isFast3x3(sliding, output) ? [] : [windowsOf(sliding, output), padTable(sliding), tapTable(sliding)];
  }
  const windows = isPointwise(sliding) ? listTable([]) : windowsOf(sliding, output);
  return [windows, padTable(sliding), ...panelTables(panelsOf(x!, bias!, attrs))];
};

/** Which rows of the input rows of the output read, for convolutions that can run in bands of rows. */
export const convRows = ([x, , bias]: readonly Value[], output: Value, attrs: ConvAttrs): RowsRead | undefined => {
  const sliding = slidingOf(x!, attrs);
  if (!isDepthwise(x!, bias!, attrs)) return isPointwise(sliding) ? (first, last) => [first, last] : undefined;
  if (!isFast3x3(sliding, output)) return undefined;
  const [stride, top, height] = [attrs.strides[0]!, attrs.pads[0]!, sliding.sizes[0]!];
  return (first, last) => [Math.max(0, first * stride - top), Math.min(height, (last - 1) * stride - top + 3)];
};

/** Binds a convolution that `convRows` accepts. */
export const bindConvRows = (binding: Binding<ConvAttrs>): RowsStep => {
  const {
    inputs: [x, , bias],
    attrs,
  } = binding;
  return isDepthwise(x!, bias!, attrs) ? depthwise3x3Rows(binding, slidingOf(x!, attrs)) : pointwiseRows(binding);
};

/** Binds a convolution. */
export const bindConv = (binding: Binding<ConvAttrs>): Step => {
  const { inputs, output, attrs } = binding;
  if (convRows(inputs, output, attrs)) return bindAllRows(binding, bindConvRows(binding));
  const sliding = slidingOf(inputs[0]!, attrs);
  return isDepthwise(inputs[0]!, inputs[2]!, attrs) ? bindDepthwise(binding, sliding) : bindWindows(binding, sliding);
};

/** The geometry of a convolution. */
export const slidingOf = (x: Value, { kernel, strides, dilations, pads }: ConvAttrs): Sliding => ({
  sizes: spatialOf(x.shape),
  channels: x.shape.at(-1)!,
  kernel,
  strides,
  dilations,
  pads,
});

/** The panels of a convolution. */
const panelsOf = (x: Value, bias: Value, attrs: ConvAttrs) =>
  convPanels(slidingOf(x, attrs), blocksOf(x, bias, attrs), bias.shape[0]!);

/** Whether `depthwise3x3` can run it: at most one column outside the image on either side. */
export const isFast3x3 = ({ sizes, kernel, strides, dilations, pads }: Sliding, output: Value): boolean => {
  const stride = strides[0]!;
  if (sizes.length !== 2 || !kernel.every((size) => size === 3) || !dilations.every((d) => d === 1)) return false;
  if ((stride !== 1 && stride !== 2) || strides[1] !== stride || pads[1]! > 1) return false;
  const lastColumn = (output.shape[2]! - 1) * stride - pads[1]! + 2;
  return lastColumn <= sizes[1]! && sizes[1]! >= 2;
};

/** Where each window begins. */
const windowsOf = (sliding: Sliding, output: Value): Table => windowTable(sliding, output.shape.slice(1, -1));

/** Convolution of windows. */
const bindWindows = (binding: Binding<ConvAttrs>, sliding: Sliding): Step => {
  const {
    kernels,
    inputs: [x, , bias, residual],
    output,
    weights,
    tables,
    attrs,
  } = binding;
  const [pixels, , lists, records] = tables as [number, number, number, number];
  const { panels } = panelsOf(x!, bias!, attrs);
  const late = isLate(binding.inputs, attrs) ? 1 : 0;
  const [samples, outputs, channels] = [x!.shape[0]!, output.shape.at(-1)!, sliding.channels];
  const rows = sizeOf(output.shape) / outputs / samples;
  const [band, count] = [bandFor(panels, channels * sizeOf(sliding.strides), outputs), panels.length];
  return eachImage(
    binding,
    sliding,
    (image, y, index) => {
      const extra = residual ? residual.address + index * rows * outputs * 4 : 0;
      kernels.conv(
        y,
        outputs,
        image,
        0,
        pixels,
        weights[0]!,
        lists,
        records,
        count,
        extra,
        late,
        rows,
        band,
        attrs.low,
        attrs.high,
      );
    },
    samples,
    rows * outputs,
  );
};

const bindDepthwise = (binding: Binding<ConvAttrs>, sliding: Sliding): Step => {
  const {
    kernels,
    inputs: [x],
    output,
    weights,
    tables,
    attrs: { kernel, low, high },
  } = binding;
  const rows = sizeOf(output.shape.slice(1, -1));
  const [channels, taps] = [sliding.channels, sizeOf(kernel)];
  return eachImage(
    binding,
    sliding,
    (image, y) =>
      kernels.depthwise(y, image, tables[0]!, tables[2]!, weights[1]!, weights[0]!, rows, taps, channels, low, high),
    x!.shape[0]!,
    rows * channels,
  );
};

/** All rows of all samples. */
const bindAllRows = ({ inputs: [x], output }: Binding<ConvAttrs>, step: RowsStep): Step => {
  const [samples, rows] = output.shape as [number, number];
  const [xImage, yImage] = [imageBytes(x!), imageBytes(output)];
  return () => {
    for (let n = 0; n < samples; n++) step(n, 0, rows, x!.address + n * xImage, output.address + n * yImage);
  };
};

const depthwise3x3Rows = (binding: Binding<ConvAttrs>, { channels, strides, pads, sizes }: Sliding): RowsStep => {
  const {
    kernels,
    output,
    weights: [bias, w],
    attrs: { low, high },
  } = binding;
  const [height, width] = sizes as [number, number];
  const columns = output.shape[2]!;
  return (_, first, last, x, y) =>
    kernels.depthwise3x3(
      y,
      x,
      w!,
      bias!,
      height,
      width,
      channels,
      first,
      last,
      columns,
      strides[0]!,
      pads[0]!,
      pads[1]!,
      low,
      high,
    );
};

/** Pixels in a band; fewer where panels store their outputs here and there, so that these stay in the fastest cache. */
const bandFor = (panels: readonly Panel[], channels: number, outputs: number): number =>
  panels.every((panel) => isRange(panel.outputs)) ? bandOf(channels) : Math.min(bandOf(channels), bandOf(outputs * 4));

/** Whether a residual is added when all panels are done, because some of them store their outputs here and there. */
export const isLate = (inputs: readonly Value[], attrs: ConvAttrs): boolean => {
  const [x, , bias, residual] = inputs as [Value, Value, Value, Value | undefined];
  return residual !== undefined && !panelsOf(x, bias, attrs).panels.every(({ outputs }) => isRange(outputs));
};

/** Rows of a convolution that reads each pixel for itself. */
const pointwiseRows = (binding: Binding<ConvAttrs>): RowsStep => {
  const {
    kernels,
    inputs: [x, , bias, residual],
    output,
    weights,
    tables,
    attrs,
  } = binding;
  const [, , lists, records] = tables as [number, number, number, number];
  const { panels } = panelsOf(x!, bias!, attrs);
  const late = isLate(binding.inputs, attrs) ? 1 : 0;
  const [outputs, channels] = [output.shape.at(-1)!, x!.shape.at(-1)!];
  const pixels = sizeOf(output.shape.slice(2, -1));
  const [band, count, image] = [bandFor(panels, channels, outputs), panels.length, imageBytes(output)];
  return (sample, first, last, from, to) => {
    const [start, rows] = [first * pixels, (last - first) * pixels];
    const extra = residual ? residual.address + sample * image + start * outputs * 4 : 0;
    kernels.conv(
      to + start * outputs * 4,
      outputs,
      from + start * channels * 4,
      channels,
      0,
      weights[0]!,
      lists,
      records,
      count,
      extra,
      late,
      rows,
      band,
      attrs.low,
      attrs.high,
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
