// Pooling: the maximum, average or norm of a sliding window, per channel. max ignores NaN.

import { ShapeError } from '../errors.js';
import { channelsOf, samplesOf, type Value } from '../ir/value.js';
import { defineOp } from '../ir/op.js';
import { intTable, type AddressOf, type Step, type Table } from '../ir/plan.js';
import type { AttrsOf } from '../ir/schema.js';
import { stridesOf } from '../ir/tensor.js';
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
    const table = windowTable(x, output, attrs);
    return { tables: [table], bind: (kernels, address) => bindPool(kernels, address, x, output, table, attrs) };
  },
});

const bindPool = (
  kernels: Kernels,
  address: AddressOf,
  x: Value,
  output: Value,
  table: Table,
  { kind, dilations, p }: PoolAttrs,
): Step => {
  const [depth, rows, columns] = threeAxes(output.shape.slice(1, -1), 1) as [number, number, number];
  const steps = threeAxes(
    spatialStrides(x).map((stride, axis) => stride * dilations[axis]!),
    0,
  );
  const [zStep, yStep, xStep] = steps as [number, number, number];
  const [slices, channels] = [samplesOf(output) * depth, channelsOf(x)];
  const [from, to, windows] = [address(x), address(output), address(table)];
  if (kind === 'max') {
    return () => kernels.poolMax(to, from, windows, slices, rows, columns, channels, zStep, yStep, xStep);
  }
  if (kind === 'average') {
    return () => kernels.poolAverage(to, from, windows, slices, rows, columns, channels, zStep, yStep, xStep);
  }
  return () => kernels.poolLp(to, from, windows, slices, rows, columns, channels, zStep, yStep, xStep, p);
};

/** Distance in elements between neighbours along the spatial axes. */
const spatialStrides = (x: Value): number[] => stridesOf(x.shape).slice(1, -1);

/** One to three numbers, extended to three with `fill` in front. */
const threeAxes = (values: readonly number[], fill: number): number[] => [
  ...new Array<number>(3 - values.length).fill(fill),
  ...values,
];

/** The windows of all slices of all samples, then of the rows, then of the columns. */
const windowTable = (x: Value, output: Value, attrs: PoolAttrs): Table => {
  const [samples, image] = [samplesOf(x), stridesOf(x.shape)[0]! * 4];
  const [depth, rows, columns] = threeAxes(output.shape.slice(1, -1), 1) as [number, number, number];
  const words = (samples * depth + rows + columns) * WINDOW_RECORD.words;
  return intTable(words, (target) => {
    let next = 0;
    const put = (axis: number, size: number, base: number): void => {
      for (let index = 0; index < size; index++) {
        const { first, places, counted } = axis < 0 ? WHOLE : windowOf(x.shape[axis + 1]!, attrs, axis, index);
        target.set(WINDOW_RECORD.pack({ offset: base + (first && first * strides[axis]! * 4), places, counted }), next);
        next += WINDOW_RECORD.words;
      }
    };
    const [rank, strides] = [attrs.kernel.length, spatialStrides(x)];
    for (let n = 0; n < samples; n++) put(rank - 3, depth, n * image);
    put(rank - 2, rows, 0);
    put(rank - 1, columns, 0);
  });
};

/** A window along an axis: its first element inside the image, how many are inside, and the divisor of an average. */
type Window = { first: number; places: number; counted: number };

/** The window along a missing axis. */
const WHOLE: Window = { first: 0, places: 1, counted: 1 };

const windowOf = (size: number, attrs: PoolAttrs, axis: number, index: number): Window => {
  const { kernel, strides, dilations, pads, countPads } = attrs;
  const [taps, dilation] = [kernel[axis]!, dilations[axis]!];
  const start = index * strides[axis]! - pads[axis]!;
  const tapsBefore = (limit: number) => Math.min(taps, Math.max(0, Math.ceil((limit - start) / dilation)));
  const first = tapsBefore(0);
  const places = tapsBefore(size) - first;
  const counted = countPads ? tapsBefore(size + pads[kernel.length + axis]!) : places;
  return { first: places ? start + first * dilation : 0, places, counted: Math.max(1, counted) };
};
