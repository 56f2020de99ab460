// The integers and factors of int8 layers, from their real numbers.

import { floatTable, intTable, type Table } from '../../ir/plan.js';
import { channelsOf } from '../../ir/value.js';
import { roundUp } from '../conv/packing.js';
import type { Int8ConvAttrs, Int8ConvInputs } from './attrs.js';
import { FARTHEST } from './checks.js';

/** The integer of a weight. */
export const weightInteger = (weight: number, scale: number): number =>
  Math.max(-FARTHEST, Math.min(FARTHEST, Math.round(weight / scale)));

/** The integer of an output's bias, in units of its sums. */
export const biasInteger = (
  output: number,
  { bias, scales }: Int8ConvInputs,
  { inputScale }: Pick<Int8ConvAttrs, 'inputScale'>,
): number => Math.round(bias.data[output]! / (inputScale * scales.data[output]!));

/** Whether `times` a sum has at most 32 bits, and is a number. */
export const fitsSums = (sum: number, times = 1): boolean => Math.abs(sum) * times < 2 ** 31;

/** The largest sum that an output can have, in absolute value, for weights and a bias in integers. */
export const largestSum = (weights: Iterable<number>, bias: number): number => {
  let sum = Math.abs(bias);
  for (const weight of weights) sum += Math.abs(weight) * FARTHEST;
  return sum;
};

/** By what the sums of an output are multiplied, in f32: a product and a quotient of f32, in the order of ONNX Runtime. */
export const factorOf = (
  output: number,
  { scales }: Int8ConvInputs,
  { inputScale, outputScale }: Pick<Int8ConvAttrs, 'inputScale' | 'outputScale'>,
): number => Math.fround(Math.fround(inputScale * scales.data[output]!) / outputScale);

/** A table of 16-bit integers, two in a word. */
export const shortTable = (words: number, fill: (target: Int16Array) => void): Table =>
  floatTable(words, ({ buffer, byteOffset }) => fill(new Int16Array(buffer, byteOffset, words * 2)));

/** Biases, then factors, of the outputs rounded up to 4. */
export const endsTable = (own: Int8ConvInputs, attrs: Int8ConvAttrs): Table => {
  const channels = channelsOf(own.bias);
  const lanes = roundUp(channels, 4);
  return intTable(lanes * 2, (target) => {
    target.fill(0);
    const factors = new Float32Array(target.buffer, target.byteOffset + lanes * 4, lanes);
    for (let channel = 0; channel < channels; channel++) {
      target[channel] = biasInteger(channel, own, attrs);
      factors[channel] = factorOf(channel, own, attrs);
    }
  });
};
