// One graph for images of any size, from the graphs of one network for several sizes.

import type { DerivedNumber, Graph, Node, SizeFormula } from '../ir/graph.js';
import { sameShape, sizeOf } from '../ir/tensor.js';
import type { Value } from '../ir/value.js';
import { derivedNumber, withShapes } from '../ir/with-shapes.js';
import { attempt } from './attempt.js';
import { isSame, relativeAttrs, type Readings } from './relative-attrs.js';
import { hasSameConnections, sameAttribute } from './same-structure.js';

/** The values of each graph in the same order. */
type Values = readonly (readonly Value[])[];

/** Axes of a value, by its index. */
type Place = { index: number; axes: readonly number[] };

/**
 * A graph that becomes each of `graphs` when its inputs get their shapes: the first of them, in which numbers that differ
 * are derived from sizes. If there is none, a text that says why.
 */
export const generalGraph = (graphs: readonly Graph[]): Graph | string => {
  const [first] = graphs as [Graph];
  if (!graphs.every((graph) => hasSameConnections(first, graph))) return 'its layers or weights depend on the size';
  const values = graphs.map(({ inputs, nodes }) => [...inputs, ...nodes.map(({ output }) => output)]);
  const nodes: Node[] = [];
  for (const [place, node] of first.nodes.entries()) {
    const readings = graphs.map((graph) => graph.nodes[place]!);
    const general = generalNode(readings, values, first.inputs.length + place);
    if (typeof general === 'string') return `${node.name} (${node.op.name}) has other ${general} for other sizes`;
    nodes.push(general);
  }
  const graph = { ...first, nodes };
  return graphs.every((other) => becomes(graph, other)) ? graph : 'its shapes depend on the size in an unusual way';
};

const becomes = (graph: Graph, other: Graph): boolean => {
  const shapes = other.inputs.map(({ shape }) => shape);
  const found = attempt(() => withShapes(graph, shapes));
  if (found instanceof Error) return false;
  return found.nodes.every(({ output }, index) => sameShape(output.shape, other.nodes[index]!.output.shape));
};

/** The node of the first reading with derived numbers, or the name of an attribute that cannot be derived. */
const generalNode = (readings: Readings, values: Values, count: number): Node | string => {
  const [node] = readings as [Node];
  const [attrs, ...others] = relativeAttrs(readings) as [Node['attrs']];
  const derived: DerivedNumber[] = [];
  for (const [attr, kind] of Object.entries(node.op.attrs)) {
    if (others.every((other) => sameAttribute(attrs[attr], other[attr]))) continue;
    const lists = [attrs, ...others].map((own) => own[attr] as readonly number[]);
    if (kind !== 'i32s' || !node.op.derivable || !isSame(lists.map(({ length }) => length))) return attr;
    const places = placesNear(node, values, count);
    for (const index of lists[0]!.keys()) {
      const numbers = lists.map((list) => list[index]!);
      if (isSame(numbers)) continue;
      const found = derive(numbers, places, values);
      if (!found) return attr;
      derived.push({ ...found, attr, index });
    }
  }
  return { ...node, attrs, ...(derived.length && { derived }) };
};

/** How many of the values before a node are tried. */
const MAX_NEAR = 1024;

/** Sizes that a node's numbers may follow from, the likeliest first: those of its inputs, of the network, of other values. */
const placesNear = ({ inputs }: Node, [values]: Values, count: number): Place[] => {
  const made = values!;
  const own = inputs.map((input) => made.lastIndexOf(input, count - 1)).filter((index) => index >= 0);
  const near = Array.from({ length: Math.min(count, MAX_NEAR) }, (_, i) => count - 1 - i);
  const indices = new Set([...own, 0, ...near]);
  return [...indices].flatMap((index) => {
    const axes = [...made[index]!.shape.keys()];
    return [...axes.map((axis) => [axis]), ...axes.slice(1).map((axis) => [axis - 1, axis])].map((list) => {
      return { index, axes: list };
    });
  });
};

/** How the numbers of all readings follow from sizes. */
const derive = (numbers: readonly number[], places: readonly Place[], values: Values): SizeFormula | undefined => {
  for (const factors of [sameFactors, linearFactors]) {
    for (const { index, axes } of places) {
      const sizes = values.map((list) => sizeOf(axes.map((axis) => list[index]!.shape[axis]!)));
      const formulas = values.map((list) => ({ from: list[index]!, axes, ...factors(numbers, sizes) }));
      const fits = formulas.every(
        (formula, r) => Number.isInteger(formula.plus) && derivedNumber(formula) === numbers[r],
      );
      if (fits && !isSame(sizes)) return formulas[0];
    }
  }
  return undefined;
};

const sameFactors = () => ({ times: 1, over: 1, plus: 0 });

/** The line through two points, if its slope is a whole number or one over a whole number; otherwise no line that fits. */
const linearFactors = ([a, b]: readonly number[], [x, y]: readonly number[]) => {
  const slope = (b! - a!) / (y! - x!);
  const [times, over] = slope >= 1 ? [Math.round(slope), 1] : [1, Math.max(1, Math.round(1 / slope))];
  return { times, over, plus: a! - (times * x!) / over };
};
