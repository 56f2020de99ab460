// Finds nodes whose results only one node reads.

import type { Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';

/**
 * Returns the index of the node that produces a value, if it is of this kind and exactly one node reads the value. Values in
 * `whole` are read elsewhere too.
 */
export const soleProducersOf = (nodes: readonly Node[], whole: ReadonlySet<Value>) => {
  const producers = new Map(nodes.map(({ output }, i) => [output, i]));
  const reads = new Map<Value, number>();
  for (const input of nodes.flatMap(({ inputs }) => inputs)) reads.set(input, (reads.get(input) ?? 0) + 1);
  return (value: Value, isOfKind: (node: Node) => boolean): number | undefined => {
    const index = producers.get(value);
    if (index === undefined || reads.get(value) !== 1 || whole.has(value)) return undefined;
    return isOfKind(nodes[index]!) ? index : undefined;
  };
};
