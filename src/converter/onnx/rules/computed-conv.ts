// Convolutions whose weights are computed in a run: every tap of the window is a part of the padded image, and products of
// matrices, or of channels if the layer is depthwise, add the taps up.

import type { Value } from '../../../ir/value.js';
import { sizeOf } from '../../../ir/tensor.js';
import { concat } from '../../../ops/concat.js';
import { matmul } from '../../../ops/matmul.js';
import { pad } from '../../../ops/pad.js';
import { windowShape } from '../../../ops/shared/window.js';
import type { Builder } from '../../reading/builder.js';
import { apply } from '../../reading/calculate.js';
import { take } from '../../reading/ranges.js';
import { refuse } from '../../reading/refusal.js';
import type { Window } from '../../reading/window.js';

const UNBOUNDED = { low: -Infinity, high: Infinity };

/** x [N, ...sizes, C] with zeros around its spatial axes; negative pads crop. */
const padded = (build: Builder, x: Value, pads: readonly number[]): Value => {
  const rank = x.shape.length - 2;
  const around = [0, ...pads.slice(0, rank), 0, 0, ...pads.slice(rank), 0];
  return pads.some(Boolean) ? build.op(pad, { mode: 'constant', pads: around, value: 0 }, [x]) : x;
};

/** For each tap of the window, what it reads of x [N, ...sizes, C] in all windows: [N, ...windows, C]. */
const tapsOf = (build: Builder, x: Value, { kernel, strides, dilations, pads }: Window): Value[] => {
  const counts = windowShape(x.shape.slice(1, -1), kernel, strides, dilations, pads, false);
  const image = padded(build, x, pads);
  return Array.from({ length: sizeOf(kernel) }, (_, tap) => {
    const ranges = counts.map((count, i) => {
      const index = Math.floor(tap / sizeOf(kernel.slice(i + 1))) % kernel[i]!;
      return { axis: i + 1, start: index * dilations[i]!, step: strides[i]!, count };
    });
    return take(build, image, ranges);
  });
};

/** The sum of every tap times its weight for each channel; w is [C, taps]. */
const depthwise = (build: Builder, taps: readonly Value[], w: Value): Value =>
  taps
    .map((tap, index) => {
      const column = take(build, w, [{ axis: 1, start: index, step: 1, count: 1 }]);
      return apply(build, 'mul', tap, build.reshape(column, [w.shape[0]!]));
    })
    .reduce((sum, product) => apply(build, 'add', sum, product));

/** The product of all taps of each group with its weights, w [outputs, C / group, taps]. */
const grouped = (build: Builder, taps: readonly Value[], w: Value, group: number): Value => {
  const [outputs, inputs] = w.shape as [number, number];
  const [samples, ...sizes] = taps[0]!.shape.slice(0, -1) as [number, ...number[]];
  const places = sizeOf(sizes);
  const flat = taps.map((tap) => build.reshape(tap, [samples, places, 1, group, inputs], 1));
  const stacked = flat.length === 1 ? flat[0]! : build.op(concat, { axis: 2 }, flat);
  // [N, places, taps, group, inputs] -> [group, N, places, taps * inputs]
  const rows = build.reshape(
    build.transpose(stacked, [3, 0, 1, 2, 4]),
    [group, samples, places, taps.length * inputs],
    3,
  );
  const each = build.reshape(w, [group, outputs / group, inputs, taps.length], 1);
  // [group, outputs / group, inputs, taps] -> [group, 1, taps * inputs, outputs / group]
  const columns = build.reshape(
    build.transpose(each, [0, 3, 2, 1]),
    [group, 1, taps.length * inputs, outputs / group],
    2,
  );
  const y = build.transpose(build.op(matmul, UNBOUNDED, [rows, columns]), [1, 2, 0, 3]);
  return build.reshape(y, [samples, ...sizes, outputs], 1);
};

/** The convolution of x [N, ...sizes, C] with the value w [outputs, C / group, ...kernel], channels last. */
export const computedConv = (build: Builder, x: Value, w: Value, window: Window, group: number): Value => {
  const [outputs = 0, inputs = 0] = w.shape;
  const channels = x.shape.at(-1)!;
  if (inputs * group !== channels || outputs % group)
    refuse(`weights for ${group} groups of ${inputs} channels do not fit ${channels} channels`);
  const taps = tapsOf(build, x, window);
  const flat = build.reshape(w, [outputs, inputs, taps.length], 2);
  return group === channels && outputs === channels
    ? depthwise(build, taps, build.reshape(flat, [outputs, taps.length], 1))
    : grouped(build, taps, flat, group);
};

/** x [N, ...sizes, C] with `strides` - 1 zeros after every element of a spatial axis. */
const spread = (build: Builder, x: Value, strides: readonly number[]): Value =>
  strides.reduce((y, stride, i) => {
    if (stride === 1) return y;
    const axis = i + 1;
    const [before, size, after] = [y.shape.slice(0, axis), y.shape[axis]!, y.shape.slice(axis + 1)];
    const apart = build.reshape(y, [...before, size, sizeOf(after)], axis + 1);
    const pads = [...apart.shape.map(() => 0), ...apart.shape.map(() => 0)];
    pads[pads.length - 1] = (stride - 1) * sizeOf(after);
    const wide = build.op(pad, { mode: 'constant', pads, value: 0 }, [apart]);
    return build.reshape(wide, [...before, size * stride, ...after], axis);
  }, x);

/**
 * The transposed convolution of x [N, ...sizes, C] with the value w [C, outputs / group, ...kernel], channels last: an ordinary
 * one of the image with zeros between its elements, whose kernel is reversed.
 */
export const computedConvTranspose = (
  build: Builder,
  x: Value,
  w: Value,
  window: Window & { outputPads: readonly number[] },
  group: number,
): Value => {
  const { kernel, strides, dilations, pads, outputPads } = window;
  const rank = kernel.length;
  const [channels, outputs] = [w.shape[0]!, w.shape[1]! * group];
  if (channels % group) refuse(`weights of ${channels} channels cannot be in ${group} groups`);
  const reach = kernel.map((size, i) => (size - 1) * dilations[i]!);
  const around = [
    ...reach.map((span, i) => span - pads[i]!),
    ...reach.map((span, i) => span - pads[rank + i]! + outputPads[i]! - (strides[i]! - 1)),
  ];
  const reversed = take(
    build,
    w,
    kernel.map((count, i) => ({ axis: i + 2, start: count - 1, step: -1, count })),
  );
  const each = build.reshape(reversed, [group, channels / group, outputs / group, sizeOf(kernel)], 3);
  const turned = build.reshape(build.transpose(each, [0, 2, 1, 3]), [outputs, channels / group, ...kernel], 1);
  const plain = { kernel, dilations, strides: kernel.map(() => 1), pads: pads.map(() => 0) };
  return computedConv(build, padded(build, spread(build, x, strides), around), turned, plain, group);
};
