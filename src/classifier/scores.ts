// What a network's last vector means, and the probabilities in it.

import { makersOf, type Graph } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import type { ScoreKind } from '../ir/op.js';

/** What the first output is, from the op that makes it. */
export const scoreKindOf = (graph: Graph): ScoreKind => {
  const makers = makersOf(graph);
  let value: Value | undefined = graph.outputs[0]?.value;
  let maker = value && makers.get(value);
  while (maker && (maker.op.alias || maker.op.moves)) {
    value = maker.inputs[0]!;
    maker = makers.get(value);
  }
  return maker?.op.scores?.(maker.attrs) ?? 'logits';
};

/** Probabilities from a network's output. */
export const scoresOf = (output: Float32Array, kind: ScoreKind): Float32Array => {
  if (kind === 'probabilities') return output;
  if (kind === 'logarithms') return output.map(Math.exp);
  const largest = output.reduce((most, value) => Math.max(most, value), -Infinity);
  const exponentials = Float64Array.from(output, (value) => Math.exp(value - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return Float32Array.from(exponentials, (value) => value / sum);
};
