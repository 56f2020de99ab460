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

/** The type and the shape of a value. */
type Sized = { type: DataType; shape: readonly number[] };

/**
 * 32-bit words along the last axis: two integers of an `int8` value are a word, 16 bits each, and beside an odd one may be any number;
 * all other elements are words.
 */
export const wordsAcross = (value: Sized): number =>
  value.type === 'int8' ? Math.ceil(channelsOf(value) / 2) : channelsOf(value);

/** The shape of a value in words. */
export const shapeInWords = (value: Sized): readonly number[] =>
  value.type === 'int8' ? [...value.shape.slice(0, -1), wordsAcross(value)] : value.shape;

/** Bytes of a value. */
export const bytesOf = (value: Sized): number => sizeOf(shapeInWords(value)) * 4;
