// How kernels are divided that compute each element from few others, of floats and of integers.

import { AXIS_RECORD } from '../kernels/layout.js';
import { SPARE } from '../kernels/parts.js';
import { between, counted, ELEMENT, type Divide, type Divisible } from './divisible.js';

/** Elements at the addresses of the first arguments, 4 bytes each; after them comes their number. */
export const elements = (args: readonly number[], addresses: number, cost = ELEMENT): Divisible => {
  const moves = [0, 1, 2].slice(0, addresses).map((address) => [address, 4] as const);
  return { length: args[addresses]!, unit: 4, work: args[addresses]! * cost, cut: counted(addresses, ...moves) };
};

/** Elements of the kernel `sigmoid`, which has memory of its own. */
export const sigmoids = (args: readonly number[]): Divisible => {
  const cut = counted(3, [0, 4], [1, 4]);
  return {
    length: args[3]!,
    unit: 4,
    work: args[3]! * ELEMENT,
    cut: (own, from, count, part) => {
      cut(own, from, count, part);
      own[2]! += part * SPARE.sigmoid;
    },
  };
};

/** The first axis of the kernel `binary`. */
export const binaryAxis: Divide = (args, words) => {
  const [memory, at, size] = [words(), args[3]! / 4, args[7]!];
  let elements = size;
  for (let axis = 1; axis < memory[at]!; axis++) elements *= memory[at + 1 + axis * AXIS_RECORD.words]!;
  return {
    length: size,
    unit: elements === size ? 4 : 1,
    work: elements * ELEMENT * 2,
    cut: (own, from, count, part) => {
      own[4]! += part * SPARE.binary;
      own[6] = from;
      own[7] = from + count;
    },
  };
};

/** The first axis of the kernel `remap`. */
export const remapAxis: Divide = (args, words) => {
  const [memory, at] = [words(), args[2]! / 4];
  const [rank, run, size] = [memory[at]!, memory[at + 1]!, memory[at + 2]!];
  let inside = run;
  for (let axis = 1; axis < rank; axis++) inside *= memory[at + 2 + axis]!;
  return { length: size, unit: 1, work: size * inside * (run === 1 ? ELEMENT * 4 : ELEMENT), cut: between(4) };
};

/** Columns of the kernel `transpose`. */
export const transposeColumns = ([, , batch, rows, columns]: readonly number[]): Divisible => ({
  length: columns!,
  unit: 4,
  work: batch! * rows! * columns! * ELEMENT * 2,
  cut: between(5),
});

/** Rows of windows; the place of the first is the argument at `at`. */
export const poolRows = ([, , , depth, rows, columns, channels]: readonly number[], at: number): Divisible => ({
  length: rows!,
  unit: 1,
  work: depth! * rows! * columns! * channels! * ELEMENT * 2,
  cut: between(at),
});

/** Places before the axis of a softmax. */
export const softmaxPlaces = ([, , outer, axis, inner]: readonly number[]): Divisible => {
  const size = axis! * inner!;
  return { length: outer!, unit: 1, work: outer! * size * ELEMENT * 4, cut: counted(2, [0, size * 4], [1, size * 4]) };
};

/** Pixels of a product of integers. */
export const productPixels = ([, , , pixels, words, bStep]: readonly number[]): Divisible => {
  const bytes = words! * 4;
  return {
    length: pixels!,
    unit: 1,
    work: pixels! * words! * ELEMENT * 2,
    cut: counted(3, [0, bytes], [1, bytes], [2, bStep!]),
  };
};

/** Rows of floats and of integers, whose addresses are the arguments at these places; or the elements of a single row. */
export const convertedRows = ([, , rows, channels]: readonly number[], floats: number, integers: number): Divisible => {
  const work = rows! * channels! * ELEMENT;
  if (rows === 1) return { length: channels!, unit: 4, work, cut: counted(3, [floats, 4], [integers, 2]) };
  const even = (channels! + 1) & ~1;
  return { length: rows!, unit: 1, work, cut: counted(2, [floats, channels! * 4], [integers, even * 2]) };
};

/** Pixels of planes of floats that become integers. */
export const planePixels = ([, , samples, channels, pixels]: readonly number[]): Divisible => ({
  length: pixels!,
  unit: 4,
  work: samples! * channels! * pixels! * ELEMENT,
  cut: between(5),
});

/** Windows of a maximum of integers. */
export const maxWindows = ([, , , , windows, taps, words]: readonly number[]): Divisible => ({
  length: windows!,
  unit: 1,
  work: windows! * taps! * words! * ELEMENT,
  cut: counted(4, [0, words! * 4], [2, 4]),
});

/** Pairs of channels of an average of integers. */
export const meanWords = ([, , pixels, words]: readonly number[]): Divisible => ({
  length: words!,
  unit: 2,
  work: pixels! * words! * ELEMENT,
  cut: between(4),
});
