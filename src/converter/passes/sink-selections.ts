// Selections of channels move towards the outputs, past ops that work channel by channel, until an op reads its inputs
// through them. So every tensor has one physical order of channels, the one in which it is cheapest to make.
//
//   x -> gather (order) -> clip -> conv        x -> clip -> conv (reads through the order)

import { firstInput, type Node } from '../../ir/graph.js';
import type { Attrs } from '../../ir/schema.js';
import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { concat } from '../../ops/concat.js';
import { gather } from '../../ops/rare/gather.js';
import { compose, invert, range } from '../../ops/shared/permutation.js';
import type { SelectedForm, Selection } from '../rewrites/rewrites.js';
import { isOrder, selectAfter } from '../rewrites/selection.js';
import { isChannelwise } from './channelwise.js';
import type { GraphEditor } from './editor.js';
import { canReorder, reorder } from './reorder.js';
import { rewritesOf } from '../rewrites/index.js';

/** Sinks selections of channels. */
export const sinkSelections = (editor: GraphEditor): void => {
  const sink = new SelectionSink(editor);
  for (const node of editor.each()) sink.take(node);
};

class SelectionSink {
  constructor(private readonly editor: GraphEditor) {}

  /** Moves the selections that a node reads past it. */
  take(node: Node): void {
    const selections = node.inputs.map((input) => this.selectionOf(input));
    if (!selections.some((selection) => selection)) return;
    if (asSelection(node)) return this.join(node, selections[0]);
    this.align(node, selections);
    if (!selections.some((selection) => selection)) return;
    const form = selectedForm(node, selections);
    if (!form) return this.unfold(node, selections);
    if (form.indices) return this.move(node, form.attrs, [...form.inputs], form.indices);
    this.editor.change(node, { attrs: form.attrs, inputs: [...form.inputs] });
    this.take(node); // another input may be a selection too
  }

  private selectionOf(value: Value): Selection | undefined {
    const maker = this.editor.maker(value);
    const indices = maker && asSelection(maker);
    return indices && { source: firstInput(maker), indices };
  }

  /** Joins two selections that follow each other. */
  private join(node: Node, before: Selection | undefined): void {
    const own = asSelection(node)!;
    if (before) this.editor.change(node, selectionOf(node.name, before.source, compose(before.indices, own)));
  }

  /** Runs a node on the sources of selections, and selects from its output. */
  private move(node: Node, attrs: Node['attrs'], inputs: Value[], indices: readonly number[]): void {
    const output: Value = {
      ...node.output,
      name: `${node.output.name}/channels`,
      shape: [...node.output.shape.slice(0, -1), node.op.shape(inputs, attrs).at(-1)!],
    };
    const name = `${node.name}/select`;
    this.editor.replace(
      node,
      { ...node, attrs, inputs, output },
      { name, ...selectionOf(name, output, indices), output: node.output },
    );
  }

  /**
   * Gives the two inputs of a channelwise node or concatenation the same order, if one of them can be made in any: the order of the other
   * one if that cannot, else of one that is a selection, else of the larger. If neither can, one may still have that order.
   */
  private align(node: Node, selections: (Selection | undefined)[]): void {
    if (node.inputs.length !== 2 || !(isChannelwise(node) || node.op === concat)) return;
    const keys = node.inputs.map((input, i) => {
      return [this.isFree(input, selections[i]) ? 0 : 1, selections[i] ? 1 : 0, sizeOf(input.shape)];
    });
    const lead = compareKeys(keys[1]!, keys[0]!) > 0 ? 1 : 0;
    if (!this.follow(node, selections, lead)) this.follow(node, selections, 1 - lead);
  }

  /** Gives the other input the order of input `lead`; false if it cannot be made in that order. */
  private follow(node: Node, selections: (Selection | undefined)[], lead: number): boolean {
    const [leader, own] = [selections[lead], selections[1 - lead]];
    const follower = node.inputs[1 - lead]!;
    const order = leader?.indices ?? range(channelsOf(follower));
    if (follower.data || follower.shape.at(-1) !== order.length) return false;
    if ([leader, own].some((selection) => selection && !isOrder(selection))) return false;
    const source = own?.source ?? follower;
    if (!reorder(source, own ? compose(order, invert(own.indices)) : order, this.editor)) return false;
    selections[1 - lead] = leader && { source, indices: order };
    if (!leader) this.readDirectly(node, follower, source);
    return true;
  }

  /** Reads inputs without their selections, if they can be made in that order. */
  private unfold(node: Node, selections: readonly (Selection | undefined)[]): void {
    node.inputs.forEach((input, i) => {
      const selection = selections[i];
      if (!selection || !this.isFree(input, selection)) return;
      reorder(selection.source, invert(selection.indices), this.editor);
      this.readDirectly(node, input, selection.source);
    });
  }

  private readDirectly(node: Node, selected: Value, source: Value): void {
    this.editor.change(node, { inputs: node.inputs.map((input) => (input === selected ? source : input)) });
  }

  /** Whether a value can be made in any order, itself or what it is a selection of. */
  private isFree(value: Value, selection: Selection | undefined): boolean {
    if (value.data) return false;
    if (!selection) return canReorder(value, this.editor);
    return isOrder(selection) && canReorder(selection.source, this.editor);
  }
}

/** Compares lists of equal length by their first elements that differ. */
const compareKeys = (a: readonly number[], b: readonly number[]): number => {
  const differs = a.findIndex((key, i) => key !== b[i]);
  return differs < 0 ? 0 : a[differs]! - b[differs]!;
};

/** The indices that a node selects from its first input, if that is all it does. */
const asSelection = ({ op, attrs, inputs }: Node): readonly number[] | undefined =>
  rewritesOf(op).asSelection?.(inputs, attrs);

/** The node on inputs without their selections; the selection follows a node of one input that works channel by channel. */
const selectedForm = (
  node: Node,
  selections: readonly (Selection | undefined)[],
): SelectedForm<Attrs, readonly Value[]> | undefined => {
  const { op, attrs, inputs } = node;
  const { select } = rewritesOf(op);
  if (select) return select(inputs, attrs, selections);
  const selection = inputs.length === 1 && isChannelwise(node) ? selectAfter(selections[0]) : undefined;
  return selection && { attrs, inputs: [selection.source], indices: selection.indices };
};

/** What makes a node a selection of channels. */
const selectionOf = (
  name: string,
  source: Value,
  indices: readonly number[],
): Pick<Node, 'op' | 'attrs' | 'inputs'> => {
  const data = Int32Array.from(indices);
  const list: Value = { name: `${name}/indices`, shape: [data.length], type: 'int32', data };
  return { op: gather, attrs: { axis: source.shape.length - 1 }, inputs: [source, list] };
};
