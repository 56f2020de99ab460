// A graph as text, to look at: one node a line, `output: type[shape] = op(inputs) {attributes}`.

import type { Graph, Node } from '../ir/graph.js';
import type { Block } from '../ir/structure.js';
import { showShape } from '../ir/tensor.js';
import type { Value } from '../ir/value.js';

/** Longer lists are cut after this many numbers or blocks. */
const [MAX_NUMBERS, MAX_BLOCKS] = [8, 2];

/**
 * The inputs, nodes and outputs of a graph, a line each. Constants are shown by their type and shape, single numbers by
 * their value. `showLine` escapes what names may contain.
 */
export const printGraph = (graph: Graph, showLine: (line: string) => string = String): string =>
  [
    ...graph.inputs.map((value) => `input  ${showTyped(value)}`),
    ...graph.nodes.map(printNode),
    ...graph.outputs.map(({ name, value }) => `output ${name} = ${showInput(value)}`),
  ]
    .map(showLine)
    .join('\n');

const printNode = ({ op, attrs, inputs, output }: Node): string => {
  const shown = Object.entries(attrs)
    .filter(([, value]) => !isOmitted(value))
    .map(([name, value]) => `${name}: ${showAttr(value)}`);
  const list = shown.length ? ` {${shown.join(', ')}}` : '';
  return `${showTyped(output)} = ${op.name}(${inputs.map(showInput).join(', ')})${list}`;
};

const showTyped = ({ name, type, shape }: Value): string => `${name}: ${type}${showShape(shape)}`;

const showInput = ({ name, type, shape, data }: Value): string => {
  if (!data) return name;
  return data.length === 1 ? `${data[0]!}` : `${type}${showShape(shape)}`;
};

/** Infinite bounds and empty lists carry no information. */
const isOmitted = (value: unknown): boolean =>
  value === -Infinity || value === Infinity || (Array.isArray(value) && !value.length);

const showAttr = (value: unknown): string => {
  if (!Array.isArray(value)) return String(value);
  return isBlocks(value) ? cut(value.map(showBlock), MAX_BLOCKS, ' ') : showList(value);
};

const isBlocks = (value: readonly unknown[]): value is readonly Block[] => typeof value[0] === 'object';

const showBlock = ({ inputs, outputs }: Block): string => `${showList(inputs)}->${showList(outputs)}`;

const showList = (values: readonly unknown[]): string => `[${cut(values.map(String), MAX_NUMBERS, ',')}]`;

const cut = (texts: readonly string[], max: number, separator: string): string =>
  texts.length > max
    ? `${texts.slice(0, max).join(separator)}${separator}... ${texts.length} in all`
    : texts.join(separator);
