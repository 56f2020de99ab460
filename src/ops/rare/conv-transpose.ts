// Transposed convolution: every input pixel adds its kernel to the output.

import { ShapeError } from '../../errors.js';
import { channelsOf, samplesOf, type Constant, type Value } from '../../ir/value.js';
import { defineOp } from '../../ir/op.js';
import { floatTable, intTable, type Plan, type Table } from '../../ir/plan.js';
import type { AttrsOf } from '../../ir/schema.js';
import { sameShape, showShape, sizeOf, stridesOf } from '../../ir/tensor.js';
import { TAP_RUN_RECORD } from '../../kernels/layout.js';
import { checkInteger, checkedShape, floatOnly } from '../shared/checks.js';
import { biasTable, lanesTable } from '../conv/packing.js';
import { PANEL } from '../conv/panels.js';
import { outputSizes, spatialOf } from '../shared/window.js';

const schema = {
  kernel: 'i32s',
  strides: 'i32s',
  dilations: 'i32s',
  pads: 'i32s',
  outputPads: 'i32s',
  group: 'i32',
  low: 'f32',
  high: 'f32',
} as const;

/** Maximum number of rows of pixels times taps. */
const MAX_RUNS = 2 ** 20;

type TransposeAttrs = AttrsOf<typeof schema>;

/**
 * y = clamp(bias + sums of the products of pixels and taps at `pixel * stride + tap * dilation - pad`, low, high).
 *
 * Inputs: x [N, ...sizes, C]; weights [C, ...kernel, O / group]; bias [O]. `pads` are all begins, then all ends;
 * `outputPads` extend the output at the ends.
 */
export const convTranspose = defineOp({
  code: 2,
  name: 'convTranspose',
  inputs: { x: 'value', weights: 'constant', bias: 'constant' },
  attrs: schema,
  type: floatOnly,
  shape: ({ x, weights, bias }, { kernel, strides, dilations, pads, outputPads, group, low, high }) => {
    const sizes = outputSizes(spatialOf(x.shape), kernel, strides, dilations, pads, outputPads);
    const channels = channelsOf(x);
    checkInteger('group', group, 1, channels);
    if (bias.shape.length !== 1) throw new ShapeError(`the bias has ${bias.shape.length} axes; expected one`);
    const outputs = channelsOf(bias);
    if (channels % group || outputs % group) {
      throw new ShapeError(`${group} groups do not divide ${channels} inputs and ${outputs} outputs`);
    }
    const expected = [channels, ...kernel, outputs / group];
    if (!sameShape(weights.shape, expected)) {
      throw new ShapeError(`the weights have shape ${showShape(weights.shape)}; expected ${showShape(expected)}`);
    }
    const runs = sizeOf(x.shape.slice(1, -2)) * sizeOf(kernel);
    if (runs > MAX_RUNS) throw new ShapeError(`${runs} rows of pixels times taps; the limit is ${MAX_RUNS}`);
    if (!(low <= high)) throw new ShapeError(`the bounds are ${low} and ${high}; low must not exceed high`);
    return checkedShape([samplesOf(x), ...sizes, outputs]);
  },
  macs: ({ x, weights }, _, { kernel }) => sizeOf(x.shape) * sizeOf(kernel) * channelsOf(weights),
  lower: ({ x, weights, bias }, attrs) => {
    const biases = biasTable(bias.data);
    const panels = weightTable(x, weights, bias, attrs);
    return {
      packed: [biases, panels],
      replaces: [weights, bias],
      plan: (own, output) => planSpread(own.x, output, attrs, panels, biases),
    };
  },
});

const panelled = (columns: number): number => Math.ceil(columns / PANEL) * PANEL;

/** Whether every channel has its own group. */
const hasFilterPerChannel = (inputs: number, outputs: number, group: number): boolean =>
  group > 1 && group === inputs && group === outputs;

/** Weights as [group][tap][panel][inputs][8], or as [tap][channels rounded up to 4]. */
const weightTable = (x: Value, w: Constant, bias: Value, { kernel, group }: TransposeAttrs): Table => {
  const [{ data }, taps] = [w, sizeOf(kernel)];
  if (hasFilterPerChannel(channelsOf(x), channelsOf(bias), group)) return lanesTable(data, group, taps);
  const [depth, columns] = [channelsOf(x) / group, channelsOf(w)];
  const words = panelled(columns) * depth;
  return floatTable(group * taps * words, (target, packer) => {
    const rows = new Float32Array(depth * columns);
    for (let index = 0; index < group * taps; index++) {
      const start = (Math.floor(index / taps) * depth * taps + (index % taps)) * columns;
      for (let k = 0; k < depth; k++) {
        const from = start + k * taps * columns;
        rows.set(data.subarray(from, from + columns), k * columns);
      }
      packer.panels(target.subarray(index * words, (index + 1) * words), rows, columns);
    }
  });
};

/** Pixels of an axis that a tap maps into the output: the first, their number, and the output index of the first. */
type Reach = { first: number; count: number; place: number };

const reachOf = (size: number, outputSize: number, stride: number, shift: number): Reach => {
  const first = Math.max(0, Math.ceil(-shift / stride));
  const end = Math.min(size, Math.ceil((outputSize - shift) / stride));
  return { first, count: Math.max(0, end - first), place: first * stride + shift };
};

/** Number of runs that spread an image: rows of pixels times taps, without those outside the output. */
const runCount = (x: Value, output: Value, { kernel, strides, dilations, pads }: TransposeAttrs): number => {
  const last = kernel.length - 1;
  return kernel.reduce((product, size, axis) => {
    let reached = 0;
    for (let k = 0; k < size; k++) {
      const { count } = reachOf(
        x.shape[axis + 1]!,
        output.shape[axis + 1]!,
        strides[axis]!,
        k * dilations[axis]! - pads[axis]!,
      );
      reached += axis === last ? Math.min(count, 1) : count;
    }
    return product * reached;
  }, 1);
};

/** Writes the kernel's runs for one image; each is a row of pixels and a tap. */
const fillRuns = (target: Int32Array, x: Value, output: Value, attrs: TransposeAttrs): void => {
  const { kernel, strides, dilations, pads } = attrs;
  const [from, to] = [stridesOf(x.shape), stridesOf(output.shape)];
  const panel = panelBytes(x, output, attrs);
  const last = kernel.length - 1;
  let end = 0;
  const visit = (axis: number, tap: number, source: number, place: number): void => {
    for (let k = 0; k < kernel[axis]!; k++) {
      const shift = k * dilations[axis]! - pads[axis]!;
      const reach = reachOf(x.shape[axis + 1]!, output.shape[axis + 1]!, strides[axis]!, shift);
      const next = tap * kernel[axis]! + k;
      const [xStep, yStep] = [from[axis + 1]! * 4, to[axis + 1]! * 4];
      if (axis === last) {
        if (!reach.count) continue;
        const run = {
          source: source + reach.first * xStep,
          target: place + reach.place * yStep,
          panel: next * panel,
          pixels: reach.count,
        };
        target.set(TAP_RUN_RECORD.pack(run), end);
        end += TAP_RUN_RECORD.words;
        continue;
      }
      for (let i = 0; i < reach.count; i++) {
        visit(axis + 1, next, source + (reach.first + i) * xStep, place + (reach.place + i * strides[axis]!) * yStep);
      }
    }
  };
  if (target.length) visit(0, 0, 0, 0);
};

/** Bytes of one tap's weights in one group. */
const panelBytes = (x: Value, output: Value, { group }: TransposeAttrs): number => {
  const [inputs, outputs] = [channelsOf(x), channelsOf(output)];
  if (hasFilterPerChannel(inputs, outputs, group)) return Math.ceil(inputs / 4) * 16;
  return panelled(outputs / group) * (inputs / group) * 4;
};

const planSpread = (x: Value, output: Value, attrs: TransposeAttrs, panels: Table, biases: Table): Plan => {
  const { kernel, strides, group, low, high } = attrs;
  const count = runCount(x, output, attrs);
  const runs = intTable(TAP_RUN_RECORD.words * count, (target) => fillRuns(target, x, output, attrs));
  const zeros = floatTable(panelled(channelsOf(output) / group), (target) => target.fill(0));
  return {
    tables: [runs, zeros],
    bind: (kernels, address) => {
      const [inputs, outputs, stride] = [channelsOf(x), channelsOf(output), strides.at(-1)!];
      const [depth, columns] = [inputs / group, outputs / group];
      const groupBytes = panelBytes(x, output, attrs) * sizeOf(kernel);
      const isDepthwise = hasFilterPerChannel(inputs, outputs, group);
      const [from, to, w, bias] = [x, output, panels, biases].map(address) as [number, number, number, number];
      const [list, zero, elements] = [address(runs), address(zeros), sizeOf(output.shape)];
      const spread = (image: number, y: number): void => {
        if (isDepthwise) return kernels.convTransposeDepthwise(y, image, w, list, count, stride, inputs);
        for (let g = 0; g < group; g++) {
          const [yGroup, xGroup] = [y + g * columns * 4, image + g * depth * 4];
          kernels.convTransposeRuns(
            yGroup,
            xGroup,
            w + g * groupBytes,
            zero,
            list,
            count,
            stride,
            inputs,
            outputs,
            depth,
            columns,
          );
        }
      };
      const [xBytes, yBytes] = [stridesOf(x.shape)[0]! * 4, stridesOf(output.shape)[0]! * 4];
      const clamps = low > -Infinity || high < Infinity;
      return () => {
        kernels.convTransposeStart(to, bias, elements / outputs, outputs);
        for (let n = 0; n < samplesOf(x); n++) spread(from + n * xBytes, to + n * yBytes);
        if (clamps) kernels.clip(to, to, elements, low, high);
      };
    },
  };
};
