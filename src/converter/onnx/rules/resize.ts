// Resize and Upsample.

import type { AttrsOf } from '../../../ir/schema.js';
import { resize } from '../../../ops/rare/resize.js';
import type { Value } from '../../../ir/value.js';
import type { Builder } from '../../reading/builder.js';
import { axisOf } from '../../reading/axes.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import type { Rule, Rules } from './rule.js';

type ResizeAttrs = AttrsOf<typeof resize.attrs>;

/** The new size of an axis, the factor for its coordinates, and the part of the axis that is read. */
type Target = { axis: number; size: number; scale: number; from: number; to: number };

/** Attributes that are the same for all axes. */
type Manner = Omit<ResizeAttrs, 'axes' | 'sizes' | 'scales' | 'roi'>;

const COORDINATES = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
  'tf_crop_and_resize',
] as const;

const PLAIN = { cubic: -0.75, excludeOutside: false, antialias: false, extrapolation: 0 };

const resized = (build: Builder, x: Value, targets: readonly Target[], manner: Manner): Value => {
  const isCrop = manner.coordinates === 'tf_crop_and_resize';
  const changed = targets.filter(
    ({ axis, size, scale, from, to }) => size !== x.shape[axis] || scale !== 1 || (isCrop && (from !== 0 || to !== 1)),
  );
  if (changed.length === 0) return x;
  const attrs = {
    ...manner,
    axes: changed.map(({ axis }) => axis),
    sizes: changed.map(({ size }) => size),
    scales: changed.map(({ scale }) => Math.fround(scale)),
    roi: isCrop ? [...changed.map(({ from }) => from), ...changed.map(({ to }) => to)] : [],
  };
  return build.op(resize, attrs, [x]);
};

/** The product is that of floats: 10 * 0.7 is 7. */
const scaledTarget = (axis: number, length: number, scale: number): Target => {
  const size = Math.floor(Math.fround(length * Math.fround(scale)));
  if (!(scale > 0 && size >= 1)) refuse(`scale ${scale} is not supported for an axis of ${length}`);
  return { axis, size, scale, from: 0, to: 1 };
};

const checkCount = (numbers: readonly number[], axes: readonly number[], what: string): void => {
  if (numbers.length !== axes.length) refuse(`${numbers.length} ${what} do not fit ${axes.length} axes`);
};

/** Targets for sizes, all with the same factor if the policy keeps the proportions. */
const sizedTargets = (
  node: NodeView,
  shape: readonly number[],
  axes: readonly number[],
  sizes: readonly number[],
): Target[] => {
  checkCount(sizes, axes, 'sizes');
  const policy = node.word('keep_aspect_ratio_policy', ['stretch', 'not_larger', 'not_smaller']);
  const factors = axes.map((axis, i) => sizes[i]! / shape[axis]!);
  const common = policy === 'not_larger' ? Math.min(...factors) : Math.max(...factors);
  return axes.map((axis, i) => {
    if (policy === 'stretch') return { axis, size: sizes[i]!, scale: factors[i]!, from: 0, to: 1 };
    return { axis, size: Math.floor(common * shape[axis]! + 0.5), scale: common, from: 0, to: 1 };
  });
};

const targetsOf = (node: NodeView, shape: readonly number[]): Target[] => {
  const axes = node.ints('axes', [...shape.keys()]).map((axis) => axisOf(axis, shape.length));
  const scales = node.numbers(2) ?? [];
  const sizes = node.numbers(3) ?? [];
  if (sizes.length) return sizedTargets(node, shape, axes, sizes);
  checkCount(scales, axes, 'scales');
  return axes.map((axis, i) => scaledTarget(axis, shape[axis]!, scales[i]!));
};

const readRegion = (node: NodeView, targets: readonly Target[]): Target[] => {
  const region = node.numbers(1) ?? [];
  checkCount(
    region,
    [...targets, ...targets].map(({ axis }) => axis),
    'numbers of a region',
  );
  return targets.map((target, i) => ({ ...target, from: region[i]!, to: region[targets.length + i]! }));
};

const resizeRule: Rule = (node, build) => {
  if (node.opset < 11) return oldResize(node, build, node.numbers(1) ?? refuse('the scales are missing'));
  const x = node.input(0);
  const mode = node.word('mode', ['nearest', 'linear', 'cubic']);
  const manner: Manner = {
    mode,
    coordinates: node.word('coordinate_transformation_mode', COORDINATES),
    nearest: node.word('nearest_mode', ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil']),
    cubic: node.float('cubic_coeff_a', -0.75),
    excludeOutside: node.flag('exclude_outside', false),
    antialias: node.flag('antialias', false),
    extrapolation: node.float('extrapolation_value', 0),
  };
  const targets = targetsOf(node, x.shape);
  return resized(build, x, manner.coordinates === 'tf_crop_and_resize' ? readRegion(node, targets) : targets, manner);
};

/** Before opset 11: nearest takes the element below when enlarging and the one above when shrinking. */
const oldResize = (node: NodeView, build: Builder, scales: readonly number[]): Value => {
  const x = node.input(0);
  const mode = node.word('mode', ['nearest', 'linear', 'bilinear']);
  checkCount(scales, x.shape, 'scales');
  const targets = x.shape.map((length, axis) => scaledTarget(axis, length, scales[axis]!));
  const manner = { ...PLAIN, coordinates: 'asymmetric', nearest: 'floor' } as const;
  if (mode !== 'nearest') return resized(build, x, targets, { ...manner, mode: 'linear' });
  const large = resized(
    build,
    x,
    targets.filter(({ scale }) => scale >= 1),
    { ...manner, mode },
  );
  return resized(
    build,
    large,
    targets.filter(({ scale }) => scale < 1),
    { ...manner, mode, nearest: 'ceil' },
  );
};

const upsample: Rule = (node, build) =>
  oldResize(
    node,
    build,
    node.opset < 9 ? node.floats('scales') : (node.numbers(1) ?? refuse('the scales are missing')),
  );

export const resizeRules: Rules = { Resize: resizeRule, Upsample: upsample };
