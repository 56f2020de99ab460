// The same network for inputs of other sizes: another batch size, or another size of the image.

import { ShapeError, printable } from '../errors.js';
import type { DerivedNumber, Graph, Node, SizeFormula } from './graph.js';
import type { Attrs } from './schema.js';
import { sizeOf } from './tensor.js';
import type { Value } from './value.js';

/**
 * The graph for inputs of these shapes; all other shapes follow from the ops, and attributes from `derived`. Constants
 * and all other attributes are shared with `graph`, and nodes are in the same order.
 *
 * @throws {ShapeError} if a node cannot have these sizes
 */
export const withShapes = (graph: Graph, shapes: readonly (readonly number[])[]): Graph => {
  const values = new Map<Value, Value>();
  const translate = (value: Value) => values.get(value) ?? value;
  const inputs = graph.inputs.map((input, index) => {
    const copy = { ...input, shape: shapes[index]! };
    values.set(input, copy);
    return copy;
  });
  const nodes = graph.nodes.map((node): Node => {
    const from = node.inputs.map(translate);
    const derived = node.derived?.map((number) => ({ ...number, from: translate(number.from) }));
    const attrs = derived ? withDerived(node, derived) : node.attrs;
    const output = { ...node.output, shape: shapeOf(node, from, attrs) };
    values.set(node.output, output);
    return { ...node, inputs: from, attrs, output, ...(derived && { derived }) };
  });
  const outputs = graph.outputs.map(({ name, value }) => ({ name, value: translate(value) }));
  return { ...graph, inputs, nodes, outputs };
};

/** The graph with `batch` as the first size of every input. @throws as `withShapes` */
export const withBatch = (graph: Graph, batch: number): Graph =>
  withShapes(
    graph,
    graph.inputs.map(({ shape }) => [batch, ...shape.slice(1)]),
  );

/** A row more after seven layers that halve the image needs this many rows more. */
const LARGER = 128;

/** How many multiples larger or smaller open sizes are, besides much larger ones. */
const STEPS = [1, 2, 3, -1, -2, -3];

/**
 * The graph for other shapes of the inputs, one after the other, along all axes that are open, by different amounts: much
 * larger, and a little larger and smaller, as a value may have the same shape by chance. Shapes that the network cannot have
 * are left out.
 *
 * @throws {ShapeError} if it cannot have any of them
 */
export function* inOtherShapes(graph: Graph): Generator<Graph, void> {
  const multiple = graph.openSizes?.multiple;
  const steps = multiple ? [Math.ceil(LARGER / multiple) * multiple, ...STEPS.map((count) => count * multiple)] : [1];
  let failure: unknown;
  let isPossible = false;
  for (const shapes of steps.map((step) => otherShapes(graph, step))) {
    if (shapes.some((shape) => shape.some((size) => size < 1))) continue;
    try {
      yield withShapes(graph, shapes);
      isPossible = true;
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      failure ??= error;
    }
  }
  if (!isPossible) throw failure;
}

const otherShapes = ({ inputs, dynamicBatch, openSizes }: Graph, step: number): number[][] =>
  inputs.map(({ shape }, index) =>
    shape.map((size, axis) => {
      if (axis === 0 && dynamicBatch) return size + 1;
      return openSizes?.axes[index]!.includes(axis) ? size + axis * step : size;
    }),
  );

/** The shape of a node's output; errors begin with its name. */
const shapeOf = ({ name, op }: Node, inputs: readonly Value[], attrs: Attrs): readonly number[] => {
  try {
    return op.shape(inputs, attrs);
  } catch (error) {
    if (error instanceof ShapeError) error.message = printable(`${name}: ${error.message}`);
    throw error;
  }
};

const withDerived = ({ name, attrs }: Node, derived: readonly DerivedNumber[]): Attrs => {
  const changed: Record<string, number[]> = {};
  for (const number of derived) {
    const numbers = (changed[number.attr] ??= [...(attrs[number.attr] as readonly number[])]);
    const value = derivedNumber(number);
    if (!Number.isSafeInteger(value))
      throw new ShapeError(`${name}: a size of ${number.times * sizesOf(number)} is not a multiple of ${number.over}`);
    numbers[number.index] = value;
  }
  return { ...attrs, ...changed };
};

/** What a formula gives for the sizes of its value; not a whole number if `over` does not divide them. */
export const derivedNumber = (formula: SizeFormula): number =>
  (formula.times * sizesOf(formula)) / formula.over + formula.plus;

const sizesOf = ({ from, axes }: SizeFormula): number => sizeOf(axes.map((axis) => from.shape[axis]!));
