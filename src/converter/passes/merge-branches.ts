// Convolutions of one value whose outputs are concatenated become one convolution of blocks.
//
//   x --> slice 0 -> conv --.
//     '-> slice 1 -> conv ---+-> concat -> y        x -> conv (blocks) -> y

import { asOp, firstInput, type Node } from '../../ir/graph.js';
import type { Block } from '../../ir/structure.js';
import { joinFloats } from '../../ir/tensor.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { concat } from '../../ops/concat.js';
import { blocksOf, isDepthwise } from '../../ops/conv/attrs.js';
import { conv, type ConvNode } from '../../ops/conv/conv.js';
import type { GraphEditor } from './editor.js';
import { foldSelection } from './fold-selections.js';
import { rewritesOf } from '../rewrites/index.js';

/** A branch: its convolution, the value that all branches read, and which of its channels this one reads (all unless given). */
type Branch = { layer: ConvNode; source: Value; indices: readonly number[] | undefined };

/** Merges the branches of each concatenation along the channels; an order of channels that follows is restored by the blocks. */
export const mergeBranches = (editor: GraphEditor): void => {
  for (const node of editor.each()) {
    if (node.op !== concat || node.attrs.axis !== node.output.shape.length - 1) continue;
    const merged = mergeAll(node.inputs.map((input) => branchOf(input, editor)));
    if (!merged) continue;
    editor.change(node, merged);
    const reader = editor.soleReader(node.output);
    if (reader) foldSelection(node, reader, editor);
  }
};

/** The branch that makes an input of a concatenation; undefined if it is no convolution, or something else reads the input. */
const branchOf = (value: Value, editor: GraphEditor): Branch | undefined => {
  const layer = asOp(editor.maker(value), conv);
  if (!layer || layer.residual || !editor.soleReader(value)) return undefined;
  if (isDepthwise(layer.x, layer.bias, layer.attrs)) return undefined;
  let source = layer.x;
  let indices: readonly number[] | undefined;
  for (let maker = editor.maker(source); maker; maker = editor.maker(source)) {
    const own = rewritesOf(maker.op).asSelection?.(maker.inputs, maker.attrs);
    if (!own) break;
    indices = indices ? indices.map((index) => own[index]!) : own;
    source = firstInput(maker);
  }
  return { layer, source, indices };
};

/** The convolution of all branches; undefined unless they read one value through the same window. */
const mergeAll = (branches: readonly (Branch | undefined)[]): Pick<Node, 'op' | 'attrs' | 'inputs'> | undefined => {
  const [first] = branches;
  if (!first || branches.length < 2 || !branches.every((branch) => branch && isMergeable(branch, first)))
    return undefined;
  const blocks: Block[] = [];
  const weights: Float32Array[] = [];
  const biases: Float32Array[] = [];
  let start = 0; // of the branch's outputs
  for (const { layer, indices } of branches as Branch[]) {
    const { x, bias, attrs } = layer;
    for (const { inputs, outputs } of blocksOf(x, bias, attrs)) {
      blocks.push({
        inputs: indices ? inputs.map((input) => indices[input]!) : inputs,
        outputs: outputs.map((output) => start + output),
      });
    }
    weights.push(layer.weights.data);
    biases.push(bias.data);
    start += channelsOf(bias);
  }
  return {
    op: conv,
    attrs: { ...first.layer.attrs, group: 1, blocks },
    inputs: [first.source, joined(first.layer.weights, weights), joined(first.layer.bias, biases)],
  };
};

const isMergeable = ({ layer: { attrs: a }, source }: Branch, first: Branch): boolean => {
  const b = first.layer.attrs;
  const lists = ['kernel', 'strides', 'dilations', 'pads'] as const;
  return (
    source === first.source &&
    a.low === b.low &&
    a.high === b.high &&
    lists.every((name) => a[name].join() === b[name].join())
  );
};

const joined = (value: Value, parts: readonly Float32Array[]): Value => {
  const data = joinFloats(parts);
  return { ...value, shape: [data.length], data };
};
