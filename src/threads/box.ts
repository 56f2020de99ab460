// The memory through which threads share the calls of kernels.

import { MAX_PARTS } from '../kernels/parts.js';

/** The most arguments of a kernel. */
const MAX_ARGUMENTS = 18;

/** 32-bit words of a box, by what they hold. */
export const WORDS = {
  /** Counts the calls. Threads wait until it changes. */
  call: 0,
  /** How many parts of the call nobody has taken yet; whoever subtracts 1 from n > 0 has taken part n - 1. */
  left: 1,
  /** How many parts are done. Whoever made the call waits for it. */
  done: 2,
  /** How many threads sleep. */
  sleeping: 3,
  /** Whether whoever made the call sleeps. */
  waiting: 4,
  /** The kernel, by its place in the list of names, and its number of arguments. */
  kernel: 5,
  arguments: 6,
  /** Whether threads should end. */
  end: 7,
} as const;

/** Where the arguments of part 0 begin, in numbers of 64 bits; those of the next part follow after `stride`. */
export const ARGUMENTS = { first: 8, stride: MAX_ARGUMENTS } as const;

/** A box for a crew. */
export const createBox = (): SharedArrayBuffer =>
  new SharedArrayBuffer((ARGUMENTS.first + MAX_PARTS * ARGUMENTS.stride) * 8);
