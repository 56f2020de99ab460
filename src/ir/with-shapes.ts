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

/**
 * The graph for other shapes of the inputs, larger along all axes that are open, by different amounts: much larger, or if
 * that exceeds a limit, a little.
 *
 * @throws {ShapeError} if it cannot have other shapes
 */
export const inOtherShapes = (graph: Graph): Graph => {
  const { multiple } = graph.openSizes ?? { multiple: LARGER };
  try {
    return withShapes(graph, largerShapes(graph, Math.ceil(LARGER / multiple) * multiple));
  } catch (error) {
    if (multiple >= LARGER || !(error instanceof ShapeError)) throw error;
    return withShapes(graph, largerShapes(graph, multiple));
  }
};

const largerShapes = ({ inputs, dynamicBatch, openSizes }: Graph, step: number): number[][] =>
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
