// A zero-padded copy of one image, for kernels that read whole windows.

import { intTable, type Table } from '../op.js';
import { sizeOf } from '../tensor.js';
import type { Kernels } from '../wasm.js';
import { remapTable, type Remap } from './remap.js';
import { isPadded, paddedSizes, type Sliding } from './sliding.js';

/** The table of the copy; empty if there is no padding. */
export const padTable = (sliding: Sliding): Table => intTable(isPadded(sliding) ? paddedRemap(sliding).words : []);

/** Copies the image at an address to `target` with its padding; `table` is where `padTable` lies. */
export const padImage = (
  kernels: Kernels,
  sliding: Sliding,
  table: number,
  target: number,
): ((image: number) => void) => {
  const { rank, run } = paddedRemap(sliding);
  return (image) => kernels.remap(target, image, table, rank, run, 0);
};

const paddedRemap = (sliding: Sliding): Remap => {
  const { sizes, channels, pads } = sliding;
  const spatial = paddedSizes(sliding).map((padded, axis) => {
    const stride = sizeOf(sizes.slice(axis + 1)) * channels;
    return Array.from({ length: padded }, (_, i) => {
      const from = i - pads[axis]!;
      return from >= 0 && from < sizes[axis]! ? from * stride : -1;
    });
  });
  return remapTable([...spatial, Array.from({ length: channels }, (_, i) => i)]);
};

