// Quantises values of a network of floats: each becomes integers, which are turned back into floats for those who read it.

import type { Graph, Node } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import { dequantize, quantize } from '../ops/int8/quantize.js';
import type { Target } from '../converter/int8/targets.js';

/** A value that is rounded: its integers, which are multiples of `scale`. */
export type Rounded = { value: Value; integers: Value; scale: number };

/**
 * The graph in which the values with targets are rounded to their integers, for those who read them and where they are returned.
 * What layers in float make is rounded only for those that compute in integers.
 *
 * @param made the values that layers of integers make
 */
export const insertQuantizers = (
  graph: Graph,
  targets: ReadonlyMap<Value, Target>,
  made: ReadonlySet<Value>,
): { graph: Graph; rounded: Rounded[] } => {
  const rounded: Rounded[] = [];
  const floatsOf = new Map<Value, Value>();
  const nodes: Node[] = [];
  const add = (value: Value): void => {
    const target = targets.get(value);
    if (!target) return;
    const { name, shape } = value;
    const integers: Value = { name: `${name}.int8`, type: 'int8', shape };
    const floats: Value = { name: `${name}.floats`, type: 'float32', shape };
    nodes.push(
      { name: integers.name, op: quantize, attrs: { ...target }, inputs: [value], output: integers },
      { name: floats.name, op: dequantize, attrs: { scale: target.scale }, inputs: [integers], output: floats },
    );
    floatsOf.set(value, floats);
    rounded.push({ value, integers, scale: target.scale });
  };
  graph.inputs.forEach(add);
  for (const node of graph.nodes) {
    const isInteger = made.has(node.output);
    const read = (input: Value) => (isInteger || made.has(input) ? (floatsOf.get(input) ?? input) : input);
    nodes.push({ ...node, inputs: node.inputs.map(read) });
    add(node.output);
  }
  const outputs = graph.outputs.map(({ name, value }) => ({
    name,
    value: made.has(value) ? (floatsOf.get(value) ?? value) : value,
  }));
  return { graph: { ...graph, nodes, outputs }, rounded };
};
