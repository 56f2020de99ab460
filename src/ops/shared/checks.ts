// Checks of attributes and inputs; kernels themselves check nothing.

import { ShapeError } from '../../errors.js';
import type { Value } from '../../ir/value.js';
import { showShape, sizeOf, type DataType } from '../../ir/tensor.js';

/** Maximum number of elements of an array, so that its byte addresses stay below 2 GiB. */
export const MAX_ELEMENTS = 2 ** 29;

/** Returns `float32`. @throws {ShapeError} if an input has another type */
export const floatOnly = (inputs: Readonly<Record<string, Value | undefined>>): DataType => {
  for (const input of Object.values(inputs)) {
    if (input && input.type !== 'float32') throw new ShapeError(`${input.name} is ${input.type}; expected float32`);
  }
  return 'float32';
};

/** @throws {ShapeError} unless `value` is an integer from `min` to `max` */
export const checkInteger = (name: string, value: number, min: number, max = 2 ** 31 - 1): void => {
  if (!(Number.isInteger(value) && value >= min && value <= max)) {
    throw new ShapeError(`${name} contains ${value}; expected integers from ${min} to ${max}`);
  }
};

/** @throws {ShapeError} unless `list` has `length` integers from `min` to `max` */
export const checkIntegers = (
  name: string,
  list: readonly number[],
  length: number,
  min: number,
  max?: number,
): void => {
  if (list.length !== length) throw new ShapeError(`${name} has ${list.length} numbers; expected ${length}`);
  for (const value of list) checkInteger(name, value, min, max);
};

/** @throws {ShapeError} if a bound is NaN */
export const checkBounds = (low: number, high: number): void => {
  if (Number.isNaN(low) || Number.isNaN(high))
    throw new ShapeError(`the bounds are ${low} and ${high}; expected numbers`);
};

/** @throws {ShapeError} unless `axes` are different axes of `rank` */
export const checkAxes = (axes: readonly number[], rank: number): void => {
  for (const axis of axes) checkInteger('axes', axis, 0, rank - 1);
  if (new Set(axes).size !== axes.length) throw new ShapeError(`axes ${axes.join(', ')} are not all different`);
};

/** @throws {ShapeError} unless every value is a finite number */
export const checkFinite = (name: string, ...values: readonly number[]): void => {
  for (const value of values) {
    if (!Number.isFinite(value)) throw new ShapeError(`${name} contains ${value}; expected finite numbers`);
  }
};

/** Returns `shape`. @throws {ShapeError} if its sizes are not positive integers or it has too many elements */
export const checkedShape = (shape: readonly number[]): readonly number[] => {
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 1)) {
    throw new ShapeError(`the result would have the shape ${showShape(shape)}; sizes must be positive integers`);
  }
  if (sizeOf(shape) > MAX_ELEMENTS) throw new ShapeError(`${showShape(shape)} has more than ${MAX_ELEMENTS} elements`);
  return shape;
};

/** @throws {ShapeError} unless a value has integers */
export const integersOnly = ({ name, type }: Value): void => {
  if (type !== 'int32' && type !== 'int64') throw new ShapeError(`${name} is ${type}; expected int32 or int64`);
};

/** @throws {ShapeError} if an int8 value has an odd channel, beside which is a number that is not its own */
export const checkPairs = (values: readonly Pick<Value, 'name' | 'type' | 'shape'>[]): void => {
  const odd = values.find(({ type, shape }) => type === 'int8' && shape.at(-1)! % 2);
  if (odd) throw new ShapeError(`${odd.name} is int8 with an odd number of channels`);
};

/** @throws {ShapeError} if an op rearranges the channels of an int8 value, two of which are a word */
export const checkChannelsStay = ({ name, type }: Pick<Value, 'name' | 'type'>, stay: boolean): void => {
  if (type === 'int8' && !stay) throw new ShapeError(`${name} is int8; its channels cannot be rearranged`);
};
