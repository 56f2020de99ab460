// Selections of channels move towards the outputs, past ops that treat channels alike, until an op reads its inputs
// through them. So every tensor has one physical order of channels, the one in which it is cheapest to make.

import { readersOf, type Graph, type Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import type { AnyOp, Selection } from '../../ir/op.js';
import { gather } from '../../ops/gather.js';
import { selectAfter } from '../../ops/shared/selection.js';
import { sizeOf } from '../../ir/tensor.js';
import { followedInputs, isChannelwise, keepChannels } from './channelwise.js';
import { invert, isPermutation } from '../../ops/shared/permutation.js';

/** One sweep over a graph; rebuilds the list of nodes. */
class Sweep {
  readonly nodes: Node[] = [];
  private readonly makers = new Map<Value, Node>();
  /** The values of the graph that others are under another order. */
  private readonly origins = new Map<Value, Value>();

  constructor(
    private readonly readers: ReadonlyMap<Value, readonly Node[]>,
    private readonly outputs: ReadonlySet<Value>,
  ) {}

  take(node: Node): void {
    const selections = node.inputs.map((input) => this.selectionOf(input));
    const own = node.op.selects?.(node.attrs, node.inputs);
    const [first] = selections;
    if (own && first)
      return this.append(
        selectNode(
          node,
          first.source,
          own.map((index) => first.indices[index]!),
        ),
      );
    if (own || !selections.some((selection) => selection)) return this.append(node);
    this.align(node, selections);
    if (!selections.some((selection) => selection)) return this.append(node);
    const form = selectedForm(node, selections);
    if (!form) return this.append(this.unfold(node, selections));
    if (!form.indices) {
      Object.assign(node, { attrs: form.attrs, inputs: form.inputs });
      return this.take(node); // another input may be a selection too
    }
    const { indices } = form;
    const channels = node.op.shape(form.inputs, form.attrs).at(-1)!;
    const physical: Value = {
      ...node.output,
      name: `${node.output.name}/channels`,
      shape: [...node.output.shape.slice(0, -1), channels],
    };
    this.origins.set(physical, node.output);
    this.append({ ...node, attrs: form.attrs, inputs: form.inputs, output: physical });
    this.append(selectNode({ ...node, name: `${node.name}/select` }, physical, indices));
  }

  private append(node: Node): void {
    this.nodes.push(node);
    this.makers.set(node.output, node);
  }

  private selectionOf(value: Value): Selection | undefined {
    const maker = this.makers.get(value);
    const indices = maker?.op.selects?.(maker.attrs, maker.inputs);
    return indices && { source: maker!.inputs[0]!, indices };
  }

  /**
   * Gives the inputs of a node of two the same order, if one of them can be made in any: that of the one that cannot, else
   * of one that has an order of its own, else of the larger.
   */
  private align(node: Node, selections: (Selection | undefined)[]): void {
    if (node.inputs.length !== 2) return;
    const isFree = node.inputs.map((input, i) => this.isFree(input, selections[i]));
    const weight = (i: number) =>
      (isFree[i] ? 0 : 2 ** 41) + (selections[i] ? 2 ** 40 : 0) + sizeOf(node.inputs[i]!.shape);
    const lead = weight(1) > weight(0) ? 1 : 0;
    const [leader, own] = [selections[lead], selections[1 - lead]];
    const follower = node.inputs[1 - lead]!;
    const order = leader?.indices ?? identity(follower);
    if (!isFree[1 - lead] || follower.shape.at(-1) !== order.length) return;
    if (leader && !isPermutation(order, leader.source.shape.at(-1)!)) return;
    const source = this.reorder(own?.source ?? follower, own ? compose(order, invert(own.indices)) : order);
    selections[1 - lead] = leader && { source, indices: order };
    if (!leader) node.inputs[1 - lead] = source;
  }

  /** Reads inputs without their selections, where they can be made in that order. */
  private unfold(node: Node, selections: readonly (Selection | undefined)[]): Node {
    const inputs = node.inputs.map((input, i) => {
      const selection = selections[i];
      return selection && this.isFree(input, selection)
        ? this.reorder(selection.source, invert(selection.indices))
        : input;
    });
    return { ...node, inputs };
  }

  /** Whether a value can be made in any order, itself or what it is a selection of. */
  private isFree(value: Value, selection: Selection | undefined): boolean {
    if (value.data) return false;
    if (!selection) return this.reorders(value);
    return (
      isPermutation(selection.indices, selection.source.shape.at(-1)!) &&
      this.uses(value) === 1 &&
      this.reorders(selection.source)
    );
  }

  /** Whether a value can be made in any order. */
  private reorders(value: Value): boolean {
    return this.makersOf(value) !== undefined;
  }

  /** What makes a value, if it can in any order: layers that can, and what follows them channel by channel. */
  private makersOf(value: Value): Node[] | undefined {
    const found: Node[] = [];
    const open = [value];
    for (let next = open.pop(); next; next = open.pop()) {
      const maker = this.makers.get(next);
      if (!maker || this.uses(next) !== 1) return undefined;
      found.push(maker);
      if (maker.op.reorder?.(maker.attrs, maker.inputs, identity(next))) continue;
      if (!isChannelwise(maker)) return undefined;
      open.push(...followedInputs(maker));
    }
    return found;
  }

  /** How many nodes read a value, be it through selections, or what was made of it under another order; an output counts too. */
  private uses(value: Value): number {
    let count = 0;
    const open = [this.origins.get(value) ?? value];
    for (let next = open.pop(); next; next = open.pop()) {
      if (this.outputs.has(next)) count++;
      for (const reader of this.readers.get(next) ?? []) {
        if (reader.op.selects?.(reader.attrs, reader.inputs)) open.push(reader.output);
        else count++;
      }
    }
    return count;
  }

  /** Makes the value with channel i at `places[i]`. */
  private reorder(value: Value, places: readonly number[]): Value {
    for (const maker of this.makersOf(value)!) {
      Object.assign(
        maker,
        maker.op.reorder?.(maker.attrs, maker.inputs, places) ?? keepChannels(maker, invert(places)),
      );
    }
    return value;
  }
}

const identity = (value: Value): number[] => Array.from({ length: value.shape.at(-1)! }, (_, i) => i);

/** The list whose element i is `list[places[i]]`'s. */
const compose = (list: readonly number[], places: readonly number[]): number[] => places.map((place) => list[place]!);

/** The node on inputs without their selections; where it has one input and treats channels alike, the selection follows. */
const selectedForm = (
  node: Node,
  selections: readonly (Selection | undefined)[],
): ReturnType<NonNullable<AnyOp['select']>> => {
  const { op, attrs, inputs } = node;
  if (op.select) return op.select(attrs, inputs, selections);
  return inputs.length === 1 && isChannelwise(node) ? selectAfter(attrs, inputs, selections) : undefined;
};

/** The node as a selection of channels. */
const selectNode = (node: Node, source: Value, indices: readonly number[]): Node => {
  const data = Int32Array.from(indices);
  const list: Value = { name: `${node.name}/indices`, shape: [data.length], type: 'int32', data };
  return {
    name: node.name,
    op: gather,
    attrs: { axis: source.shape.length - 1 },
    inputs: [source, list],
    output: node.output,
  };
};

/** Sinks selections of channels. */
export const sinkSelections = (graph: Graph): void => {
  const sweep = new Sweep(readersOf(graph), new Set(graph.outputs.map(({ value }) => value)));
  for (const node of graph.nodes) sweep.take(node);
  graph.nodes = sweep.nodes;
};

/** Lets a layer make what a selection of its output makes; false if it cannot or the selection does more than restore an order. */
export const foldSelection = (maker: Node, { op, attrs, inputs, output }: Node): boolean => {
  const indices = op.selects?.(attrs, inputs);
  if (!indices || !isPermutation(indices, maker.output.shape.at(-1)!)) return false;
  const form = maker.op.reorder?.(maker.attrs, maker.inputs, invert(indices));
  if (!form) return false;
  Object.assign(maker, form, { output });
  return true;
};

/** Selections that only restore an order go into the layer before them, if it can make that order. */
export const foldSelections = (graph: Graph): void => {
  const makers = new Map(graph.nodes.map((node) => [node.output, node]));
  const readers = readersOf(graph);
  const outputs = new Set(graph.outputs.map(({ value }) => value));
  const removed = new Set<Node>();
  for (const node of graph.nodes) {
    const [source] = node.inputs;
    const maker = makers.get(source!);
    const isFree = maker && readers.get(source!)!.length === 1 && !outputs.has(source!);
    if (!isFree || !foldSelection(maker, node)) continue;
    makers.set(node.output, maker);
    removed.add(node);
  }
  graph.nodes = graph.nodes.filter((node) => !removed.has(node));
};
