// Images of other sizes.

import type { AttrsOf } from '../../../ir/schema.js';
import type { Value } from '../../../ir/value.js';
import { resize } from '../../../ops/resize.js';
import type { Builder } from '../../reading/builder.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import type { Rules } from './rule.js';
import { spatialSizes } from './window.js';

type ResizeAttrs = AttrsOf<typeof resize.attrs>;

const coordinatesOf = (node: NodeView): ResizeAttrs['coordinates'] => {
  const [corners, centres] = [node.flag('align_corners'), node.flag('half_pixel_centers')];
  if (corners && centres) refuse('align_corners and half_pixel_centers are both set');
  return corners ? 'align_corners' : centres ? 'half_pixel' : 'asymmetric';
};

const resized = (
  node: NodeView,
  build: Builder,
  mode: ResizeAttrs['mode'],
  nearest: (coordinates: ResizeAttrs['coordinates']) => ResizeAttrs['nearest'],
): Value => {
  const x = node.input(0);
  const from = spatialSizes(x.shape);
  const sizes = node.numbers(1) ?? refuse('the size is missing');
  if (sizes.length !== 2) refuse(`the size has ${sizes.length} numbers; 2 are needed`);
  const coordinates = coordinatesOf(node);
  const changed = [0, 1].filter((axis) => sizes[axis] !== from[axis]);
  if (changed.length === 0) return x;
  return build.op(
    resize,
    {
      mode,
      coordinates,
      nearest: nearest(coordinates),
      axes: changed.map((axis) => axis + 1),
      sizes: changed.map((axis) => sizes[axis]!),
      scales: changed.map((axis) => Math.fround(sizes[axis]! / from[axis]!)),
      cubic: -0.75,
      excludeOutside: false,
      antialias: false,
      roi: [],
      extrapolation: 0,
    },
    [x],
  );
};

export const resizeRules: Rules = {
  RESIZE_BILINEAR: (node, build) => resized(node, build, 'linear', () => 'floor'),
  RESIZE_NEAREST_NEIGHBOR: (node, build) =>
    resized(node, build, 'nearest', (coordinates) => (coordinates === 'asymmetric' ? 'floor' : 'round_prefer_ceil')),
};
