// Makes up for what earlier layers changed: weights of a layer before it loses inputs itself.

import { factorFor, solveWith } from './cholesky.js';
import { rowSize, type Examples } from './collect.js';
import { weightRows } from './fit.js';
import type { Layer } from './layers.js';
import { meanProducts, meanSquares } from './moments.js';
import type { Multiply } from './multiply.js';
import { OTHERS } from './trial.js';
import { clampedTargets, limitsOf, plainTargets, productsOf } from './targets.js';

/**
 * How much a change of weights may count, as a share of the mean square of what it is multiplied with. What earlier
 * layers changed is mostly noise to this layer: with few photos weights that follow it closely are wrong for others.
 */
const DAMPINGS = [0.01, 0.1, 1, 10, 100];

/** Means of products of rows with themselves and with what is to be made up for. */
type Means = { squares: Float64Array; products: Float64Array };

/** The original weights with the correction that helps most on photos that it was not fitted to. */
export const correctedWeights = (layer: Layer, examples: Examples, multiply: Multiply): Float64Array[] => {
  const size = rowSize(layer);
  const weights = weightRows(layer);
  const changes = changesOf(layer, examples, weights, multiply);
  if (changes.every((change) => change === 0)) return weights;
  const { rows } = examples;
  const count = rows.length / size;
  const split = count - Math.floor(count * OTHERS);
  const meansOf = (from: number, to: number): Means => {
    const part = rows.subarray(from * size, to * size);
    const wanted = changes.subarray(from * layer.outputs, to * layer.outputs);
    return {
      squares: meanSquares(part, size, multiply),
      products: meanProducts(wanted, layer.outputs, part, size, multiply),
    };
  };
  const [most, others] = [meansOf(0, split), meansOf(split, count)];
  const errors = DAMPINGS.map((damping) => errorOf(solve(layer, most, size, damping), others, size));
  const best = DAMPINGS[errors.indexOf(Math.min(...errors))]!;
  const change = solve(layer, mixed(most, others, (count - split) / count), size, best);
  return weights.map((row, output) => row.map((weight, i) => weight + change[output]![i]!));
};

/** What the layer's products lack with its own weights, [count][outputs]; nothing where limits hide it. */
const changesOf = (
  layer: Layer,
  examples: Examples,
  weights: readonly Float64Array[],
  multiply: Multiply,
): Float32Array => {
  const limits = limitsOf(layer);
  const targets = limits ? clampedTargets(examples, limits, weights, multiply) : plainTargets(examples);
  const given = productsOf(examples.rows, weights, multiply);
  return targets.map((target, i) => target - given[i]!);
};

const mixed = (a: Means, b: Means, share: number): Means => {
  const mix = (of: keyof Means) => a[of].map((mean, i) => mean * (1 - share) + b[of][i]! * share);
  return { squares: mix('squares'), products: mix('products') };
};

/** The damped least-squares weights of each output. */
const solve = (layer: Layer, { squares, products }: Means, size: number, damping: number): Float64Array[] => {
  const damped = squares.slice();
  let mean = 0;
  for (let i = 1; i < size; i++) mean += squares[i * size + i]! / (size - 1);
  for (let i = 1; i < size; i++) damped[i * size + i]! += damping * (squares[i * size + i]! + (mean || 1) / 10);
  const factor = factorFor(layer.conv.node.name, damped, size);
  return Array.from({ length: products.length / size }, (_, output) => {
    const row = products.slice(output * size, (output + 1) * size);
    solveWith(factor, size, row);
    return row;
  });
};

/** The mean squared error of weights, over that of no weights at all. */
const errorOf = (weights: readonly Float64Array[], { squares, products }: Means, size: number): number =>
  weights.reduce((total, row, output) => {
    let error = 0;
    for (let i = 0, p = 0; i < size; i++) {
      let sum = -2 * products[output * size + i]!;
      for (let j = 0; j < size; j++, p++) sum += squares[p]! * row[j]!;
      error += sum * row[i]!;
    }
    return total + error;
  }, 0);
