// Zeros in the weights of a convolution show which inputs its outputs read: the convolution becomes its blocks.
//
//   weights [4, 1, 1, 4]   a a 0 0        blocks 0 1 -> 0 1, 2 3 -> 2 3, weights [8]
//                          a a 0 0
//                          0 0 a a
//                          0 0 a a

import { channelCost } from '../../format/attributes.js';
import { LIMITS } from '../../format/layout.js';
import { asOp } from '../../ir/graph.js';
import type { Block } from '../../ir/structure.js';
import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Constant } from '../../ir/value.js';
import { blocksOf, isDepthwise } from '../../ops/conv/attrs.js';
import { rowsByOutput, weightsPerTap } from '../../ops/conv/block-weights.js';
import { conv, type ConvNode } from '../../ops/conv/conv.js';
import { makePanels, packBlocks, PANEL, panelsCost } from '../../ops/conv/panels.js';
import { range } from '../../ops/shared/permutation.js';
import type { GraphEditor } from './editor.js';
import { Support } from './support.js';

/** Gives every convolution the blocks that are cheapest for the zeros of its weights, or none, by the cost model of `panelsCost`. */
export const findBlocks = (editor: GraphEditor): void => {
  let channels = editor.nodes.reduce((sum, node) => sum + channelCost(node), 0);
  for (const node of editor.each()) {
    const layer = asOp(node, conv);
    if (!layer) continue;
    const others = channels - channelCost(node);
    findInLayer(layer, LIMITS.allChannels - others, editor);
    channels = others + channelCost(node);
  }
};

/** `limit` is what a node may count as in the file (`channelCost`). */
const findInLayer = ({ node, attrs, x, weights: w, bias }: ConvNode, limit: number, editor: GraphEditor): void => {
  if (isDepthwise(x, bias, attrs) || (!attrs.blocks.length && !w.data.includes(0))) return;
  const size: Size = { inputs: channelsOf(x), outputs: channelsOf(bias), taps: sizeOf(attrs.kernel) };
  const now = blocksOf(x, bias, attrs);
  const dense: Block[] = [{ inputs: range(size.inputs), outputs: range(size.outputs) }];
  const best = cheapest(attrs.blocks.length ? dense : now, supportOf(w, now, size), size, limit);
  if (best === now) return;
  const data = weightsOf(best, w, now, size);
  const shape = best === dense ? [size.outputs, ...attrs.kernel, size.inputs] : [data.length];
  editor.change(node, {
    attrs: { ...attrs, group: 1, blocks: best === dense ? [] : best },
    inputs: node.inputs.map((input) => (input === w ? { ...w, shape, data } : input)),
  });
};

type Size = { inputs: number; outputs: number; taps: number };

const supportOf = (w: Constant, blocks: readonly Block[], { inputs, outputs, taps }: Size): Support => {
  const support = new Support(outputs, inputs);
  support.addWeights(w.data, blocks, taps);
  return support;
};

/** Blocks with their cost. */
type Candidate = { blocks: readonly Block[]; cost: number };

/**
 * The blocks of least cost: those given, the connected components, or a block for each pattern of inputs. Of equal cost those
 * that take the fewest words in the file.
 */
const cheapest = (given: readonly Block[], support: Support, size: Size, limit: number): readonly Block[] => {
  const components = orEmpty(support.components());
  const candidates = fits(components, limit) ? [given, components] : [given];
  const known = candidates.map((blocks): Candidate => {
    return { blocks, cost: panelsCost(makePanels(blocks, size.outputs, size.taps), size.taps) };
  });
  const patterns = blocksOfPatterns(support, size, Math.min(...known.map(({ cost }) => cost)));
  if (patterns && fits(patterns.blocks, limit)) known.push(patterns);
  const least = Math.min(...known.map(({ cost }) => cost));
  return known
    .filter(({ cost }) => cost === least)
    .map(({ blocks }) => blocks)
    .reduce((a, b) => (words(b, size) < words(a, size) ? b : a));
};

/** More blocks than this take longer to load, so they are only made if they save at least this part of the cost. */
const [MANY_BLOCKS, MIN_SAVING] = [64, 0.05];

/**
 * A block for each set of outputs that read the same inputs; undefined if that costs more than `most`. The cost is that of
 * `makePanels`, found without lists of what each output reads: without a pattern these would be as long as the weights.
 */
const blocksOfPatterns = (support: Support, { outputs, taps }: Size, most: number): Candidate | undefined => {
  const patterns = support.patterns();
  const cut = range(Math.ceil(outputs / PANEL)).map((panel) =>
    range(Math.min(PANEL, outputs - panel * PANEL), panel * PANEL),
  );
  const filled = packBlocks(
    patterns.map((own) => ({ inputs: [], outputs: own })),
    outputs,
  );
  const costOf = (panels: readonly number[][]) =>
    panelsCost(
      panels.map((own) => ({ outputs: own, inputs: support.union(own) })),
      taps,
    );
  const cost = Math.min(costOf(cut), patterns.length < 2 ? Infinity : costOf(filled));
  if (cost > (patterns.length > MANY_BLOCKS ? 1 - MIN_SAVING : 1) * most) return undefined;
  return { cost, blocks: orEmpty(patterns.map((own) => ({ inputs: support.union(own.slice(0, 1)), outputs: own }))) };
};

/** The blocks, or one of a single weight: no blocks means a dense convolution, and a constant has elements. */
const orEmpty = (blocks: readonly Block[]): readonly Block[] =>
  blocks.length ? blocks : [{ inputs: [0], outputs: [0] }];

/** Channels that blocks name. */
const namedBy = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, { inputs, outputs }) => sum + inputs.length + outputs.length, 0);

/** Whether the model file can hold the blocks. */
const fits = (blocks: readonly Block[], limit: number): boolean =>
  namedBy(blocks) <= LIMITS.channels && namedBy(blocks) + blocks.length * LIMITS.perBlock <= limit;

/** Words in the file: weights, and lists of channels if there is more than one block. */
const words = (blocks: readonly Block[], { taps }: Size): number =>
  taps * weightsPerTap(blocks) + (blocks.length > 1 ? namedBy(blocks) : 0);

/** The weights of `blocks` [outputs][taps][inputs], one after the other. Weights of an input that is read twice add up. */
const weightsOf = (
  blocks: readonly Block[],
  { data }: Constant,
  before: readonly Block[],
  { inputs: channels, taps }: Size,
): Float32Array => {
  const rows = rowsByOutput(before, taps);
  const weights = new Float32Array(weightsPerTap(blocks) * taps);
  const row = new Float32Array(channels);
  let at = 0;
  for (const { inputs, outputs } of blocks) {
    for (const output of outputs) {
      const from = rows.get(output) ?? { inputs: [], start: 0 };
      for (let tap = 0; tap < taps; tap++) {
        const start = from.start + tap * from.inputs.length;
        row.fill(0);
        from.inputs.forEach((input, i) => (row[input]! += data[start + i]!));
        for (const input of inputs) weights[at++] = row[input]!;
      }
    }
  }
  return weights;
};
