// How much weights may change: as much as helps with photos that they were not fitted to.

import { range } from '../ops/shared/permutation.js';
import { fitRows, problemOf, sidesFor } from './fit.js';
import type { Layer } from './layers.js';
import { meanProducts, meanSquares } from './moments.js';
import { rowSize } from './collect.js';

/** Rows with their targets, and the means of their products. */
export type Sample = { rows: Float32Array; targets: Float32Array; squares: Float64Array; products: Float64Array };

/** The dampings that are tried. */
const CHOICES = [0.01, 0.1, 1, 10];

/** The share of the rows, those of the last photos, that the others are tried on. */
const LEFT_OUT = 0.2;

/** The damping whose weights for all inputs, fitted to most of the rows, have the least squared error on the others. */
export const chooseDamping = (layer: Layer, { rows, targets, squares, products }: Sample): number => {
  const size = rowSize(layer);
  const count = rows.length / size;
  const left = Math.floor(count * LEFT_OUT);
  if (!left) return CHOICES[1]!;
  const others = rows.subarray((count - left) * size);
  const goals = targets.subarray((count - left) * layer.outputs);
  const own = { squares: meanSquares(others, size), products: meanProducts(goals, layer.outputs, others, size) };
  const without = (all: Float64Array, part: Float64Array) =>
    all.map((mean, i) => (mean * count - part[i]! * left) / (count - left));
  const most = { squares: without(squares, own.squares), products: without(products, own.products) };
  const all = range(layer.inputs);
  const errors = CHOICES.map((damping) => {
    const problem = problemOf(layer, most.squares, damping);
    const weights = fitRows(problem, all, sidesFor(problem, most.products));
    return weights.reduce((sum, row, output) => sum + errorOf(row, own.squares, own.products, output * size), 0);
  });
  return CHOICES[errors.indexOf(Math.min(...errors))]!;
};

/** The mean squared error of an output, less that of the targets themselves. */
const errorOf = (row: Float64Array, squares: Float64Array, products: Float64Array, at: number): number => {
  const size = row.length;
  let error = 0;
  for (let i = 0; i < size; i++) {
    if (row[i] === 0) continue;
    let sum = -2 * products[at + i]! + squares[i * size + i]! * row[i]!;
    for (let j = 0, p = i * size; j < i; j++) sum += 2 * squares[p + j]! * row[j]!;
    error += sum * row[i]!;
  }
  return error;
};
