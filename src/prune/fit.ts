// Least squares for a layer: the weights that come closest to its targets with some inputs left out.

import { factorFor, inverseOf, solveWith } from './cholesky.js';
import type { Layer } from './layers.js';
import { rowSize } from './collect.js';
import { matrixOf, panelsOf } from './layers.js';

/** A least-squares problem of a layer, with damping towards its original weights. */
export type Problem = {
  /** The name of the layer. */
  name: string;
  size: number;
  /** Weights of an input; those of input i begin at `1 + i * taps`, after the bias. */
  taps: number;
  /** The mean of x x^T with damping; its lower triangle is filled. */
  squares: Float64Array;
  /** What is added to the diagonal. */
  damping: Float64Array;
  /** The original weights of each output. */
  weights: readonly Float64Array[];
};

/** The bias and the weights [inputs][taps] of each output. */
export const weightRows = (layer: Layer): Float64Array[] => {
  const matrix = matrixOf(layer);
  const size = rowSize(layer) - 1;
  return Array.from({ length: layer.outputs }, (_, output) =>
    Float64Array.of(layer.conv.bias.data[output]!, ...matrix.subarray(output * size, (output + 1) * size)),
  );
};

/** Share of the mean square of all inputs in the damping of each; the rest is the input's own. */
const MEAN_SHARE = 0.1;

/**
 * How much a change of weights counts: a share of the mean squares of their inputs. With 0.1 weights make up for less; with
 * 0.001 they fit the photos no better.
 */
const DAMPING = 0.01;

/** The problem for rows whose mean of x x^T is `squares`. */
export const problemOf = (layer: Layer, squares: Float64Array): Problem => {
  const size = rowSize(layer);
  const own = Float64Array.from({ length: size }, (_, i) => squares[i * size + i]!);
  const mean = own.subarray(1).reduce((sum, square) => sum + square, 0) / (size - 1) || 1;
  const added = own.map((square, i) => (i ? DAMPING * (MEAN_SHARE * mean + (1 - MEAN_SHARE) * square) : 0));
  const damped = squares.slice();
  added.forEach((extra, i) => (damped[i * size + i]! += extra));
  return {
    name: layer.conv.node.name,
    size,
    taps: layer.taps,
    squares: damped,
    damping: added,
    weights: weightRows(layer),
  };
};

/** The inverse of the damped squares; its lower triangle is filled. */
export const inverseFor = ({ name, squares, size }: Problem): Float64Array =>
  inverseOf(factorFor(name, squares, size), size);

/** The right sides for targets whose mean of z x^T is `products`. */
export const sidesFor = ({ size, damping, weights }: Problem, products: Float64Array): Float64Array[] =>
  weights.map((row, output) => row.map((weight, i) => products[output * size + i]! + damping[i]! * weight));

/** The right sides for the targets that the original weights give. */
export const ownSides = ({ squares, size, weights }: Problem): Float64Array[] =>
  weights.map((row) => timesSymmetric(squares, size, row));

/** The variance of the outputs that the original weights give, of all together. */
export const varianceOf = (problem: Problem): number => {
  const { squares, size, weights } = problem;
  return ownSides(problem).reduce((sum, side, output) => {
    const row = weights[output]!;
    const mean = row.reduce((total, weight, i) => total + weight * squares[i * size]!, 0);
    return sum + row.reduce((total, weight, i) => total + weight * side[i]!, 0) - mean * mean;
  }, 0);
};

const timesSymmetric = (a: Float64Array, size: number, x: Float64Array): Float64Array => {
  const y = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0, p = i * size; j < i; j++) {
      sum += a[p + j]! * x[j]!;
      y[j]! += a[p + j]! * x[i]!;
    }
    y[i]! += sum + a[i * size + i]! * x[i]!;
  }
  return y;
};

/** The best weights of outputs that read only the inputs `kept`, those of the others 0. */
export const fitRows = (
  { name, squares, size, taps }: Problem,
  kept: readonly number[],
  sides: readonly Float64Array[],
): Float64Array[] => {
  const places = [0, ...kept.flatMap((input) => Array.from({ length: taps }, (_, tap) => 1 + input * taps + tap))];
  const count = places.length;
  const part = new Float64Array(count * count);
  places.forEach((from, i) => {
    for (let j = 0; j <= i; j++) part[i * count + j] = squares[from * size + places[j]!]!;
  });
  const factor = factorFor(name, part, count);
  return sides.map((side) => {
    const own = Float64Array.from(places, (place) => side[place]!);
    solveWith(factor, count, own);
    const row = new Float64Array(size);
    places.forEach((place, i) => (row[place] = own[i]!));
    return row;
  });
};

/** The best weights of all outputs when each panel reads only the inputs that it keeps. */
export const fitPanels = (
  layer: Layer,
  problem: Problem,
  kept: readonly (readonly number[])[],
  sides: readonly Float64Array[],
): Float64Array[] =>
  panelsOf(layer).flatMap((outputs, panel) =>
    fitRows(
      problem,
      kept[panel]!,
      outputs.map((output) => sides[output]!),
    ),
  );
