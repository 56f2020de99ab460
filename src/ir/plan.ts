// How an op runs: packed tables once a model, a plan once a batch size, steps of a run.

import type { Kernels } from '../kernels/wasm.js';
import type { Value } from './value.js';

/** A run of 32-bit words that the kernels read; they are only made when `fill` writes them, once. */
export type Table = { words: number; fill: (floats: Float32Array, ints: Int32Array) => void };

/** Memory during a step; its contents are lost between steps. */
export type Scratch = { bytes: number };

/** The address of something that a plan names: an input, the output, a table or scratch memory. Multiples of 64 bytes. */
export type AddressOf = (place: Value | Table | Scratch) => number;

/**
 * Told by a step of several layers when it has worked on one of them; and by a step whose work depends on the sample, how
 * many multiply-accumulates it did.
 */
export type Clock = (layer: number, macs?: number) => void;

/** One step of a run. */
export type Step = (clock?: Clock) => void;

/** Which rows of the input the output's rows `first` to `last` - 1 read. */
export type RowsRead = (first: number, last: number) => readonly [number, number];

/**
 * Makes rows `first` to `last` - 1 of a sample's output; `x` and `y` are the addresses that row 0 of the sample's input and
 * output has or would have.
 */
export type RowsStep = (sample: number, first: number, last: number, x: number, y: number) => void;

/** How an op whose layers may run in bands of rows (the axis after the samples) makes them. */
export type RowsPlan = {
  /** The rows of the first input, from the first up to the last, not included, that a band reads. */
  reads: RowsRead;
  bind: (kernels: Kernels, address: AddressOf) => RowsStep;
};

/** How an op runs on arrays of given shapes. */
export type Plan = {
  /** Tables of the shapes. Their lengths are known without the work of filling them. */
  tables?: readonly Table[];
  scratch?: readonly Scratch[];
  /** An input whose memory the output may take, given the same size and no later reader. */
  overwrites?: Value | undefined;
} & (
  | { rows: RowsPlan }
  | {
      rows?: never;
      /** Fixes all arguments of the kernels. */
      bind: (kernels: Kernels, address: AddressOf) => Step;
    }
);

/** An op brought down to kernels: what is worked out once a model, and what gives a plan for each batch size. */
export type Lowered<Inputs> = {
  /** Tables that do not depend on the batch: weights in the order in which the kernels read them. */
  packed?: readonly Table[];
  /** Inputs that need no memory of their own; with `packed` tables their data is let go once these are filled. */
  replaces?: readonly Value[];
  plan: (inputs: Inputs, output: Value) => Plan;
};

/** A table of floats. */
export const floatTable = (words: number, fill: (target: Float32Array) => void): Table => ({
  words,
  fill: (floats) => fill(floats),
});

/** A table of 32-bit integers. */
export const intTable = (words: number, fill: (target: Int32Array) => void): Table => ({
  words,
  fill: (_, ints) => fill(ints),
});

/** A table of a few integers that are known already. */
export const listTable = (values: ArrayLike<number>): Table => intTable(values.length, (target) => target.set(values));
