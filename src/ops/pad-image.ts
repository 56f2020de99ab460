// A zero-padded copy of one image, for kernels that read whole windows.

import { intTable, type Table } from '../op.js';
import { sizeOf } from '../tensor.js';
import type { Kernels } from '../wasm.js';
import { remapTable, sequence } from './remap.js';
import { isPadded, paddedSizes, type Sliding } from './sliding.js';

/** The table of the copy; empty if there is no padding. */
export const padTable = (sliding: Sliding): Table => intTable(isPadded(sliding) ? paddedWords(sliding) : []);

/** Copies the image at an address to `target` with its padding; `table` is where `padTable` lies. */
export const padImage =
  (kernels: Kernels, table: number, target: number): ((image: number) => void) =>
  (image) =>
    kernels.remap(target, image, table, 0);

const paddedWords = (sliding: Sliding): Int32Array => {
  const { sizes, channels, pads } = sliding;
  const spatial = paddedSizes(sliding).map((padded, axis) => {
    const stride = sizeOf(sizes.slice(axis + 1)) * channels;
    return Array.from({ length: padded }, (_, i) => {
      const from = i - pads[axis]!;
      return from >= 0 && from < sizes[axis]! ? from * stride : -1;
    });
  });
  return remapTable([...spatial, sequence(channels)]).words;
};

