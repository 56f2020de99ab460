// Convolutions side by side whose outputs are concatenated become one convolution of blocks.

import { makersOf, readersOf, type Graph, type Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import type { AttrsOf, Block } from '../../ir/op.js';
import { concat } from '../../ops/concat.js';
import { conv } from '../../ops/conv/conv.js';
import { blocksOf, isDepthwise } from '../../ops/conv/attrs.js';
import { foldSelection } from './sink-selections.js';

type ConvAttrs = AttrsOf<typeof conv.attrs>;

/** A branch: its convolution, and what it reads by channels of the common source. */
type Branch = { node: Node; source: Value; indices: readonly number[] | undefined };

/** Merges the branches of each concatenation along the channels that read channels of one value, in the order that follows. */
export const mergeBranches = (graph: Graph): void => {
  const makers = makersOf(graph);
  const readers = readersOf(graph);
  const outputs = new Set(graph.outputs.map(({ value }) => value));
  const folded = new Set<Node>();
  for (const node of graph.nodes.filter(({ op }) => op === concat)) {
    if (node.attrs.axis !== node.output.shape.length - 1) continue;
    const branches = node.inputs.map((input) => {
      const isOnly = readers.get(input)!.length === 1 && !outputs.has(input);
      return isOnly ? branchOf(makers.get(input), makers) : undefined;
    });
    const merged = mergeAll(branches);
    if (!merged) continue;
    Object.assign(node, merged);
    const [reader, ...others] = readers.get(node.output) ?? [];
    if (!reader || others.length || outputs.has(node.output) || !foldSelection(node, reader)) continue;
    makers.set(node.output, node);
    folded.add(reader);
  }
  graph.nodes = graph.nodes.filter((node) => !folded.has(node));
};

const branchOf = (node: Node | undefined, makers: ReadonlyMap<Value, Node>): Branch | undefined => {
  if (node?.op !== conv || node.inputs.length > 3) return undefined;
  if (isDepthwise(node.inputs[0]!, node.inputs[2]!, node.attrs as ConvAttrs)) return undefined;
  let source = node.inputs[0]!;
  let indices: readonly number[] | undefined;
  for (let maker = makers.get(source); maker; maker = makers.get(source)) {
    const own = maker.op.selects?.(maker.attrs, maker.inputs);
    if (!own) break;
    indices = indices ? indices.map((index) => own[index]!) : own;
    source = maker.inputs[0]!;
  }
  return { node, source, indices };
};

/** The merged node's parts; undefined unless all branches are alike. */
const mergeAll = (branches: readonly (Branch | undefined)[]): Pick<Node, 'op' | 'attrs' | 'inputs'> | undefined => {
  const [first] = branches;
  if (!first || branches.length < 2 || !branches.every((branch) => branch && isAlike(branch, first))) return undefined;
  let start = 0;
  const blocks: Block[] = [];
  const weights: Float32Array[] = [];
  const biases: Float32Array[] = [];
  for (const { node, indices } of branches as Branch[]) {
    const [x, w, bias] = node.inputs as [Value, Value, Value];
    for (const block of blocksOf(x, bias, node.attrs as ConvAttrs)) {
      blocks.push({
        inputs: indices ? block.inputs.map((input) => indices[input]!) : block.inputs,
        outputs: block.outputs.map((output) => start + output),
      });
    }
    weights.push(w.data as Float32Array);
    biases.push(bias.data as Float32Array);
    start += bias.shape[0]!;
  }
  const [, w, bias] = first.node.inputs as [Value, Value, Value];
  return {
    op: conv,
    attrs: { ...first.node.attrs, group: 1, blocks },
    inputs: [first.source, joined(w, weights), joined(bias, biases)],
  };
};

const isAlike = ({ node, source }: Branch, first: Branch): boolean => {
  const [a, b] = [node.attrs as ConvAttrs, first.node.attrs as ConvAttrs];
  const lists = ['kernel', 'strides', 'dilations', 'pads'] as const;
  return (
    source === first.source &&
    a.low === b.low &&
    a.high === b.high &&
    lists.every((name) => a[name].join() === b[name].join())
  );
};

const joined = (value: Value, parts: readonly Float32Array[]): Value => {
  const data = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return { ...value, shape: [data.length], data };
};
