// Checks of int8 values and of what turns sums into integers again.

import { ShapeError } from '../../errors.js';
import type { DataType } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';
import { checkInteger } from '../shared/checks.js';

/** The largest distance of an integer from the one that stands for 0. */
export const FARTHEST = 255;

/** The largest scale, and 1 over the least: a product of two over a third is a finite f32. */
export const MAX_SCALE = 2 ** 40;

/** The integers of an output: those from `low` to `high`, 0 among them. */
export type Bounds = { low: number; high: number };

/** @throws {ShapeError} unless `low` to `high` are integers that 8 bits hold, and 0 is one of them */
export const checkIntegerBounds = ({ low, high }: Bounds): void => {
  checkInteger('low', low, -FARTHEST, 0);
  checkInteger('high', high, 0, FARTHEST);
  if (high - low > FARTHEST)
    throw new ShapeError(`the integers from ${low} to ${high} do not fit in 8 bits; expected at most 256 of them`);
};

/** Whether a number can be a scale: from 2^-40 to 2^40. */
export const isScale = (scale: number): boolean => scale >= 1 / MAX_SCALE && scale <= MAX_SCALE;

/** @throws {ShapeError} unless every scale is from 2^-40 to 2^40 */
export const checkScales = (name: string, ...scales: readonly number[]): void => {
  for (const scale of scales) {
    if (!isScale(scale)) throw new ShapeError(`${name} is ${scale}; expected a number from 2^-40 to 2^40`);
  }
};

/** Returns `int8`. @throws {ShapeError} unless every input has this type */
export const integersIn = (...inputs: readonly Value[]): DataType => {
  for (const { name, type } of inputs) {
    if (type !== 'int8') throw new ShapeError(`${name} is ${type}; expected int8`);
  }
  return 'int8';
};
