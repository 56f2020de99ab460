// The container of WebP pictures, without the pixels.

import { checkSize } from '../../src/image/pixels.js';
import { readWebp } from '../../src/node/webp-container.js';
import { expect, type Target } from '../engine/target.js';
import { picturesOf } from '../support/pictures.js';

export const target: Target = {
  seeds: () => picturesOf('WebP'),
  run: (bytes) => {
    const { width, height, frame } = readWebp(bytes);
    checkSize(width, height);
    expect(!frame || (frame.x < width && frame.y < height), 'a frame outside its picture');
  },
  maxLength: 1024,
};
