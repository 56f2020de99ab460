// Zeros in the weights of a convolution show which inputs its outputs read: the convolution becomes its blocks.

import type { Graph, Node, Value } from '../graph.js';
import type { AttrsOf, Block } from '../op.js';
import { conv } from '../ops/conv.js';
import { makePanels, panelsCost } from '../ops/panels.js';
import { sizeOf } from '../tensor.js';

type ConvAttrs = AttrsOf<typeof conv.attrs>;

/** For each output the inputs whose weights are not all zero, ascending. Zero means exactly zero. */
type Support = number[][];

/** More different sets of inputs than this are no pattern. */
const MOST_PATTERNS = 64;

/** Gives convolutions blocks where the zeros of their weights make that cheaper, by the cost model of `panelsCost`. */
export const findBlocks = (graph: Graph): void => {
  for (const node of graph.nodes) if (node.op === conv) findInNode(node);
};

const findInNode = (node: Node): void => {
  const attrs = node.attrs as ConvAttrs;
  const [x, w, bias] = node.inputs as [Value, Value, Value];
  const [channels, outputs] = [x.shape.at(-1)!, bias.shape[0]!];
  if (attrs.blocks.length || (attrs.group > 1 && attrs.group === channels && channels === outputs)) return;
  const support = supportOf(w, attrs, outputs);
  const taps = sizeOf(attrs.kernel);
  const cost = (blocks: readonly Block[]) => panelsCost(makePanels(blocks, outputs, taps), taps);
  const candidates = [components(support, channels), patterns(support)].filter((blocks) => blocks !== undefined);
  const best = candidates.reduce((a, b) => (cost(b) < cost(a) ? b : a));
  const now = groups(attrs.group, channels, outputs);
  if (cost(best) >= cost(now)) return;
  node.attrs = { ...attrs, group: 1, blocks: best };
  node.inputs = [x, blockWeights(w, best, attrs, channels), ...node.inputs.slice(2)];
};

const groups = (count: number, channels: number, outputs: number): Block[] => {
  const range = (start: number, length: number) => Array.from({ length }, (_, i) => start + i);
  return Array.from({ length: count }, (_, g) => ({
    inputs: range((g * channels) / count, channels / count),
    outputs: range((g * outputs) / count, outputs / count),
  }));
};

const supportOf = ({ data, shape }: Value, { group }: ConvAttrs, outputs: number): Support => {
  const depth = shape.at(-1)!;
  const row = data!.length / outputs;
  return Array.from({ length: outputs }, (_, output) => {
    const start = Math.floor((output * group) / outputs) * depth;
    const inputs: number[] = [];
    for (let input = 0; input < depth; input++) {
      for (let at = output * row + input; at < (output + 1) * row; at += depth) {
        if (data![at] !== 0) {
          inputs.push(start + input);
          break;
        }
      }
    }
    return inputs;
  });
};

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
  return [...blocks.values()];
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
  return [...blocks.values()];
};

/** The blocks' weights [outputs][taps][inputs], one after the other. */
const blockWeights = (w: Value, blocks: readonly Block[], { group, kernel }: ConvAttrs, channels: number): Value => {
  const [taps, depth] = [sizeOf(kernel), w.shape.at(-1)!];
  const outputs = w.shape[0]!;
  const data: number[] = [];
  for (const block of blocks) {
    for (const output of block.outputs) {
      const start = (Math.floor((output * group) / outputs) * channels) / group;
      for (let tap = 0; tap < taps; tap++) {
        for (const input of block.inputs) {
          const inside = input >= start && input < start + depth;
          data.push(inside ? w.data![(output * taps + tap) * depth + input - start]! : 0);
        }
      }
    }
  }
  return { ...w, shape: [data.length], data: Float32Array.from(data) };
};
