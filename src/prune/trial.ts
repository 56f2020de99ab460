// What removals cost on photos that the weights were not fitted to: with few photos much more than on those that they were.

import { rowSize } from './collect.js';
import { eliminate } from './eliminate.js';
import { inverseFor, problemOf, type Problem } from './fit.js';
import { absentIn, mostRemoved, panelsOf, type Layer } from './layers.js';
import { meanSquares } from './moments.js';
import type { Multiply } from './multiply.js';

/** Removals from a panel: their order, and the squared error after each on photos that nothing was fitted to. */
export type PanelTrial = { order: number[]; errors: number[] };

/** A layer's problem for most of the photos, and removals from its panels. */
export type Trial = { problem: Problem; panels: PanelTrial[] };

/** The share of the rows, those of the last photos, that nothing is fitted to. */
export const OTHERS = 0.25;

/** The error on other photos is computed after so many shares of the removals; between them it is interpolated. */
const CHECKS = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** Removes inputs from the panels of a layer, whose windows are `rows`, one photo after another; `onPanel` is called after each. */
export const tryRemovals = (layer: Layer, rows: Float32Array, multiply: Multiply, onPanel: () => void): Trial => {
  const size = rowSize(layer);
  const count = rows.length / size;
  const split = (count - Math.floor(count * OTHERS)) * size;
  const problem = problemOf(layer, meanSquares(rows.subarray(0, split), size, multiply));
  const squares = split < rows.length ? meanSquares(rows.subarray(split), size, multiply) : problem.squares;
  const inverse = inverseFor(problem);
  const absent = absentIn(layer);
  const panels = panelsOf(layer).map((outputs, panel): PanelTrial => {
    const own = outputs.map((output) => problem.weights[output]!);
    const most = Math.max(mostRemoved(layer), absent[panel]!.length);
    const checks = new Set(CHECKS.map((share) => Math.ceil(share * most)));
    const known: [removed: number, error: number][] = [[0, 0]];
    const { order, errors } = eliminate(inverse, layer.taps, own, most, absent[panel], (removed, weights) => {
      if (checks.has(removed)) known.push([removed, errorOf(squares, own, weights())]);
    });
    onPanel();
    return { order, errors: interpolated(known).map((error, i) => Math.max(error, errors[i]!)) };
  });
  return { problem, panels };
};

/** The mean squared difference of what weights give, of all outputs together. */
const errorOf = (squares: Float64Array, before: readonly Float64Array[], after: readonly Float64Array[]): number => {
  const size = before[0]!.length;
  return before.reduce((sum, row, output) => {
    const change = row.map((weight, i) => after[output]![i]! - weight);
    let error = 0;
    for (let i = 0, p = 0; i < size; i++) {
      let part = 0;
      for (let j = 0; j < size; j++, p++) part += squares[p]! * change[j]!;
      error += part * change[i]!;
    }
    return sum + error;
  }, 0);
};

/** The errors after 1, 2, ... removals between those that are known; none is less than one before. */
const interpolated = (known: readonly (readonly [removed: number, error: number])[]): number[] => {
  const errors: number[] = [];
  let least = 0;
  for (let i = 1; i < known.length; i++) {
    const [[from, start], [to, end]] = [known[i - 1]!, known[i]!];
    for (let removed = from + 1; removed <= to; removed++) {
      least = Math.max(least, start + ((end - start) * (removed - from)) / (to - from));
      errors.push(least);
    }
  }
  return errors;
};
