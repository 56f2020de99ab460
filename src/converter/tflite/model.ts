// The contents of a TensorFlow Lite file as plain objects.

import type { FileNode } from '../reading/node-reader.js';
import type { Table } from './flatbuffer.js';

/** How integers stand for real numbers: `scale * (integer - zero)`, one of each for all or one for each index of `axis`. */
export type Quantization = { scales: readonly number[]; zeros: readonly number[]; axis: number };

/** One level of a sparse tensor: all places, or the listed ones of each place of the level before. */
export type SparseLevel = { size: number } | { segments: readonly number[]; indices: readonly number[] };

/** Where the elements of a sparse tensor are. */
export type Sparsity = {
  /** The axis of each level; numbers from the rank on are the axes of blocks. */
  order: readonly number[];
  /** The axis that each axis of blocks divides. */
  blocks: readonly number[];
  levels: readonly SparseLevel[];
};

/** An array of the network. */
export type TfliteTensor = {
  /** Its name, different from those of the others. */
  name: string;
  /** Its `TensorType`. */
  type: number;
  /** Sizes for one sample. */
  shape: readonly number[];
  /** Sizes, -1 where they are open; missing if none is. */
  signature?: readonly number[];
  /** The elements of a constant. */
  bytes?: Uint8Array;
  quantization?: Quantization;
  /** Why the quantization cannot be read. */
  fault?: string;
  sparsity?: Sparsity;
  /** Whether it keeps its value from one run to the next. */
  isVariable: boolean;
};

/** How a convolution steps over its input: the distances of its taps, and the pads before, then after the axes. */
export type Dilated = { dilations: readonly number[]; pads: readonly number[] };

/** One operation. */
export type TfliteNode = FileNode & {
  /** The tensors of the inputs; undefined if left out. */
  from: readonly (TfliteTensor | undefined)[];
  /** The tensors of the outputs. */
  to: readonly TfliteTensor[];
  options?: Table;
  /** The options of an operator that is not built in, in a form of its own. */
  custom: Uint8Array;
  /** What replaces the padding and dilation in the options of a convolution. */
  dilated?: Dilated;
};

/** A model as the file has it. */
export type TfliteModel = {
  description: string;
  tensors: readonly TfliteTensor[];
  nodes: readonly TfliteNode[];
  inputs: readonly TfliteTensor[];
  outputs: readonly TfliteTensor[];
  /** The metadata of TensorFlow Lite, if the file has any. */
  metadata?: Uint8Array;
};
