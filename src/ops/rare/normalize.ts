// Layer, instance and group normalisation.

import { ShapeError } from '../../errors.js';
import type { Value } from '../../ir/value.js';
import { defineOp } from '../../ir/op.js';
import type { AttrsOf } from '../../ir/schema.js';
import { showShape, sizeOf } from '../../ir/tensor.js';
import { checkInteger, floatOnly } from '../shared/checks.js';

const schema = { start: 'i32', groups: 'i32', epsilon: 'f32' } as const;

/** x as [outer, size, channels]. */
const viewOf = ({ shape }: Value, { start }: AttrsOf<typeof schema>) => ({
  outer: sizeOf(shape.slice(0, start)),
  size: sizeOf(shape.slice(start, -1)),
  channels: shape.at(-1)!,
});

/**
 * y = (x - mean) / sqrt(variance + epsilon) * scale + bias; mean and variance over the axes from `start` on, separately
 * for each of `groups` parts of the last axis.
 *
 * Inputs: x, scale, bias. The latter two have one value per channel or, with one group, one per element from `start`
 * on.
 */
export const normalize = defineOp({
  code: 19,
  name: 'normalize',
  inputs: { x: 'value', scale: 'value', bias: 'value' },
  attrs: schema,
  type: floatOnly,
  shape: ({ x, scale, bias }, attrs) => {
    const { start, groups, epsilon } = attrs;
    checkInteger('start', start, 0, x.shape.length - 1);
    const { size, channels } = viewOf(x, attrs);
    checkInteger('groups', groups, 1, channels);
    if (channels % groups) throw new ShapeError(`${groups} groups do not divide ${channels} channels`);
    if (!(epsilon >= 0 && epsilon < Infinity))
      throw new ShapeError(`epsilon is ${epsilon}; expected a finite number of at least 0`);
    for (const { shape } of [scale, bias]) {
      const fits = sizeOf(shape) === channels || (groups === 1 && sizeOf(shape) === size * channels);
      if (!fits || sizeOf(shape) !== sizeOf(scale.shape)) {
        const shapes = `${showShape(scale.shape)} and ${showShape(bias.shape)}`;
        throw new ShapeError(`scale and bias have shapes ${shapes}; expected ${channels} values`);
      }
    }
    return x.shape;
  },
  plan: ({ x, scale, bias }, output, attrs) => {
    const { groups, epsilon } = attrs;
    const { outer, size, channels } = viewOf(x, attrs);
    const sums = { bytes: groups > 1 ? channels * 8 : 0 };
    return {
      overwrites: x,
      scratch: [sums],
      bind: (kernels, address) => {
        const [y, from, w, b] = [address(output), address(x), address(scale), address(bias)];
        if (groups > 1) {
          const scratch = address(sums);
          return () => kernels.normalizeGroups(y, from, w, b, scratch, outer, size, channels, groups, epsilon);
        }
        const width = sizeOf(scale.shape);
        const repeats = (size * channels) / width;
        return () => kernels.normalizeRows(y, from, w, b, outer, repeats, width, epsilon);
      },
    };
  },
});
