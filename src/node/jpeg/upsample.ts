// Brings the rows of a component to the size of the picture, as libjpeg-turbo's "fancy" upsampling does.

import type { Component, Frame } from './frame.js';
import type { Workspace } from './workspace.js';

/** The address of row `y` of the picture, one sample a column, until the next call. */
export type RowReader = (y: number) => number;

/**
 * How to read the rows of a component; undefined if its sampling factors do not divide those of the frame.
 *
 * @param row where a row is built
 * @param sums where a row is built before it is widened, of 16 bits
 */
export const rowReader = (
  component: Component,
  frame: Frame,
  workspace: Workspace,
  row: Uint8Array,
  sums: Int16Array,
): RowReader | undefined => {
  const { samples, width, height } = component;
  const { kernels } = workspace;
  const stride = component.stride * 8;
  const [across, down] = [frame.h / component.h, frame.v / component.v];
  if (!Number.isInteger(across) || !Number.isInteger(down)) return undefined;

  // The row above or below that is nearest to row `y` of the picture; at the edge the row itself.
  const neighbour = (y: number): number => Math.min(Math.max((y >> 1) + (y & 1 ? 1 : -1), 0), height - 1) * stride;
  const address = samples.byteOffset;

  if (across === 1 && down === 1) return (y) => address + y * stride;
  if (across === 2 && down === 1 && width > 2) {
    return (y) => {
      kernels.loadRow(address + y * stride, sums.byteOffset, width);
      kernels.widenRow(sums.byteOffset, row.byteOffset, width, 2, 1, 2);
      return row.byteOffset;
    };
  }
  if (across === 2 && down === 2 && width > 2) {
    return (y) => {
      kernels.joinRows(address + (y >> 1) * stride, address + neighbour(y), sums.byteOffset, width);
      kernels.widenRow(sums.byteOffset, row.byteOffset, width, 4, 8, 7);
      return row.byteOffset;
    };
  }
  if (across === 1 && down === 2) {
    return (y) => {
      const bias = y & 1 ? 2 : 1;
      for (let x = 0, s = (y >> 1) * stride, n = neighbour(y); x < width; x++, s++, n++) {
        row[x] = (samples[s]! * 3 + samples[n]! + bias) >> 2;
      }
      return row.byteOffset;
    };
  }
  return (y) => {
    const start = Math.floor(y / down) * stride;
    for (let x = 0, t = 0; x < width; x++) {
      for (let i = 0; i < across; i++, t++) row[t] = samples[start + x]!;
    }
    return row.byteOffset;
  };
};
