// The kind of a network's scores, derived from the op that produces them.

import { firstInput, makersOf, type Graph } from '../ir/graph.js';
import type { ScoreKind } from '../ir/op.js';
import type { Value } from '../ir/value.js';

/** The kind of an output: what its op declares, by default logits. */
export const scoreKindOf = (graph: Graph, output: string): ScoreKind => {
  const makers = makersOf(graph);
  let value: Value | undefined = graph.outputs.find(({ name }) => name === output)?.value;
  let maker = value && makers.get(value);
  while (maker && (maker.op.alias || maker.op.moves)) {
    value = firstInput(maker);
    maker = makers.get(value);
  }
  return maker?.op.scores(maker.attrs) ?? 'logits';
};
