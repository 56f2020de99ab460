// The memory through which threads share the calls of kernels.

import { MAX_PARTS } from '../kernels/parts.js';

/** 32-bit words of a box, by what they hold. Lines of the cache that one thread writes while others look at them are apart. */
export const WORDS = {
  /** The number of the call. Threads wait until it changes. */
  call: 0,
  /** Whether threads should end. */
  end: 1,
  /** How many threads sleep. */
  sleeping: 16,
  /** The kernel, by its place in the list of names, and the number of parts. */
  kernel: 32,
  parts: 33,
  /** How many parts threads other than the caller have done; below 0 if a kernel has trapped. The caller waits for it. */
  done: 48,
  /** Whether the caller sleeps. */
  waiting: 49,
} as const;

/**
 * Where parts begin, their number, and how far they are apart, in numbers of 64 bits. The first word of a part is the number of the
 * call until a thread takes it, then 0; its second and later numbers are the arguments.
 */
export const PARTS = { first: 32, stride: 24, count: MAX_PARTS } as const;

/** A box for a crew. */
export const createBox = (): SharedArrayBuffer => new SharedArrayBuffer((PARTS.first + PARTS.count * PARTS.stride) * 8);
