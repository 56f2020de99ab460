// A zero-padded copy of one image, for kernels that read whole windows.

import { listTable, type Table } from '../../ir/op.js';
import { sizeOf } from '../../ir/tensor.js';
import type { Kernels } from '../../kernels/wasm.js';
import { evenPlaces, remapTable, type Places } from '../shared/remap.js';
import { isPadded, paddedSizes, type Sliding } from './sliding.js';

/** The table of the copy; empty if there is no padding. */
export const padTable = (sliding: Sliding): Table =>
  isPadded(sliding) ? remapTable(paddedPlaces(sliding)) : listTable([]);

/** Copies the image at an address to `target` with its padding; `table` is where `padTable` lies. */
export const padImage =
  (kernels: Kernels, table: number, target: number): ((image: number) => void) =>
  (image) =>
    kernels.remap(target, image, table, 0);

const paddedPlaces = (sliding: Sliding): Places[] => {
  const { sizes, channels, pads } = sliding;
  const spatial = paddedSizes(sliding).map((count, axis): Places => {
    const stride = sizeOf(sizes.slice(axis + 1)) * channels;
    if (count === sizes[axis]) return evenPlaces(count, 0, stride);
    const at = (i: number) => {
      const from = i - pads[axis]!;
      return from >= 0 && from < sizes[axis]! ? from * stride : -1;
    };
    return { count, at };
  });
  return [...spatial, evenPlaces(channels)];
};
