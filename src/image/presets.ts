// The usual forms of pre-processing.

import { check } from '../arguments.js';
import { SIDE } from './preprocess-check.js';
import type { Preprocess } from './preprocess-spec.js';

const cropped = (size: number): Omit<Preprocess, 'divisor' | 'mean' | 'std'> => {
  check('the size of a preset', size, SIDE, 'size');
  const shortSide = Math.round((size * 256) / 224);
  return { width: size, height: size, resize: 'short-side', shortSide, filter: 'bilinear', order: 'RGB', fill: 0 };
};

/**
 * Two usual ways to feed a square input of `size` pixels: short side to `size * 256 / 224`, bilinear, centre crop.
 *
 * @throws {ArgumentError} for a size that is not an integer from 1 to 16384
 */
export const presets = {
  /** RGB / 255, normalised by ImageNet's mean and standard deviation: networks of PyTorch. */
  imagenet: (size: number): Preprocess => ({
    ...cropped(size),
    divisor: 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  }),
  /** RGB in -1..1: Inception, MobileNet and other networks of TensorFlow. */
  inception: (size: number): Preprocess => ({ ...cropped(size), divisor: 127.5, mean: [1], std: [1] }),
};
