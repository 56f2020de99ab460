// The arrays that flow through a network. Shapes are physical: channels last.

import { sizeOf, type DataType } from './tensor.js';

/** What a constant holds: floats, or 32-bit integers for `int32`, `int64` and `bool`. */
export type ConstantData = Float32Array | Int32Array;

/** An array that flows through the network; a constant if it has `data`. */
export type Value = {
  name: string;
  shape: readonly number[];
  type: DataType;
  data?: ConstantData;
};

/** A constant of floats. */
export type Constant = Value & { data: Float32Array };

/** The size of the last axis; 1 for a scalar. */
export const channelsOf = ({ shape }: { shape: readonly number[] }): number => shape.at(-1) ?? 1;

/** The size of the first axis. */
export const samplesOf = ({ shape }: { shape: readonly number[] }): number => shape[0]!;

/** Bytes of a value; every element takes four. */
export const bytesOf = ({ shape }: { shape: readonly number[] }): number => sizeOf(shape) * 4;
