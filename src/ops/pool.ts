// Pooling: the maximum, average or norm of a sliding window, per channel. A maximum with a NaN is NaN.

import { ShapeError } from '../errors.js';
import { channelsOf, samplesOf } from '../ir/value.js';
import { defineOp } from '../ir/op.js';
import { intTable, type Step, type Table } from '../ir/plan.js';
import type { AttrsOf } from '../ir/schema.js';
import { sizeOf, stridesOf } from '../ir/tensor.js';
import { WINDOW_RECORD } from '../kernels/layout.js';
import type { Kernels } from '../kernels/wasm.js';
import { checkInteger, checkedShape, floatOnly } from './shared/checks.js';
import { spatialOf, windowShape, windowSpan } from './shared/window.js';

const schema = {
  kind: ['max', 'average', 'lp'],
  kernel: 'i32s',
  strides: 'i32s',
  dilations: 'i32s',
  pads: 'i32s',
  ceil: 'bool',
  countPads: 'bool',
  p: 'i32',
} as const;

type PoolAttrs = AttrsOf<typeof schema>;

/** Maximum exponent of an Lp norm. */
const MAX_POWER = 64;

/**
 * Reduces every window of [N, ...sizes, C] to one value, per channel. Padding is not part of a window, except that
 * averages count it with `countPads`. `p` is the exponent of `lp`; `pads` are all begins, then all ends.
 */
export const pool = defineOp({
  code: 4,
  name: 'pool',
  inputs: { x: 'value' },
  attrs: schema,
  type: floatOnly,
  shape: ({ x }, { kind, kernel, strides, dilations, pads, ceil, p }) => {
    const sizes = windowShape(spatialOf(x.shape), kernel, strides, dilations, pads, ceil);
    pads.forEach((pad, index) => {
      const axis = index % sizes.length;
      if (pad >= windowSpan(kernel[axis]!, dilations[axis]!))
        throw new ShapeError(`padding of ${pad} is as large as the window`);
    });
    if (kind === 'lp') checkInteger('p', p, 1, MAX_POWER);
    return checkedShape([samplesOf(x), ...sizes, channelsOf(x)]);
  },
  plan: ({ x }, output, attrs) => {
    const passes = passesOf(fiveAxes(x.shape), fiveAxes(output.shape), axesOf(attrs), attrs.kind);
    const tables = passes.map((pass) => windowTable(pass, attrs.countPads));
    const between = { bytes: passes.length > 1 ? sizeOf(passes[0]!.to) * 4 : 0 };
    return {
      tables,
      scratch: [between],
      bind: (kernels, address) => {
        const steps = passes.map((pass, i) => {
          const to = address(i < passes.length - 1 ? between : output);
          return bindPass(kernels, to, address(i ? between : x), address(tables[i]!), pass, attrs);
        });
        return () => {
          for (const step of steps) step();
        };
      },
    };
  },
});

/** Windows along an axis; `before` and `after` are its padding. */
type Axis = readonly [taps: number, stride: number, dilation: number, before: number, after: number];

/** Windows of one element. */
const SINGLE: Axis = [1, 1, 1, 0, 0];

/** Windows along three axes, which slide over an array of shape `from` and give one of shape `to`. */
type Pass = { from: readonly number[]; to: readonly number[]; axes: readonly Axis[] };

/** The last of three axes; `fill` stands for those that are missing. */
const threeAxes = <T>(own: readonly T[], fill: T): T[] => [fill, fill, ...own].slice(-3);

/** The shape [N, depth, rows, columns, C]. */
const fiveAxes = (shape: readonly number[]): number[] => [
  shape[0]!,
  ...threeAxes(shape.slice(1, -1), 1),
  shape.at(-1)!,
];

const axesOf = ({ kernel, strides, dilations, pads }: PoolAttrs): Axis[] =>
  threeAxes(
    kernel.map((taps, i): Axis => [taps, strides[i]!, dilations[i]!, pads[i]!, pads[kernel.length + i]!]),
    SINGLE,
  );

/** How many times fewer elements two passes must read than one. */
const LEAST_GAIN = 1.25;

/** One pass or, for maxima, two if that is faster: along rows, then along the other axes, whose order changes no maximum. */
const passesOf = (from: number[], to: number[], axes: readonly Axis[], kind: PoolAttrs['kind']): Pass[] => {
  const between = [...from.slice(0, 3), ...to.slice(3)];
  const [z, y, x] = axes as [Axis, Axis, Axis];
  const area = z[0] * y[0];
  const both = sizeOf(between) * x[0] + sizeOf(to) * area;
  if (kind !== 'max' || sizeOf(to) * area * x[0] < LEAST_GAIN * both) return [{ from, to, axes }];
  return [
    { from, to: between, axes: [SINGLE, SINGLE, x] },
    { from: between, to, axes: [z, y, SINGLE] },
  ];
};

const bindPass = (
  kernels: Kernels,
  y: number,
  x: number,
  windows: number,
  { from, to, axes }: Pass,
  { kind, p }: PoolAttrs,
): Step => {
  const [samples, depth, rows, columns, channels] = to as [number, number, number, number, number];
  const strides = stridesOf(from);
  const [zStep, yStep, xStep] = axes.map(([, , dilation], axis) => strides[axis + 1]! * dilation) as [
    number,
    number,
    number,
  ];
  const slices = samples * depth;
  if (kind === 'max')
    return () => kernels.poolMax(y, x, windows, slices, rows, columns, channels, zStep, yStep, xStep, 0, rows);
  const power = kind === 'lp' ? p : 0;
  return () => kernels.poolSum(y, x, windows, slices, rows, columns, channels, zStep, yStep, xStep, power, 0, rows);
};

/** The windows of all slices of all samples, then of the rows, then of the columns. */
const windowTable = ({ from, to, axes }: Pass, countPads: boolean): Table => {
  const [samples, depth, rows, columns] = to as [number, number, number, number];
  return intTable((samples * depth + rows + columns) * WINDOW_RECORD.words, (target) => {
    let next = 0;
    const strides = stridesOf(from).map((stride) => stride * 4);
    const put = (axis: number, base: number): void => {
      for (let index = 0; index < to[axis]!; index++, next += WINDOW_RECORD.words) {
        const { first, places, counted } = windowOf(from[axis]!, axes[axis - 1]!, index, countPads);
        target.set(WINDOW_RECORD.pack({ offset: base + first * strides[axis]!, places, counted }), next);
      }
    };
    for (let n = 0; n < samples; n++) put(1, n * strides[0]!);
    put(2, 0);
    put(3, 0);
  });
};

/** A window along an axis: its first element inside the image, how many are inside, and the divisor of an average. */
type Window = { first: number; places: number; counted: number };

const windowOf = (
  size: number,
  [taps, stride, dilation, before, after]: Axis,
  index: number,
  countPads: boolean,
): Window => {
  const start = index * stride - before;
  const tapsBefore = (limit: number) => Math.min(taps, Math.max(0, Math.ceil((limit - start) / dilation)));
  const first = tapsBefore(0);
  const places = tapsBefore(size) - first;
  const counted = countPads ? tapsBefore(size + after) : places;
  return { first: places ? start + first * dilation : 0, places, counted: Math.max(1, counted) };
};
