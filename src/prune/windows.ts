// What a convolution reads for some of its output pixels: a row of numbers for each.

import { spatialOf } from '../ops/shared/window.js';
import { channelsOf } from '../ir/value.js';
import type { Layer } from './layers.js';

/** Writes windows [inputs][taps] of a sample into rows. */
export type TakeWindow = (sample: Float32Array, pixel: number, target: Float64Array | Float32Array, at: number) => void;

/** How to take the windows of a layer from its input, an array [...sizes, channels]. */
export const windowTaker = ({ conv: { x, node, attrs }, inputs, taps }: Layer): TakeWindow => {
  const sizes = spatialOf(x.shape);
  const outputs = node.output.shape.slice(1, -1);
  const { kernel, strides, dilations, pads } = attrs;
  const channels = channelsOf(x);
  const index = (place: number, shape: readonly number[]): number[] => {
    const result = new Array<number>(shape.length);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      result[axis] = place % shape[axis]!;
      place = Math.floor(place / shape[axis]!);
    }
    return result;
  };
  const offsets = Array.from({ length: taps }, (_, tap) => index(tap, kernel));
  return (sample, pixel, target, at) => {
    const corner = index(pixel, outputs).map((place, axis) => place * strides[axis]! - pads[axis]!);
    offsets.forEach((offset, tap) => {
      let start = 0;
      for (let axis = 0; axis < sizes.length; axis++) {
        const place = corner[axis]! + offset[axis]! * dilations[axis]!;
        if (place < 0 || place >= sizes[axis]!) {
          for (let input = 0; input < inputs; input++) target[at + input * taps + tap] = 0;
          return;
        }
        start = start * sizes[axis]! + place;
      }
      for (let input = 0; input < inputs; input++) target[at + input * taps + tap] = sample[start * channels + input]!;
    });
  };
};
