// The usual forms of pre-processing.

import type { Preprocess } from './preprocess-spec.js';

const cropped = (
  size: number,
): Pick<Preprocess, 'width' | 'height' | 'resize' | 'shortSide' | 'filter' | 'order' | 'fill'> => ({
  width: size,
  height: size,
  resize: 'short-side',
  shortSide: Math.round((size * 256) / 224),
  filter: 'bilinear',
  order: 'RGB',
  fill: 0,
});

/** Two usual ways to feed a square input of `size` pixels: short side to `size * 256 / 224`, bilinear, centre crop. */
export const presets = {
  /** RGB / 255, then less the ImageNet mean and over its deviation: PyTorch's networks. */
  imagenet: (size: number): Preprocess => ({
    ...cropped(size),
    divisor: 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  }),
  /** RGB in -1..1: Inception, MobileNet and other networks of TensorFlow. */
  inception: (size: number): Preprocess => ({ ...cropped(size), divisor: 127.5, mean: [1], std: [1] }),
};
