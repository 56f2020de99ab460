// Images of other sizes.

import type { AttrsOf } from '../../../ir/schema.js';
import { showList } from '../../../ir/tensor.js';
import type { Value } from '../../../ir/value.js';
import { gather } from '../../../ops/rare/gather.js';
import { resize } from '../../../ops/rare/resize.js';
import { nearestPlaces, type Coordinates } from '../../../ops/shared/resize-axis.js';
import type { Builder } from '../../reading/builder.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import type { Rule, Rules } from './rule.js';
import { spatialSizes } from './window.js';

type ResizeAttrs = AttrsOf<typeof resize.attrs>;

/** An axis that gets another size. */
type Change = { axis: number; from: number; to: number };

/** The longest side of an image: its places are listed. */
const MAX_SIDE = 2 ** 16;

const coordinatesOf = (node: NodeView): Coordinates => {
  const [corners, centres] = [node.flag('align_corners'), node.flag('half_pixel_centers')];
  if (corners && centres) refuse('align_corners and half_pixel_centers are both set');
  return corners ? 'align_corners' : centres ? 'half_pixel' : 'asymmetric';
};

const changesOf = (node: NodeView): Change[] => {
  const from = spatialSizes(node.input(0).shape);
  const to = node.numbers(1) ?? refuse('the size is missing');
  if (to.length !== 2 || !to.every((size) => size >= 1))
    refuse(`the size ${showList(to)} is not that of an image: a height and a width of at least 1`);
  if (Math.max(...to) > MAX_SIDE) refuse(`the size is ${to.join(' x ')}; sides of at most ${MAX_SIDE} are supported`);
  return from.map((size, i) => ({ axis: i + 1, from: size, to: to[i]! })).filter((change) => change.from !== change.to);
};

const scaleOf = ({ from, to }: Change): number => Math.fround(to / from);

const resized = (
  build: Builder,
  x: Value,
  changes: readonly Change[],
  manner: Pick<ResizeAttrs, 'mode' | 'coordinates' | 'nearest'>,
): Value =>
  changes.length === 0
    ? x
    : build.op(
        resize,
        {
          ...manner,
          axes: changes.map(({ axis }) => axis),
          sizes: changes.map(({ to }) => to),
          scales: changes.map(scaleOf),
          cubic: -0.75,
          excludeOutside: false,
          antialias: false,
          roi: [],
          extrapolation: 0,
        },
        [x],
      );

const bilinear: Rule = (node, build) =>
  resized(build, node.input(0), changesOf(node), {
    mode: 'linear',
    coordinates: coordinatesOf(node),
    nearest: 'floor',
  });

/** The places that TensorFlow Lite takes, which computes them in single precision. */
const placesOf = ({ from, to }: Change, coordinates: Coordinates): number[] => {
  const hasCorners = coordinates === 'align_corners';
  const scale = hasCorners && to > 1 ? Math.fround((from - 1) / (to - 1)) : Math.fround(from / to);
  const shift = coordinates === 'half_pixel' ? 0.5 : 0;
  return Array.from({ length: to }, (_, index) => {
    const place = Math.fround((index + shift) * scale);
    return Math.min(Math.floor(hasCorners ? place + 0.5 : place), from - 1);
  });
};

/** An axis whose places are not those of the op, as where rounding decides between two, is gathered place by place. */
const nearest: Rule = (node, build) => {
  const coordinates = coordinatesOf(node);
  const rounding = coordinates === 'asymmetric' ? 'floor' : 'round_prefer_ceil';
  const isAlike = (change: Change): boolean => {
    const own = nearestPlaces({ ...change, scale: scaleOf(change), coordinates, start: 0, end: 1 }, rounding);
    return placesOf(change, coordinates).every((place, index) => own.at(index) === place);
  };
  const changes = changesOf(node);
  const y = resized(build, node.input(0), changes.filter(isAlike), { mode: 'nearest', coordinates, nearest: rounding });
  return changes
    .filter((change) => !isAlike(change))
    .reduce((x, change) => build.op(gather, { axis: change.axis }, [x, build.ints(placesOf(change, coordinates))]), y);
};

export const resizeRules: Rules = { RESIZE_BILINEAR: bilinear, RESIZE_NEAREST_NEIGHBOR: nearest };
