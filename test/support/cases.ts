// Helpers for tests of ops: positions in arrays, repeatable random numbers, refused attributes.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ShapeError } from '../../src/errors.js';

/** An array for a reference implementation. */
export type Dense = { shape: readonly number[]; data: ArrayLike<number> };

/** All positions in a shape, row-major. */
export const placesOf = (shape: readonly number[]): number[][] =>
  shape.reduce<number[][]>(
    (lists, size) => lists.flatMap((list) => Array.from({ length: size }, (_, i) => [...list, i])),
    [[]],
  );

/** The element at a position. */
export const at = ({ shape, data }: Dense, place: readonly number[]): number =>
  data[place.reduce((offset, index, axis) => offset * shape[axis]! + index, 0)]!;

/** Whether a position is inside a shape. */
export const isInside = (shape: readonly number[], place: readonly number[]): boolean =>
  place.every((index, axis) => index >= 0 && index < shape[axis]!);

/** Random integers from `min` to `max`, both included. Prints the seed; set `SEED` in the environment to repeat a run. */
export const randomIntegers = (name: string): ((min: number, max: number) => number) => {
  let state = Number(process.env.SEED ?? Date.now() % 1e6);
  console.log(`${name}: SEED=${state}`);
  return (min, max) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return min + Math.floor((state / 2 ** 32) * (max - min + 1));
  };
};

/** A test that every call throws a `ShapeError`. */
export const refuses = (calls: Readonly<Record<string, () => unknown>>): void => {
  for (const [name, call] of Object.entries(calls)) {
    test(`refuses ${name}`, () => assert.throws(call, (error: unknown) => error instanceof ShapeError));
  }
};
