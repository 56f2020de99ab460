// Orientation and other metadata of pictures.

import { readMetadata } from '../../src/image/metadata.js';
import { readOrientation } from '../../src/image/orientation.js';
import { expect, type Target } from '../engine/target.js';
import { picturesOf } from '../support/pictures.js';

export const target: Target = {
  seeds: () => ({ ...picturesOf('JPEG'), ...picturesOf('PNG'), ...picturesOf('WebP'), ...picturesOf('TIFF') }),
  run: async (bytes) => {
    const pieces = readMetadata(bytes);
    expect(
      pieces.every(({ start, end }) => start < end),
      'a piece of metadata that ends before it starts',
    );
    if (pieces.length === 0) return;
    const { value, tag } = await readOrientation(bytes);
    expect(value >= 1 && value <= 8, `orientation ${value}`);
    expect(!tag || tag.byte < bytes.length, 'a tag outside the file');
  },
  maxLength: 2048,
};
