// The integers that each value of a network becomes.

import { movedBy } from '../converter/int8/moves.js';
import type { Target } from '../converter/int8/targets.js';
import { readersOf, type Graph, type Node } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import type { Distribution } from './ranges.js';
import { valuesOf } from './values.js';

/**
 * The targets of the values that `nodes`, which compute in integers, read and make. Where a max pool, a concatenation or a
 * reshape alone reads a value, it takes the target of their result: its integers need no conversion, and what the maximum leaves
 * out counts in no range.
 */
export const targetsFor = (
  graph: Graph,
  nodes: readonly Node[],
  distributions: ReadonlyMap<Value, Distribution>,
): Map<Value, Target> => {
  const values = valuesOf(graph, nodes);
  const made = new Set(values);
  const [readers, returned] = [readersOf(graph), new Set(graph.outputs.map(({ value }) => value))];
  const integers = new Set(nodes);
  const movedTo = (value: Value): Value | undefined => {
    const [reader, ...others] = readers.get(value) ?? [];
    if (!reader || others.length || returned.has(value) || !integers.has(reader)) return undefined;
    return movedBy(reader)?.includes(value) && made.has(reader.output) ? reader.output : undefined;
  };
  const targets = new Map<Value, Target>();
  for (const value of values) {
    let last = value;
    for (let next = movedTo(last); next; next = movedTo(last)) last = next;
    targets.set(value, distributions.get(last)!.target());
  }
  return targets;
};
