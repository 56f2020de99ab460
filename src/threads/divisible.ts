// Work that can be divided into parts that write different memory and compute the same bits as the whole.

/** Work that can be divided. */
export type Divisible = {
  /** How much there is to divide, and in multiples of what; the rest goes to the last part. */
  length: number;
  unit: number;
  /** Estimated multiply-adds of the whole, or what takes as long. */
  work: number;
  cut: Cut;
};

/** Makes the arguments of the whole those of the `count` places from `from` on. */
export type Cut = (own: Float64Array, from: number, count: number, part: number) => void;

/** `words` are those of the memory. */
export type Divide = (args: readonly number[], words: () => Int32Array) => Divisible;

/** What an element costs that is loaded, computed with little arithmetic and stored, in multiply-adds. */
export const ELEMENT = 4;

/** Sets the arguments `first` and `last` of a kernel, at `at` and after it. */
export const between =
  (at: number): Cut =>
  (own, from, count) => {
    own[at] = from;
    own[at + 1] = from + count;
  };

/** Sets the argument at `at`, the number of places, and moves addresses: those at `address` by so many bytes for each place. */
export const counted =
  (at: number, ...moves: readonly (readonly [address: number, bytes: number])[]): Cut =>
  (own, from, count) => {
    for (const [address, bytes] of moves) own[address]! += from * bytes;
    own[at] = count;
  };
