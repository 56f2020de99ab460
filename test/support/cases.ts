// What tests of ops share: places in arrays, random numbers that can be repeated, refusals.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ShapeError } from '../../src/errors.js';

/** An array as references get it. */
export type Dense = { shape: readonly number[]; data: ArrayLike<number> };

/** All places of a shape, row-major. */
export const placesOf = (shape: readonly number[]): number[][] =>
  shape.reduce<number[][]>(
    (lists, size) => lists.flatMap((list) => Array.from({ length: size }, (_, i) => [...list, i])),
    [[]],
  );

/** The element at a place. */
export const at = ({ shape, data }: Dense, place: readonly number[]): number =>
  data[place.reduce((offset, index, axis) => offset * shape[axis]! + index, 0)]!;

/** Whether a place is inside of a shape. */
export const isInside = (shape: readonly number[], place: readonly number[]): boolean =>
  place.every((index, axis) => index >= 0 && index < shape[axis]!);

/** Random integers from `least` to `most`; prints the seed, which `SEED` in the environment repeats. */
export const randomIntegers = (name: string): ((least: number, most: number) => number) => {
  let state = Number(process.env.SEED ?? Date.now() % 1e6);
  console.log(`${name}: SEED=${state}`);
  return (least, most) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return least + Math.floor((state / 2 ** 32) * (most - least + 1));
  };
};

/** A test that every call throws a `ShapeError`. */
export const refuses = (calls: Readonly<Record<string, () => unknown>>): void => {
  for (const [name, call] of Object.entries(calls)) {
    test(`refuses ${name}`, () => assert.throws(call, (error: unknown) => error instanceof ShapeError));
  }
};
