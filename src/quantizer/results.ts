// Which values take the range of another value, because what reads them only moves or selects their numbers.

import { movedBy } from '../converter/int8/moves.js';
import { readersOf, type Graph, type Node } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import { valuesOf } from './values.js';

/**
 * For each value that `nodes`, which compute in integers, read or make: the value whose range it takes. That is its own,
 * except where only a max pool, a concatenation or a reshape reads it: with the range of their result it needs no
 * conversion, and numbers that a maximum drops take up no part of the range.
 */
export const resultsOf = (graph: Graph, nodes: readonly Node[]): Map<Value, Value> => {
  const values = valuesOf(graph, nodes);
  const [quantized, integers] = [new Set(values), new Set(nodes)];
  const [readers, returned] = [readersOf(graph), new Set(graph.outputs.map(({ value }) => value))];
  const movedTo = (value: Value): Value | undefined => {
    const [reader, ...others] = readers.get(value) ?? [];
    if (!reader || others.length || returned.has(value) || !integers.has(reader)) return undefined;
    return movedBy(reader)?.includes(value) && quantized.has(reader.output) ? reader.output : undefined;
  };
  return new Map(
    values.map((value) => {
      let result = value;
      for (let moved = movedTo(result); moved; moved = movedTo(result)) result = moved;
      return [value, result];
    }),
  );
};
