// What the scores of a network are, from the op that makes them.

import { firstInput, makersOf, type Graph } from '../ir/graph.js';
import type { ScoreKind } from '../ir/op.js';
import type { Value } from '../ir/value.js';

/** What the first output holds: an op that makes probabilities says so, anything else makes logits. */
export const scoreKindOf = (graph: Graph): ScoreKind => {
  const makers = makersOf(graph);
  let value: Value | undefined = graph.outputs[0]?.value;
  let maker = value && makers.get(value);
  while (maker && (maker.op.alias || maker.op.moves)) {
    value = firstInput(maker);
    maker = makers.get(value);
  }
  return maker?.op.scores(maker.attrs) ?? 'logits';
};
