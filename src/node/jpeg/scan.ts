// A scan of a JPEG file: walks its blocks in the order in which they are stored.

import type { Component, Frame } from './frame.js';

/** A component in a scan, with the numbers of its entropy-coding tables. */
export type ScanComponent = { component: Component; dcTable: number; acTable: number; predictor: number };

/** What a scan header says (ITU T.81, B.2.3). */
export type Scan = {
  parts: ScanComponent[];
  /** First and last coefficient of the band, in zigzag order. */
  start: number;
  end: number;
  /** Bits that earlier scans left out, and that this one leaves out. */
  high: number;
  low: number;
};

/** Reads the blocks of a scan. */
export type Coder = {
  /** Whether the data has ended: MCUs that follow are skipped. */
  starved(): boolean;
  /** Passes a restart marker. */
  restart(): void;
  /** Reads one block into 64 coefficients from `at` on. */
  block(part: ScanComponent, coefficients: Int16Array, at: number): void;
};

/** Blocks that a scan holds. */
export const blocksOf = ({ mcusWide, mcusHigh }: Frame, { parts }: Scan): number => {
  const [{ component }] = parts as [ScanComponent];
  if (parts.length === 1) return component.blocksWide * component.blocksHigh;
  return mcusWide * mcusHigh * parts.reduce((sum, part) => sum + part.component.h * part.component.v, 0);
};

/** Zigzag order to natural order (ITU T.81, figure A.6); damaged files may run past its end. */
export const NATURAL = Uint8Array.of(
  ...[0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48],
  ...[41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23],
  ...[30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63],
  ...new Array<number>(16).fill(63),
);

/**
 * Reads all blocks of a scan into the coefficients of their components.
 *
 * @param interval MCUs between restart markers; 0 for none
 * @param finish called after each row of MCUs
 */
export const readScan = (
  frame: Frame,
  { parts }: Scan,
  coder: Coder,
  interval: number,
  finish: (row: number) => void,
): void => {
  const single = parts.length === 1 ? parts[0]!.component : undefined;
  const columns = single ? single.blocksWide : frame.mcusWide;
  const rows = single ? single.blocksHigh : frame.mcusHigh;
  let left = interval;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (interval && left-- === 0) {
        coder.restart();
        left = interval - 1;
      }
      if (coder.starved()) continue;
      for (const part of parts) {
        const { coefficients, band, stride, h, v } = part.component;
        const [wide, high] = single ? [1, 1] : [h, v];
        for (let y = row * high; y < (row + 1) * high; y++) {
          for (let x = column * wide; x < (column + 1) * wide; x++) {
            coder.block(part, coefficients, ((y % band) * stride + x) * 64);
          }
        }
      }
    }
    finish(row);
  }
};
