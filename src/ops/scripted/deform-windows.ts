// Windows of images whose taps are moved, each by an offset of its own: what a deformable convolution multiplies.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { sameShape, showShape, sizeOf } from '../../ir/tensor.js';
import { checkInteger, checkedShape, floatOnly } from '../shared/checks.js';
import { windowShape } from '../shared/window.js';
import { planScript, type Elements } from './script.js';

/**
 * y[n, i, j, c * taps + t] = x[n, ., ., c] at the place of tap t in window (i, j), moved by its offset, times its mask.
 *
 * Inputs: x [N, H, W, C], offsets [N, H', W', groups * taps * 2] with the vertical offset first, optionally masks
 * [N, H', W', groups * taps]. The channels of x are in `groups` equal parts, each with offsets and masks of its own. Values
 * between pixels are interpolated linearly; pixels outside of the image are 0.
 */
export const deformWindows = defineOp({
  code: 40,
  name: 'deformWindows',
  inputs: { x: 'value', offsets: 'value', masks: 'value?' },
  attrs: { kernel: 'i32s', strides: 'i32s', dilations: 'i32s', pads: 'i32s', groups: 'i32' },
  type: floatOnly,
  shape: ({ x, offsets, masks }, { kernel, strides, dilations, pads, groups }) => {
    if (x.shape.length !== 4) throw new ShapeError(`${showShape(x.shape)} is not [N, H, W, C]`);
    checkInteger('groups', groups, 1);
    const [samples, height, width, channels] = x.shape as [number, number, number, number];
    const places = [samples, ...windowShape([height, width], kernel, strides, dilations, pads, false)];
    const taps = sizeOf(kernel);
    const check = (value: typeof x, expected: number[]) => {
      if (!sameShape(value.shape, expected))
        throw new ShapeError(`${value.name} has shape ${showShape(value.shape)}; expected ${showShape(expected)}`);
    };
    check(offsets, [...places, groups * taps * 2]);
    if (masks) check(masks, [...places, groups * taps]);
    if (channels % groups) throw new ShapeError(`${channels} channels cannot be in ${groups} groups`);
    return checkedShape([...places, channels * taps]);
  },
  plan: ({ x, offsets, masks }, output, { kernel, strides, dilations, pads, groups }) => {
    const [, height, width, channels] = x.shape as [number, number, number, number];
    const [samples, rows, columns] = output.shape as [number, number, number];
    const taps = sizeOf(kernel);
    const own = channels / groups;
    const inputs = masks ? [x, offsets, masks] : [x, offsets];
    return planScript(inputs, output, ([image, moves, factors], y) => {
      const corners = new Corners(height, width);
      for (let place = 0; place < samples * rows * columns; place++) {
        const n = Math.floor(place / (rows * columns));
        const top = (Math.floor(place / columns) % rows) * strides[0]! - pads[0]!;
        const left = (place % columns) * strides[1]! - pads[1]!;
        for (let k = 0; k < groups * taps; k++) {
          const tap = k % taps;
          const at = (place * groups * taps + k) * 2;
          corners.moveTo(
            top + Math.floor(tap / kernel[1]!) * dilations[0]! + moves![at]!,
            left + (tap % kernel[1]!) * dilations[1]! + moves![at + 1]!,
          );
          const factor = factors ? factors[place * groups * taps + k]! : 1;
          const first = Math.floor(k / taps) * own;
          for (let c = first; c < first + own; c++)
            y[(place * channels + c) * taps + tap] =
              factor * corners.interpolate(image!, n * height * width * channels + c, channels);
        }
      }
    });
  },
});

/** The four pixels around a place of an image, and how much each counts; those outside of it count 0. */
class Corners {
  private readonly pixels = new Int32Array(4);
  private readonly weights = new Float64Array(4);

  constructor(
    private readonly height: number,
    private readonly width: number,
  ) {}

  moveTo(v: number, u: number): void {
    const [row, column] = [Math.floor(v), Math.floor(u)];
    for (let corner = 0; corner < 4; corner++) {
      const [i, j] = [row + (corner >> 1), column + (corner & 1)];
      const isInside = i >= 0 && i < this.height && j >= 0 && j < this.width;
      this.pixels[corner] = isInside ? i * this.width + j : 0;
      this.weights[corner] = isInside ? (1 - Math.abs(v - i)) * (1 - Math.abs(u - j)) : 0;
    }
  }

  /** The channel of which the first pixel is at `start`, at the place. */
  interpolate(image: Elements, start: number, channels: number): number {
    let sum = 0;
    for (let corner = 0; corner < 4; corner++)
      if (this.weights[corner]) sum += this.weights[corner]! * image[start + this.pixels[corner]! * channels]!;
    return sum;
  }
}
