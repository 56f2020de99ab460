// How much of each layer's weights is lost when they are stored in fewer bits.

import { filtersOf } from '../format/filters.js';
import type { Graph } from '../ir/graph.js';

/** A layer whose stored weights differ from the exact ones, and by how much: 10 log10(sum(w^2) / sum((w - stored)^2)). */
export type LayerNoise = { layer: string; decibels: number };

/** The noise in the weights of the layers that differ between two graphs with the same nodes. */
export const weightNoise = (exact: Graph, stored: Graph): LayerNoise[] => {
  const others = [...filtersOf(stored).keys()];
  return [...filtersOf(exact)].flatMap(([{ data }, { node }], i) => {
    const decibels = decibelsOf(data as Float32Array, others[i]!.data as Float32Array);
    return decibels < Infinity ? [{ layer: node.name, decibels }] : [];
  });
};

const decibelsOf = (exact: Float32Array, stored: Float32Array): number => {
  let [signal, noise] = [0, 0];
  for (let i = 0; i < exact.length; i++) {
    signal += exact[i]! ** 2;
    noise += (exact[i]! - stored[i]!) ** 2;
  }
  return noise > 0 ? 10 * Math.log10(signal / noise) : Infinity;
};
