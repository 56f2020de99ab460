// Weights that are NaN or infinite, which training that diverged leaves: warned of, because every result becomes NaN.

import { filtersOf } from '../format/filters.js';
import type { Graph } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import { cut } from './reading/cut.js';

/** Tensors that are named one by one. */
const MAX_NAMED = 8;

type Count = { nan: number; infinite: number };

const countIn = (data: Float32Array): Count => {
  let [nan, infinite] = [0, 0];
  for (const value of data) {
    if (value - value === 0) continue; // finite
    if (Number.isNaN(value)) nan++;
    else infinite++;
  }
  return { nan, infinite };
};

/**
 * Warnings of the constants of a graph that are not finite, one for each tensor. Infinite numbers count only in weights and
 * biases: masks of attention, and bounds, are infinite on purpose.
 */
export const nonFiniteWeights = (graph: Graph): string[] => {
  const layers = new Set([...filtersOf(graph).values()].map(({ node }) => node));
  const seen = new Set<Value>();
  const warnings: string[] = [];
  for (const node of graph.nodes) {
    for (const value of node.inputs) {
      if (!(value.data instanceof Float32Array) || seen.has(value)) continue;
      seen.add(value);
      const { nan, infinite } = countIn(value.data);
      const parts = [...(nan ? [`${nan} NaN`] : []), ...(infinite && layers.has(node) ? [`${infinite} infinite`] : [])];
      if (parts.length)
        warnings.push(
          `layer '${cut(node.name)}' (${node.op.name}): ${parts.join(' and ')} of ${value.data.length} weights`,
        );
    }
  }
  const more = warnings.length - MAX_NAMED;
  return more > 0 ? [...warnings.slice(0, MAX_NAMED), `${more} more tensors have NaN or infinite weights`] : warnings;
};
