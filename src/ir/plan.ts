// How an op runs: packed tables once per model, a plan once for the sizes of its inputs, a step in each run.

import type { Kernels } from '../kernels/wasm.js';
import type { Attrs } from './schema.js';
import type { Value } from './value.js';

/** Packs weights into tables by means of kernels. */
export type Packer = {
  /**
   * target[k][lane] = from[starts[lane] + k] for as many k as `target` holds rows of `lanes` floats; lanes without a
   * start are 0.
   */
  interleave(target: Float32Array, lanes: number, from: Float32Array, starts: readonly number[]): void;
  /** target[n / 8][k][n % 8] = from[k][n] for rows of `columns` floats; the last panel is padded with zeros. */
  panels(target: Float32Array, from: Float32Array, columns: number): void;
  /**
   * Turns the nine taps of 3x3 filters, which `target` begins with, into the weights of the places of a tile: G g G^T, for the
   * `factors` of G.
   */
  winograd(target: Float32Array, factors: readonly (readonly number[])[]): void;
};

/** 32-bit words that kernels read. `fill` computes and writes them, once. */
export type Table = { words: number; fill: (floats: Float32Array, ints: Int32Array, packer: Packer) => void };

/**
 * What results must be: `exact`, the same bits on every engine, by the arithmetic that each op states; `fast` allows other
 * orders of sums and products, whose rounding differs.
 */
export type Numerics = 'exact' | 'fast';

/** Memory for one step; its contents are lost afterwards. */
export type Scratch = { bytes: number };

/** Every array starts at a multiple of this many bytes. */
export const ALIGNMENT = 64;

/** `bytes` rounded up to a multiple of `ALIGNMENT`. */
export const alignUp = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/**
 * The address of something that a plan names: an input, the output, a table or scratch memory; a multiple of `ALIGNMENT`.
 */
export type AddressOf = (place: Value | Table | Scratch) => number;

/**
 * Called by a fused step after each of its layers, and by data-dependent steps with the multiply-accumulates performed.
 */
export type Clock = (layer: number, macs?: number) => void;

/** One step of a run. */
export type Step = (clock?: Clock) => void;

/** The rows of the input, [first, last), that rows `first` to `last` - 1 of the output read. */
export type RowsRead = (first: number, last: number) => readonly [number, number];

/**
 * Computes rows `first` to `last` - 1 of a sample's output. `x` and `y` are the addresses of row 0 of the sample's
 * input and output, even if these rows are not in memory.
 */
export type RowsStep = (sample: number, first: number, last: number, x: number, y: number) => void;

/** How an op computes a band of rows (the axis after the samples). */
export type RowsPlan = {
  /** The rows of the first input that a band reads. */
  reads: RowsRead;
  bind: (kernels: Kernels, address: AddressOf) => RowsStep;
};

/** How an op runs on arrays of given shapes. */
export type Plan = {
  /** Tables that depend on shapes. Their lengths are known before they are filled. */
  tables?: readonly Table[];
  scratch?: readonly Scratch[];
  /** For each node what computes it, where its op has several ways; `LayerProfile` lists them. */
  algorithms?: readonly (string | undefined)[];
  /** An input whose memory the output may take if both have the same size and nothing reads the input later. */
  overwrites?: Value | undefined;
} & (
  | { rows: RowsPlan }
  | {
      rows?: never;
      /** Returns a step in which all arguments of the kernels are fixed. */
      bind: (kernels: Kernels, address: AddressOf) => Step;
    }
);

/** An op lowered to kernels: what is prepared once per model, and a function that plans inputs of any size. */
export type Lowered<Inputs> = {
  /** Tables that do not depend on sizes: weights in the order in which the kernels read them. */
  packed?: readonly Table[];
  /** Inputs that need no memory of their own; with `packed` tables their data is released once these are filled. */
  replaces?: readonly Value[];
  /** `attrs` are those for these sizes: `derived` numbers in them differ from those that were lowered. */
  plan: (inputs: Inputs, output: Value, attrs: Attrs) => Plan;
};

/** A table of floats. */
export const floatTable = (words: number, fill: (target: Float32Array, packer: Packer) => void): Table => ({
  words,
  fill: (floats, _, packer) => fill(floats, packer),
});

/** A table of 32-bit integers. */
export const intTable = (words: number, fill: (target: Int32Array) => void): Table => ({
  words,
  fill: (_, ints) => fill(ints),
});

/** A table of a few known integers. */
export const listTable = (values: ArrayLike<number>): Table => intTable(values.length, (target) => target.set(values));
