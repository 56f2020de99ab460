// Constants that are computed again, when a network is read for another batch size.

import type { Node } from '../ir/graph.js';
import type { ConstantData } from '../ir/value.js';
import type { Evaluate } from '../runtime/evaluate-node.js';

/**
 * An evaluator that remembers its results, up to `max` elements: for a node of the same op, attributes and inputs it gives
 * the same array.
 */
export const evaluateOnce = (evaluate: Evaluate, max: number): Evaluate => {
  let [elements, arrays] = [0, 0];
  const results = new Map<string, ConstantData>();
  const numbers = new WeakMap<ConstantData, number>();
  const numberOf = (data: ConstantData): number => {
    const number = numbers.get(data) ?? arrays++;
    numbers.set(data, number);
    return number;
  };
  const keyOf = ({ op, attrs, inputs }: Node): string =>
    JSON.stringify(
      [op.name, attrs, inputs.map(({ data, shape, type }) => [numberOf(data!), shape, type])],
      nameInfinity,
    );
  return (node) => {
    const key = keyOf(node);
    const known = results.get(key);
    if (known) return known;
    const result = evaluate(node);
    elements += result.length;
    if (elements > max) {
      results.clear();
      elements = result.length;
    }
    results.set(key, result);
    return result;
  };
};

/** A replacer for JSON, which has no infinite numbers. */
export const nameInfinity = (_: string, value: unknown): unknown =>
  value === Infinity || value === -Infinity ? String(value) : value;
