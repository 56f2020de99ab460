// Smooths progressive JPEG files whose scans leave coefficients out, as libjpeg-turbo does.

import type { Component } from './frame.js';

type Kernel = readonly number[];

/** A coefficient that can be guessed: its place, and how the 25 DC values around it weigh, without and with AC scans. */
type Guess = { place: number; rough: Kernel; fine?: Kernel };

// Transposes a kernel of 5x5.
const turned = (kernel: Kernel): Kernel => kernel.map((_, i) => kernel[(i % 5) * 5 + Math.floor(i / 5)]!);

// Rows of 5 from the top left.
const ACROSS = [-1, -1, 0, 1, 1, -3, 13, 0, -13, 3, -3, 38, 0, -38, 3, -3, 13, 0, -13, 3, -1, -1, 0, 1, 1];
const ACROSS_FINE = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -7, 50, 0, -50, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const TWICE = [0, 0, 0, 0, 0, 0, 2, -5, 2, 0, 1, 7, -14, 7, 1, 0, 2, -5, 2, 0, 0, 0, 0, 0, 0];
const TWICE_FINE = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 13, -24, 13, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const DIAGONAL = [-1, 0, 0, 0, 1, 0, 9, 0, -9, 0, 0, 0, 0, 0, 0, 0, -9, 0, 9, 0, 1, 0, 0, 0, -1];
const DIAGONAL_FINE = [0, -1, 0, 1, 0, -1, 10, 0, -10, 1, 0, 0, 0, 0, 0, 1, -10, 0, 10, -1, 0, 1, 0, -1, 0];
const THRICE = [0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, 2, 0, -2, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0, 0];
const MIXED = [0, 0, 0, 0, 0, 0, 1, -3, 1, 0, 0, 0, 0, 0, 0, 0, -1, 3, -1, 0, 0, 0, 0, 0, 0];
const AVERAGE = [-2, -6, -8, -6, -2, -6, 6, 42, 6, -6, -8, 42, 152, 42, -8, -6, 6, 42, 6, -6, -2, -6, -8, -6, -2];

/** In zigzag order from the first AC coefficient on. */
const GUESSES: readonly Guess[] = [
  { place: 1, rough: ACROSS, fine: ACROSS_FINE },
  { place: 8, rough: turned(ACROSS), fine: turned(ACROSS_FINE) },
  { place: 16, rough: turned(TWICE), fine: turned(TWICE_FINE) },
  { place: 9, rough: DIAGONAL, fine: DIAGONAL_FINE },
  { place: 2, rough: TWICE, fine: TWICE_FINE },
  { place: 3, rough: THRICE },
  { place: 10, rough: MIXED },
  { place: 17, rough: turned(MIXED) },
  { place: 24, rough: turned(THRICE) },
];

/** Whether the picture is to be smoothed: its AC coefficients that can be guessed are not all known exactly. */
export const needsSmoothing = (components: readonly Component[]): boolean =>
  components.every(
    ({ missing, quant }) => missing[0]! >= 0 && quant?.[0] && GUESSES.every(({ place }) => quant[place]),
  ) && components.some(({ missing }) => missing.subarray(1, 1 + GUESSES.length).some((bits) => bits !== 0));

const clampIndex = (index: number, count: number): number => Math.min(Math.max(index, 0), count - 1);

// The rows of blocks that libjpeg takes as the two above and below row `y`: it counts rows from the height of the row of
// MCUs, which is smaller in the last one, and takes the rows that only fill the last MCUs for real ones.
const rowsAround = ({ blocksHigh, v, rows }: Component, y: number): number[] => {
  const mcu = Math.floor(y / v);
  const last = mcu === rows / v - 1;
  const high = last ? blocksHigh % v || v : v;
  const above = Math.min(mcu * high + (y % v), 2);
  const below = Math.min((rows / v) * high - 1 - mcu * high - (y % v), 2);
  return [-2, -1, 0, 1, 2].map((step) => y + Math.min(Math.max(step, -above), below));
};

const weigh = (kernel: Kernel, values: Int32Array): number => {
  let sum = 0;
  for (let i = 0; i < 25; i++) sum += kernel[i]! * values[i]!;
  return sum;
};

// sum / (256 divisor), rounded half away from zero; below 2^bits if so many bits are missing
const estimate = (sum: number, divisor: number, bits: number): number => {
  const size = Math.floor((divisor * 128 + Math.abs(sum)) / (divisor * 256));
  const limited = bits > 0 ? Math.min(size, 2 ** bits - 1) : size;
  return sum < 0 ? -limited : limited;
};

/** Guesses, in a row of blocks of a component, the coefficients that are zero and not known exactly; rows go downwards. */
export const rowSmoother = (component: Component): ((y: number) => void) => {
  const { coefficients, blocksWide, stride, rows, missing } = component;
  const quant = new Uint16Array(component.quant!);
  const dc = new Int16Array(stride * rows).map((_, block) => coefficients[block * 64]!);
  const rough = missing.subarray(1, 1 + GUESSES.length).every((bits) => bits === -1);
  const guesses = GUESSES.map(({ place, rough: plain, fine }, i) => ({
    place,
    kernel: rough ? plain : fine,
    bits: missing[i + 1]!,
  })).filter(({ bits }) => bits !== 0);
  const values = new Int32Array(25);

  // the DC values around a block; whether all are equal, so that every guess is 0
  const look = (around: readonly number[], x: number): boolean => {
    let same = true;
    for (let i = 0; i < 25; i++) {
      const column = clampIndex(x + (i % 5) - 2, blocksWide);
      values[i] = dc[around[(i / 5) | 0]! * stride + column]!;
      same &&= values[i] === values[0];
    }
    return same;
  };

  return (y) => {
    const around = rowsAround(component, y);
    for (let x = 0, at = y * stride * 64; x < blocksWide; x++, at += 64) {
      if (look(around, x)) continue;
      for (const { place, kernel, bits } of guesses) {
        if (!kernel || coefficients[at + place]) continue;
        coefficients[at + place] = estimate(quant[0]! * weigh(kernel, values), quant[place]!, bits);
      }
      if (rough) coefficients[at] = estimate(quant[0]! * weigh(AVERAGE, values), quant[0]!, 0);
    }
  };
};
