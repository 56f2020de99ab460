// The section of the graph that says which sizes are open, and what follows from them.

import type { DerivedNumber, Graph, Node, OpenSizes } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import { derivedNumber } from '../ir/with-shapes.js';
import type { ByteReader, ByteWriter } from './bytes.js';
import { LIMITS } from './layout.js';

/** Writes the open axes, and the derived numbers of all nodes. */
export const writeOpenSizes = (
  writer: ByteWriter,
  { axes, multiple }: OpenSizes,
  nodes: readonly Node[],
  indexOf: (value: Value) => number,
): void => {
  for (const own of axes) writer.list(own, (axis) => writer.varint(axis));
  writer.varint(multiple);
  const numbers = nodes.flatMap(({ op, derived = [] }, node) =>
    derived.map((number) => ({ ...number, node, place: Object.keys(op.attrs).indexOf(number.attr) })),
  );
  writer.list(numbers, ({ node, place, index, from, axes: along, times, over, plus }) => {
    writer.varint(node).varint(place).varint(index).varint(indexOf(from));
    writer.list(along, (axis) => writer.varint(axis));
    writer.varint(times).varint(over).zigzag(plus);
  });
};

/** Reads the open axes, and adds the derived numbers to the nodes. */
export const readOpenSizes = (
  reader: ByteReader,
  { inputs, nodes }: Pick<Graph, 'inputs' | 'nodes'>,
  values: readonly Value[],
): OpenSizes => {
  const axes = inputs.map(({ shape }) => {
    const own = reader.list(LIMITS.rank, () => reader.varint(shape.length - 1));
    if (new Set(own).size !== own.length || own.includes(0)) reader.fail('the open axes of an input are not valid');
    return own;
  });
  const multiple = reader.varint(LIMITS.elements);
  if (!axes.flat().length || !axes.every((own, i) => own.every((axis) => inputs[i]!.shape[axis]! % multiple === 0)))
    reader.fail(`open sizes are not multiples of ${multiple}`);
  const derived = new Map<Node, DerivedNumber[]>(nodes.map((node) => [node, []]));
  const known = new Set<string>();
  reader.list(LIMITS.values, () => {
    const at = reader.varint();
    const number = readDerived(reader, at, nodes, values);
    const key = `${at} ${number.attr} ${number.index}`;
    if (known.has(key)) reader.fail(`a number of ${nodes[at]!.name} is derived twice`);
    known.add(key);
    derived.get(nodes[at]!)!.push(number);
  });
  for (const [node, numbers] of derived) if (numbers.length) node.derived = numbers;
  return { axes, multiple };
};

/** A derived number of the node at an index; values end with the outputs of all nodes. */
const readDerived = (
  reader: ByteReader,
  at: number,
  nodes: readonly Node[],
  values: readonly Value[],
): DerivedNumber => {
  const node = nodes[at] ?? reader.fail('a derived number belongs to no node');
  const [attr, kind] = Object.entries(node.op.attrs)[reader.varint()] ?? [];
  if (!attr || kind !== 'i32s' || !node.op.derivable)
    reader.fail(`${node.name} has no such numbers that follow from sizes`);
  const index = reader.varint();
  const place = reader.varint();
  const from = values[place];
  if (!from || place >= values.length - nodes.length + at)
    return reader.fail(`${node.name} follows from a later value`);
  const axes = reader.list(LIMITS.rank, () => reader.varint(from.shape.length - 1));
  if (new Set(axes).size !== axes.length) reader.fail(`${node.name} follows from an axis twice`);
  const number = {
    attr,
    index,
    from,
    axes,
    times: reader.varint(),
    over: reader.varint(),
    plus: reader.zigzag(),
  };
  if (derivedNumber(number) !== (node.attrs[attr] as readonly number[])[index])
    reader.fail(`a number of ${node.name} does not follow from sizes as the file says`);
  return number;
};
