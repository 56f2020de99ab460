// Selections of channels move towards the outputs, past ops that treat channels alike, until an op reads its inputs
// through them. So every tensor has one physical order of channels, the one in which it is cheapest to make.

import { readersOf, type Graph, type Node, type Value } from '../graph.js';
import type { Selection } from '../op.js';
import { gather } from '../ops/gather.js';
import { invert, isPermutation } from '../ops/selection.js';

/** One sweep over a graph; rebuilds the list of nodes. */
class Sweep {
  readonly nodes: Node[] = [];
  private readonly makers = new Map<Value, Node>();

  constructor(private readonly readers: ReadonlyMap<Value, readonly Node[]>, private readonly outputs: ReadonlySet<Value>) {}

  take(node: Node): void {
    const selections = node.inputs.map((input) => this.selectionOf(input));
    const own = node.op.selects?.(node.attrs, node.inputs);
    const [first] = selections;
    if (own && first) return this.append(selectNode(node, first.source, own.map((index) => first.indices[index]!)));
    if (own || !selections.some((selection) => selection)) return this.append(node);
    this.align(node, selections);
    const form = node.op.select?.(node.attrs, node.inputs, selections);
    if (!form) return this.append(node);
    if (!form.indices) {
      Object.assign(node, { attrs: form.attrs, inputs: form.inputs });
      return this.take(node); // another input may be a selection too
    }
    const { indices } = form;
    const channels = node.op.shape(form.inputs, form.attrs).at(-1)!;
    const physical: Value = { ...node.output, name: `${node.output.name}/channels`, shape: [...node.output.shape.slice(0, -1), channels] };
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

  /** Brings inputs that can be made in any order into the order of the first selection. */
  private align(node: Node, selections: (Selection | undefined)[]): void {
    const leader = selections.find((selection) => selection);
    if (!leader || node.inputs.length !== 2 || !isPermutation(leader.indices, leader.source.shape.at(-1)!)) return;
    node.inputs.forEach((input, i) => {
      if (selections[i] || input.data || input.shape.at(-1) !== leader.indices.length || !this.reorders(input)) return;
      const value = this.reorder(input, leader.indices);
      selections[i] = { source: value, indices: leader.indices };
    });
  }

  /** Whether a value can be made in any order: by a layer that can, or from such a value channel by channel. */
  private reorders(value: Value): boolean {
    const maker = this.makers.get(value);
    if (!maker || this.outputs.has(value) || this.readers.get(value)?.length !== 1) return false;
    if (maker.op.reorder) return maker.op.reorder(maker.attrs, maker.inputs, invertible(value)) !== undefined;
    return maker.op.inPlace !== undefined && maker.inputs.length === 1 && this.reorders(maker.inputs[0]!);
  }

  /** Makes the value with channel i at `places[i]`. */
  private reorder(value: Value, places: readonly number[]): Value {
    const maker = this.makers.get(value)!;
    const form = maker.op.reorder?.(maker.attrs, maker.inputs, places);
    if (form) Object.assign(maker, form);
    else this.reorder(maker.inputs[0]!, places);
    return value;
  }
}

const invertible = (value: Value): number[] => Array.from({ length: value.shape.at(-1)! }, (_, i) => i);

/** A node that selects channels, or the node's output under its source's name if all stay. */
const selectNode = (node: Node, source: Value, indices: readonly number[]): Node => {
  const data = Int32Array.from(indices);
  const list: Value = { name: `${node.name}/indices`, shape: [data.length], type: 'int32', data };
  return { name: node.name, op: gather, attrs: { axis: source.shape.length - 1 }, inputs: [source, list], output: node.output };
};

/** Sinks selections of channels. */
export const sinkSelections = (graph: Graph): void => {
  const sweep = new Sweep(readersOf(graph), new Set(graph.outputs.map(({ value }) => value)));
  for (const node of graph.nodes) sweep.take(node);
  graph.nodes = sweep.nodes;
};

/** Selections that only restore an order go into the layer before them, if it can make that order. */
export const foldSelections = (graph: Graph): void => {
  const makers = new Map(graph.nodes.map((node) => [node.output, node]));
  const readers = readersOf(graph);
  const removed = new Set<Node>();
  for (const node of graph.nodes) {
    const indices = node.op.selects?.(node.attrs, node.inputs);
    const [source] = node.inputs;
    const maker = makers.get(source!);
    const isFree = maker?.op.reorder && readers.get(source!)!.length === 1 && !graph.outputs.some(({ value }) => value === source);
    if (!indices || !isFree || !isPermutation(indices, source!.shape.at(-1)!)) continue;
    const form = maker.op.reorder!(maker.attrs, maker.inputs, invert(indices));
    if (!form) continue;
    Object.assign(maker, form, { output: node.output });
    makers.set(node.output, maker);
    removed.add(node);
  }
  graph.nodes = graph.nodes.filter((node) => !removed.has(node));
};
