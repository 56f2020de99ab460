// Zeros in the weights of a convolution show which inputs its outputs read: the convolution becomes its blocks.

import type { Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import type { AttrsOf, Block } from '../../ir/op.js';
import { conv } from '../../ops/conv/conv.js';
import { blocksOf, isDepthwise } from '../../ops/conv/attrs.js';
import { makePanels, panelsCost } from '../../ops/conv/panels.js';
import { sizeOf } from '../../ir/tensor.js';
import type { GraphEditor } from './editor.js';

type ConvAttrs = AttrsOf<typeof conv.attrs>;

/** For each output the inputs whose weights are not all zero, ascending. Zero means exactly zero. */
type Support = number[][];

type Row = { inputs: readonly number[]; at: number };

/** More different sets of inputs than this are no pattern. */
const MOST_PATTERNS = 64;

/** Gives every convolution the blocks that are cheapest for the zeros of its weights, or none, by the cost model of `panelsCost`. */
export const findBlocks = (editor: GraphEditor): void => {
  for (const node of editor.each()) if (node.op === conv) findInNode(node, editor);
};

const findInNode = (node: Node, editor: GraphEditor): void => {
  const attrs = node.attrs as ConvAttrs;
  const [x, w, bias] = node.inputs as [Value, Value, Value];
  if (isDepthwise(x, bias, attrs) || (!attrs.blocks.length && !w.data!.includes(0))) return;
  const [channels, outputs, taps] = [x.shape.at(-1)!, bias.shape[0]!, sizeOf(attrs.kernel)];
  const now = blocksOf(x, bias, attrs);
  const rows = rowsOf(now, outputs, taps);
  const support = supportOf(w, rows, taps);
  const dense: Block[] = [{ inputs: range(channels), outputs: range(outputs) }];
  const candidates = [attrs.blocks.length ? dense : now, components(support, channels), patterns(support) ?? now];
  const best = cheapest(candidates, outputs, taps);
  if (best === now) return;
  const weights = blockWeights(w, rows, best, channels, taps);
  const rest = node.inputs.slice(2);
  if (best === dense) {
    const shape = [outputs, ...attrs.kernel, channels];
    editor.change(node, { attrs: { ...attrs, group: 1, blocks: [] }, inputs: [x, { ...weights, shape }, ...rest] });
  } else {
    editor.change(node, { attrs: { ...attrs, group: 1, blocks: best }, inputs: [x, weights, ...rest] });
  }
};

/** The blocks of least cost; of those the ones that take the fewest words in the file. */
const cheapest = (candidates: readonly (readonly Block[])[], outputs: number, taps: number): readonly Block[] => {
  const costs = candidates.map((blocks) => panelsCost(makePanels(blocks, outputs, taps), taps));
  const least = Math.min(...costs);
  return candidates.filter((_, i) => costs[i] === least).reduce((a, b) => (words(b, taps) < words(a, taps) ? b : a));
};

/** Weights, and lists of channels where there is more than one block. */
const words = (blocks: readonly Block[], taps: number): number =>
  blocks.reduce(
    (sum, { inputs, outputs }) =>
      sum + taps * inputs.length * outputs.length + (blocks.length > 1 ? inputs.length + outputs.length : 0),
    0,
  );

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** For each output what it reads, and where its weights [taps][inputs] begin; undefined for outputs in no block. */
const rowsOf = (blocks: readonly Block[], outputs: number, taps: number): (Row | undefined)[] => {
  const rows = new Array<Row | undefined>(outputs).fill(undefined);
  let at = 0;
  for (const block of blocks) {
    for (const output of block.outputs) {
      rows[output] = { inputs: block.inputs, at };
      at += taps * block.inputs.length;
    }
  }
  return rows;
};

const supportOf = ({ data }: Value, rows: readonly (Row | undefined)[], taps: number): Support =>
  rows.map((row) => {
    const used = new Set<number>();
    if (!row) return [];
    for (let tap = 0, at = row.at; tap < taps; tap++) {
      for (const input of row.inputs) if (data![at++] !== 0) used.add(input);
    }
    return [...used].sort((a, b) => a - b);
  });

/**
 * The connected components of the graph that joins an output with each input it reads: never wrong, and not led astray
 * by single zeros inside of a block. Outputs that read nothing are in no block.
 */
const components = (support: Support, channels: number): Block[] => {
  const parent = Array.from({ length: channels }, (_, i) => i);
  const find = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
    return i;
  };
  for (const inputs of support) for (const input of inputs) parent[find(input)] = find(inputs[0]!);
  const blocks = new Map<number, { inputs: number[]; outputs: number[] }>();
  const blockOf = (root: number) => {
    if (!blocks.has(root)) blocks.set(root, { inputs: [], outputs: [] });
    return blocks.get(root)!;
  };
  support.forEach((inputs, output) => inputs.length && blockOf(find(inputs[0]!)).outputs.push(output));
  const used = new Set(support.flat());
  for (const input of [...used].sort((a, b) => a - b)) blockOf(find(input)).inputs.push(input);
  return listOf(blocks);
};

/** One block for each different set of inputs; undefined if there are too many for a pattern. */
const patterns = (support: Support): Block[] | undefined => {
  const blocks = new Map<string, { inputs: number[]; outputs: number[] }>();
  for (const [output, inputs] of support.entries()) {
    if (!inputs.length) continue;
    const key = inputs.join();
    if (!blocks.has(key)) blocks.set(key, { inputs, outputs: [] });
    blocks.get(key)!.outputs.push(output);
    if (blocks.size > MOST_PATTERNS) return undefined;
  }
  return listOf(blocks);
};

/** The blocks, or one of a single weight: an empty list stands for a dense convolution, and a constant has elements. */
const listOf = (blocks: ReadonlyMap<unknown, Block>): Block[] =>
  blocks.size ? [...blocks.values()] : [{ inputs: [0], outputs: [0] }];

/** The blocks' weights [outputs][taps][inputs], one after the other. Weights of an input that is read twice add up. */
const blockWeights = (
  w: Value,
  rows: readonly (Row | undefined)[],
  blocks: readonly Block[],
  channels: number,
  taps: number,
): Value => {
  const data = new Float32Array(
    blocks.reduce((sum, { inputs, outputs }) => sum + inputs.length * outputs.length, 0) * taps,
  );
  const places = new Float32Array(channels);
  let to = 0;
  for (const { inputs, outputs } of blocks) {
    for (const output of outputs) {
      const row = rows[output] ?? { inputs: [], at: 0 };
      for (let tap = 0; tap < taps; tap++) {
        const from = row.at + tap * row.inputs.length;
        places.fill(0);
        row.inputs.forEach((input, i) => (places[input]! += w.data![from + i]!));
        for (const input of inputs) data[to++] = places[input]!;
      }
    }
  }
  return { ...w, shape: [data.length], data };
};
