// Selections that only put channels into another order become the order in which the layer before them makes its outputs.
//
//   x -> conv -> gather (order) -> y        x -> conv (its outputs in that order) -> y

import type { Node } from '../../ir/graph.js';
import { invert, isPermutation } from '../../ops/shared/permutation.js';
import type { GraphEditor } from './editor.js';
import { rewritesOf } from '../rewrites/index.js';
import { channelsOf } from '../../ir/value.js';

/** Folds every selection that is the only reader of a layer which can make its outputs in that order. */
export const foldSelections = (editor: GraphEditor): void => {
  for (const node of editor.each()) {
    const [source] = node.inputs;
    const maker = source && editor.maker(source);
    if (maker && editor.soleReader(source)) foldSelection(maker, node, editor);
  }
};

/** Lets a layer make what a selection of its output makes, if it can and the selection is an order of all its channels. */
export const foldSelection = (maker: Node, { op, attrs, inputs, output }: Node, editor: GraphEditor): void => {
  const indices = rewritesOf(op).asSelection?.(inputs, attrs);
  if (!indices || !isPermutation(indices, channelsOf(maker.output))) return;
  const form = rewritesOf(maker.op).reorder?.(maker.inputs, maker.attrs, invert(indices));
  if (!form) return;
  editor.change(maker, { ...form, inputs: [...form.inputs] });
  editor.redirect(output, maker.output);
};
