// Resizing of axes: nearest, linear or cubic interpolation.

import { ShapeError } from '../../errors.js';
import { shapeInWords, type Value } from '../../ir/value.js';
import { defineOp } from '../../ir/op.js';
import { floatTable, intTable, type Plan, type Scratch, type Step } from '../../ir/plan.js';
import type { AttrsOf } from '../../ir/schema.js';
import { sizeOf, type DataType } from '../../ir/tensor.js';
import { viewAround, type AxisView } from '../shared/axis-view.js';
import {
  MAX_ELEMENTS,
  checkAxes,
  checkChannelsStay,
  checkFinite,
  checkIntegers,
  checkedShape,
  floatOnly,
} from '../shared/checks.js';
import { evenPlaces, placesAlong, planRemap, remapShape, remapTable, type Places } from '../shared/remap.js';
import {
  isUnchanged,
  mixtureOf,
  nearestPlaces,
  reachOf,
  type Filter,
  type Mixture,
  type ResizedAxis,
} from '../shared/resize-axis.js';

const schema = {
  axes: 'axes',
  sizes: 'i32s',
  scales: 'f32s',
  mode: ['nearest', 'linear', 'cubic'],
  coordinates: [
    'half_pixel',
    'half_pixel_symmetric',
    'pytorch_half_pixel',
    'align_corners',
    'asymmetric',
    'tf_crop_and_resize',
  ],
  nearest: ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'],
  cubic: 'f32',
  excludeOutside: 'bool',
  antialias: 'bool',
  roi: 'f32s',
  extrapolation: 'f32',
} as const;

type ResizeAttrs = AttrsOf<typeof schema>;

/** Maximum number of weights of an axis. */
const MAX_WEIGHTS = 2 ** 20;

/** Maximum bound of a region, as a multiple of the axis's size. */
const MAX_REGION = 2 ** 20;

/**
 * Resizes `axes` to `sizes`; `scales` are the scales in the formulas of ONNX's Resize. A size of 0 follows from the scale, as
 * floor(size of the input * scale) in float32; a scale of 0 follows from the sizes before and after. `roi` has all starts,
 * then all ends of `axes`, and is only used by `tf_crop_and_resize`, where `extrapolation` is the value outside the input.
 * An int8 value keeps its channels, and gets the nearest integers.
 */
export const resize = defineOp({
  code: 21,
  name: 'resize',
  inputs: { x: 'value' },
  int8: true,
  attrs: schema,
  type: (inputs, { mode }) => (mode === 'nearest' ? inputs.x.type : floatOnly(inputs)),
  shape: ({ x }, given) => {
    const attrs = resolved(x, given);
    checkResize(x, attrs);
    checkChannelsStay(x, !attrs.axes.includes(x.shape.length - 1) && attrs.coordinates !== 'tf_crop_and_resize');
    const shape = x.shape.map((size, axis) => attrs.sizes[attrs.axes.indexOf(axis)] ?? size);
    if (attrs.mode === 'nearest') return remapShape(shape);
    checkPasses(x, attrs);
    return checkedShape(shape);
  },
  plan: ({ x }, output, given) => {
    const attrs = resolved(x, given);
    if (attrs.mode !== 'nearest') return planPasses(x, output, attrs);
    return planRemap(x, output, remapTable(nearestOffsets(x, attrs)), bitsOf(attrs.extrapolation, output.type));
  },
});

/** The attributes with the sizes and scales that follow from others. */
const resolved = ({ shape }: Value, attrs: ResizeAttrs): ResizeAttrs => {
  const lengths = attrs.axes.map((axis) => shape[axis] ?? 0);
  const scaled = (i: number) => Math.floor(Math.fround(lengths[i]! * Math.fround(attrs.scales[i] ?? 0)));
  const sizes = attrs.sizes.map((size, i) => (size === 0 ? scaled(i) : size));
  const scales = attrs.scales.map((scale, i) => (scale === 0 ? Math.fround((sizes[i] ?? 0) / lengths[i]!) : scale));
  return { ...attrs, sizes, scales };
};

const checkResize = (x: Value, { axes, sizes, scales, cubic, roi, coordinates, extrapolation }: ResizeAttrs): void => {
  checkAxes(axes, x.shape.length);
  checkIntegers('sizes', sizes, axes.length, 1, MAX_ELEMENTS);
  checkFinite('cubic or extrapolation', cubic, extrapolation);
  if (scales.length !== axes.length) throw new ShapeError(`there are ${scales.length} scales for ${axes.length} axes`);
  scales.forEach((scale, index) => {
    const fits = scale * x.shape[axes[index]!]! >= 0.4 && scale <= MAX_ELEMENTS;
    if (!fits) throw new ShapeError(`a scale of ${scale} is out of range for an axis of ${x.shape[axes[index]!]}`);
  });
  if (coordinates !== 'tf_crop_and_resize') return;
  if (roi.length !== 2 * axes.length) throw new ShapeError(`roi has ${roi.length} numbers for ${axes.length} axes`);
  if (!roi.every((bound) => Math.abs(bound) <= MAX_REGION)) throw new ShapeError(`roi is ${roi.join(', ')}`);
};

const checkPasses = (x: Value, attrs: ResizeAttrs): void => {
  let elements = sizeOf(x.shape);
  attrs.axes.forEach((axis, index) => {
    const size = attrs.sizes[index]!;
    const reach = reachOf(filterOf(attrs), attrs.scales[index]!);
    elements *= Math.max(1, size / x.shape[axis]!);
    if (size * reach > MAX_WEIGHTS || elements > MAX_ELEMENTS) {
      throw new ShapeError(`resizing ${x.shape[axis]} to ${size} needs too many weights`);
    }
  });
};

const filterOf = ({ mode, cubic, excludeOutside, antialias }: ResizeAttrs): Filter => ({
  mode: mode === 'cubic' ? 'cubic' : 'linear',
  cubic,
  excludeOutside,
  antialias,
});

const resizedAxis = (x: Value, { axes, sizes, scales, coordinates, roi }: ResizeAttrs, index: number): ResizedAxis => ({
  from: x.shape[axes[index]!]!,
  to: sizes[index]!,
  scale: scales[index]!,
  coordinates,
  start: roi[index] ?? 0,
  end: roi[axes.length + index] ?? 1,
});

const nearestOffsets = (x: Value, attrs: ResizeAttrs): Places[] => {
  const shape = shapeInWords(x);
  const places = shape.map((size) => evenPlaces(size));
  attrs.axes.forEach((axis, index) => (places[axis] = nearestPlaces(resizedAxis(x, attrs, index), attrs.nearest)));
  return placesAlong(shape, places);
};

const bitsOf = (value: number, type: DataType): number =>
  type === 'float32' ? new Int32Array(Float32Array.of(value).buffer)[0]! : Math.trunc(value);

/** The resizing of one axis, after earlier passes; each result is computed from at most `reach` elements. */
type Pass = { view: AxisView; to: number; reach: number; mixture: () => Mixture };

/** The axes that change size, shrinking ones first; one unchanged axis if there are none. */
const passesOf = (x: Value, attrs: ResizeAttrs): Pass[] => {
  const filter = filterOf(attrs);
  const changes = attrs.axes
    .map((axis, index) => ({ axis, resized: resizedAxis(x, attrs, index) }))
    .filter(({ resized }) => !isUnchanged(resized))
    .sort((a, b) => a.resized.to / a.resized.from - b.resized.to / b.resized.from);
  const shape = [...x.shape];
  const passes = changes.map(({ axis, resized }): Pass => {
    const view = viewAround(shape, axis);
    shape[axis] = resized.to;
    const reach = reachOf(filter, resized.scale);
    return { view, to: resized.to, reach, mixture: once(() => mixtureOf(resized, filter, attrs.extrapolation)) };
  });
  return passes.length
    ? passes
    : [{ view: { outer: 1, axis: 1, inner: sizeOf(x.shape) }, to: 1, reach: 1, mixture: () => SAME }];
};

const SAME: Mixture = { taps: 1, first: Int32Array.of(0), weights: Float32Array.of(1), bias: Float32Array.of(0) };

const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};

/** Size of the largest result between two passes in bytes, rounded up to a multiple of 64. */
const room = (passes: readonly Pass[]): number =>
  passes
    .slice(0, -1)
    .reduce((most, { view, to }) => Math.max(most, Math.ceil((view.outer * to * view.inner) / 16) * 64), 0);

const planPasses = (x: Value, output: Value, attrs: ResizeAttrs): Plan => {
  const passes = passesOf(x, attrs).map((pass) => ({
    ...pass,
    first: intTable(pass.to, (target) => target.set(pass.mixture().first)),
    weights: floatTable(pass.to * pass.reach, (target) => target.set(pass.mixture().weights)),
    bias: floatTable(pass.to, (target) => target.set(pass.mixture().bias)),
  }));
  const halves = [0, 1].map(() => ({ bytes: room(passes) }));
  return {
    tables: passes.flatMap(({ first, weights, bias }) => [first, weights, bias]),
    scratch: halves,
    bind: (kernels, address) => {
      let source: Value | Scratch = x;
      const steps = passes.map(({ view, to, mixture, first, weights, bias }, index): Step => {
        const target = index === passes.length - 1 ? output : halves[index % 2]!;
        const [y, from, list, w, b] = [target, source, first, weights, bias].map(address) as [
          number,
          number,
          number,
          number,
          number,
        ];
        const { taps } = mixture();
        source = target;
        return () => kernels.resample(y, from, list, w, b, view.outer, view.axis, to, view.inner, taps);
      });
      return () => {
        for (const step of steps) step();
      };
    },
  };
};
