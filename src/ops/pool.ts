// Pooling: the largest value, the average or the norm of a sliding window, per channel.

import { ShapeError } from '../errors.js';
import type { Value } from '../graph.js';
import { defineOp, intTable, type AttrsOf } from '../op.js';
import { stridesOf } from '../tensor.js';
import { checkInteger, floatOnly } from './checks.js';
import { checkedShape, spatialOf, windowShape, windowSpan } from './window.js';

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

/** Largest exponent of an Lp norm. */
const MOST_POWER = 64;

/**
 * Every value of [N, ...sizes, C] becomes that of a window of its channel. Padding does not count as a value, but
 * averages divide by it with `countPads`. `p` is the exponent of `lp`; `pads` are all begins, then all ends.
 */
export const pool = defineOp({
  code: 4,
  name: 'pool',
  arity: [1, 1],
  attrs: schema,
  type: floatOnly,
  shape: ([x], { kind, kernel, strides, dilations, pads, ceil, p }) => {
    const sizes = windowShape(spatialOf(x!.shape), kernel, strides, dilations, pads, ceil);
    pads.forEach((pad, index) => {
      const axis = index % sizes.length;
      if (pad >= windowSpan(kernel[axis]!, dilations[axis]!)) throw new ShapeError(`pads of ${pad} hold a whole window`);
    });
    if (kind === 'lp') checkInteger('p', p, 1, MOST_POWER);
    return checkedShape([x!.shape[0]!, ...sizes, x!.shape.at(-1)!]);
  },
  tables: ([x], output, attrs) => [intTable(windowTable(x!, output, attrs))],
  bind: ({ kernels, inputs: [x], output, attrs: { kind, dilations, p }, tables }) => {
    const [depth, rows, columns] = threeAxes(output.shape.slice(1, -1), 1) as [number, number, number];
    const slices = output.shape[0]! * depth;
    const steps = threeAxes(spatialStrides(x!).map((stride, axis) => stride * dilations[axis]!), 0);
    const [from, to, channels] = [x!.address, output.address, x!.shape.at(-1)!];
    const [table, [zStep, yStep, xStep]] = [tables[0]!, steps as [number, number, number]];
    if (kind === 'max') {
      return () => kernels.poolMax(to, from, table, slices, rows, columns, channels, zStep, yStep, xStep);
    }
    if (kind === 'average') {
      return () => kernels.poolAverage(to, from, table, slices, rows, columns, channels, zStep, yStep, xStep);
    }
    return () => kernels.poolLp(to, from, table, slices, rows, columns, channels, zStep, yStep, xStep, p);
  },
});

/** Elements between neighbours along the spatial axes. */
const spatialStrides = (x: Value): number[] => stridesOf(x.shape).slice(1, -1);

/** One to three numbers with `fill` in front, so that they are three. */
const threeAxes = (values: readonly number[], fill: number): number[] => [
  ...new Array<number>(3 - values.length).fill(fill),
  ...values,
];

/** Where a window meets the input along an axis: byte offset, places inside, places that an average counts. */
type Entry = readonly [offset: number, places: number, counted: number];

/** The entries of all slices of all samples, then of the rows, then of the columns. */
const windowTable = (x: Value, output: Value, attrs: PoolAttrs): number[] => {
  const strides = spatialStrides(x);
  const axes = strides.map((stride, axis) => axisEntries(x, output, attrs, axis, stride * 4));
  const lone: Entry[] = [[0, 1, 1]];
  while (axes.length < 3) axes.unshift(lone);
  const image = stridesOf(x.shape)[0]! * 4;
  const slices = Array.from({ length: x.shape[0]! }, (_, n) =>
    axes[0]!.map(([offset, places, counted]): Entry => [offset + n * image, places, counted]),
  );
  return [slices, axes[1]!, axes[2]!].flat(3) as number[];
};

const axisEntries = (x: Value, output: Value, attrs: PoolAttrs, axis: number, bytes: number): Entry[] => {
  const { kernel, strides, dilations, pads, countPads } = attrs;
  const [size, taps, dilation] = [x.shape[axis + 1]!, kernel[axis]!, dilations[axis]!];
  const end = size + pads[kernel.length + axis]!;
  const tapsBefore = (start: number, limit: number) => Math.min(taps, Math.max(0, Math.ceil((limit - start) / dilation)));
  return Array.from({ length: output.shape[axis + 1]! }, (_, index): Entry => {
    const start = index * strides[axis]! - pads[axis]!;
    const first = tapsBefore(start, 0);
    const places = tapsBefore(start, size) - first;
    const counted = countPads ? tapsBefore(start, end) : places;
    return [places ? (start + first * dilation) * bytes : 0, places, Math.max(1, counted)];
  });
};
