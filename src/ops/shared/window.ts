// Output sizes of sliding windows, for convolution and pooling.

import { ShapeError } from '../../errors.js';
import { showShape } from '../../ir/tensor.js';
import { checkIntegers, MAX_ELEMENTS } from './checks.js';

/** The spatial part of `shape`, [N, ...spatial, C] with 1 to 3 spatial axes. @throws {ShapeError} for other ranks */
export const spatialOf = (shape: readonly number[]): number[] => {
  if (shape.length < 3 || shape.length > 5) {
    throw new ShapeError(`${showShape(shape)} does not have 1 to 3 spatial axes between samples and channels`);
  }
  return shape.slice(1, -1);
};

/** @throws {ShapeError} if the window's attributes do not match the number of spatial axes */
const checkWindow = (
  rank: number,
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
  pads: readonly number[],
): void => {
  checkIntegers('kernel', kernel, rank, 1);
  checkIntegers('strides', strides, rank, 1);
  checkIntegers('dilations', dilations, rank, 1);
  checkIntegers('pads', pads, 2 * rank, 0);
};

/** How many elements a window of `kernel` taps spans. */
export const windowSpan = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

/**
 * Output sizes of a window that slides over `sizes`; `pads` are all begins, then all ends. With `ceil`, the last
 * window may extend past the padding at the end if it starts inside the input or the padding before it.
 *
 * @throws {ShapeError} if an attribute is out of range or the window is larger than the padded input
 */
export const windowShape = (
  sizes: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
  pads: readonly number[],
  ceil: boolean,
): number[] => {
  const rank = sizes.length;
  checkWindow(rank, kernel, strides, dilations, pads);
  return sizes.map((size, axis) => {
    const begin = pads[axis]!;
    const stride = strides[axis]!;
    const room = size + begin + pads[rank + axis]! - windowSpan(kernel[axis]!, dilations[axis]!);
    let count = (ceil ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
    if (ceil && (count - 1) * stride >= size + begin) count--;
    if (!(count >= 1 && count <= MAX_ELEMENTS)) {
      throw new ShapeError(
        `a window of ${showShape(kernel)} does not fit into ${showShape(sizes)} with pads ${showShape(pads)}`,
      );
    }
    return count;
  });
};

/**
 * Output sizes of the transposed window: `(size - 1) * stride + span - pads + outputPads`.
 *
 * @throws {ShapeError} if an attribute is out of range or the output is empty
 */
export const outputSizes = (
  sizes: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
  pads: readonly number[],
  outputPads: readonly number[],
): number[] => {
  const rank = sizes.length;
  checkWindow(rank, kernel, strides, dilations, pads);
  checkIntegers('outputPads', outputPads, rank, 0);
  return sizes.map((size, axis) => {
    const full = (size - 1) * strides[axis]! + windowSpan(kernel[axis]!, dilations[axis]!) + outputPads[axis]!;
    const count = full - pads[axis]! - pads[rank + axis]!;
    if (!(count >= 1 && count <= MAX_ELEMENTS)) {
      throw new ShapeError(`pads ${showShape(pads)} leave no elements of ${showShape(sizes)}`);
    }
    return count;
  });
};
