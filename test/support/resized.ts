// Resizing by the definition: for every pixel of the result, the weights of its inputs, in the arithmetic of Pillow.

import type { Pixels } from '../../src/image/pixels.js';
import type { Filter } from '../../src/image/preprocess-spec.js';
import type { Resizing } from '../../src/image/resample.js';
import { withChannels } from './pictures.js';

/** All of a picture brought to a size. */
export const wholeOf = (width: number, height: number, filter: Filter): Resizing => ({
  ...{ width, height, filter },
  window: { left: 0, top: 0, width, height },
});

const KERNELS: Record<Filter, { support: number; weight: (distance: number) => number }> = {
  bilinear: { support: 1, weight: (x) => (x < 1 ? 1 - x : 0) },
  bicubic: {
    support: 2,
    weight: (x) => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0),
  },
};

/** The pixels of a line, brought to another length; a pixel has three values. */
const resizedLine = (line: readonly number[][], length: number, filter: Filter): number[][] => {
  if (line.length === length) return [...line];
  const { support, weight } = KERNELS[filter];
  const scale = line.length / length;
  const widening = Math.max(1, scale);
  return Array.from({ length }, (_, i) => {
    const center = (i + 0.5) * scale;
    const from = Math.max(0, Math.trunc(center - support * widening + 0.5));
    const to = Math.min(line.length, Math.trunc(center + support * widening + 0.5));
    const inputs = line.slice(from, to);
    const exact = inputs.map((_, k) => weight(Math.abs((from + k - center + 0.5) * (1 / widening))));
    const sum = exact.reduce((total, w) => total + w, 0);
    return [0, 1, 2].map((channel) => {
      let value = 1n << 21n;
      inputs.forEach((pixel, k) => {
        const w = (exact[k]! / sum) * 2 ** 22;
        value += BigInt(Math.trunc(w < 0 ? w - 0.5 : w + 0.5)) * BigInt(pixel[channel]!);
      });
      return Math.max(0, Math.min(255, Number(value >> 22n)));
    });
  });
};

const transposed = (rows: readonly number[][][]): number[][][] =>
  rows[0]!.map((_, column) => rows.map((row) => row[column]!));

/** The window of a picture brought to a size, as RGB. */
export const resized = (pixels: Pixels, { width, height, filter, window }: Resizing): Pixels => {
  const { data, channels } = pixels;
  let rows = Array.from({ length: pixels.height }, (_, y) =>
    Array.from({ length: pixels.width }, (_, x) =>
      [0, 1, 2].map((channel) => data[(y * pixels.width + x) * channels + channel]!),
    ),
  );
  const across = (): void => {
    rows = rows.map((row) => resizedLine(row, width, filter));
  };
  const down = (): void => {
    rows = transposed(transposed(rows).map((column) => resizedLine(column, height, filter)));
  };
  const lostRows = pixels.height - height;
  const passes = lostRows > 0 && lostRows > (pixels.width - width) * 2 ? [down, across] : [across, down];
  for (const pass of passes) pass();
  const { left, top } = window;
  const kept = rows
    .slice(top, top + window.height)
    .flatMap((row) => row.slice(left, left + window.width))
    .flat();
  return { data: Uint8Array.from(kept), width: window.width, height: window.height, channels: 3 };
};

/** The RGB bytes of a picture. */
export const rgbOf = (pixels: Pixels): Uint8Array => withChannels(pixels, 3).data as Uint8Array;
