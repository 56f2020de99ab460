// The stages in which a network becomes small and fast. Each pass keeps the network's results, up to rounding.

import type { Graph } from '../ir/graph.js';
import type { Steps } from '../next-task.js';
import type { Evaluate } from '../runtime/evaluate-node.js';
import { GraphEditor } from './passes/editor.js';
import { findActivations } from './passes/find-activations.js';
import { fuseInt8 } from './int8/fuse-int8.js';
import { moveIntegers } from './int8/move-integers.js';
import { readDifferences } from './int8/read-differences.js';
import { skipRounding } from './int8/skip-rounding.js';
import { findBlocks } from './passes/find-blocks.js';
import { findGates } from './passes/find-gates.js';
import { findShuffles } from './passes/find-shuffles.js';
import { foldAffine } from './passes/fold-affine.js';
import { foldPads } from './passes/fold-pads.js';
import { foldProducts } from './passes/fold-products.js';
import { foldSelections } from './passes/fold-selections.js';
import { fuseAddends } from './passes/fuse-addends.js';
import { fuseClips } from './passes/fuse-clips.js';
import { joinReshapes } from './passes/join-reshapes.js';
import { mergeBranches } from './passes/merge-branches.js';
import { orderChannels } from './passes/order-channels.js';
import { pruneUnread } from './passes/prune-unread.js';
import { sinkSelections } from './passes/sink-selections.js';
import { sinkTransposes } from './passes/sink-transposes.js';

/** A rewrite of a graph. A pass that removes outputs of convolutions because nothing reads them returns how many. */
export type Pass = (editor: GraphEditor, evaluate: Evaluate) => number | void;

/** Passes that run after each other, with the reason why they are a stage of their own. */
export type Stage = {
  name: string;
  why: string;
  passes: readonly Pass[];
  /** Whether the passes run again until none of them changes anything. */
  untilStable?: boolean;
};

/** The stages, in the order in which they run. */
export const STAGES: readonly Stage[] = [
  {
    name: 'channels-last',
    why: 'Kernels read channels last. Later passes rely on the last axis being the channels.',
    passes: [sinkTransposes],
  },
  {
    name: 'integers',
    why: 'Quantised layers meet in integers with zero points. Later passes see the real numbers that these stand for.',
    passes: [readDifferences, skipRounding],
  },
  {
    name: 'recognise',
    why: 'Exporters write shuffles, gates and activations as several nodes, which the next stage would take apart.',
    passes: [findShuffles, findGates, findActivations],
  },
  {
    name: 'simplify',
    why: 'These passes enable each other: merging branches can enable folding a factor, and vice versa.',
    passes: [pruneUnread, joinReshapes, foldPads, foldProducts, foldAffine, fuseClips, foldSelections, mergeBranches],
    untilStable: true,
  },
  {
    name: 'order',
    why: 'Remaining selections sink, so nodes they separated from a layer can fold into it.',
    passes: [sinkSelections, foldSelections, foldAffine, fuseClips],
  },
  {
    name: 'add',
    why: 'A layer that adds a residual can be neither scaled nor reordered, so this waits until nothing is left to fold.',
    passes: [fuseAddends, fuseClips],
  },
  {
    name: 'blocks',
    why: 'Zeros count only when all weights are final. The order of outputs depends on the blocks that are found.',
    passes: [findBlocks, pruneUnread, orderChannels, sinkSelections, foldSelections],
  },
  {
    name: 'int8',
    why: 'A layer between quantised values takes no other form any more, so this comes last.',
    passes: [moveIntegers, fuseInt8, skipRounding],
  },
];

/** More rounds than this are a defect of the passes: they undo each other. */
const MAX_ROUNDS = 16;

/** Called after each pass or stage, for inspection. */
export type Watch = { afterPass?: (editor: GraphEditor) => void; afterStage?: (name: string, graph: Graph) => void };

/**
 * Runs all stages.
 *
 * @returns the new graph, and how many outputs of convolutions, except depthwise ones, are left out because nothing
 *   reads them
 */
export function* optimise(
  source: Graph,
  evaluate: Evaluate,
  { afterPass, afterStage }: Watch = {},
): Steps<{ graph: Graph; pruned: number }> {
  const editor = new GraphEditor(source);
  let pruned = 0;
  for (const { name, passes, untilStable } of STAGES) {
    for (let round = 0, before = -1; editor.edits !== before && round < (untilStable ? MAX_ROUNDS : 1); round++) {
      before = editor.edits;
      for (const pass of passes) {
        pruned += pass(editor, evaluate) ?? 0;
        afterPass?.(editor);
        yield;
      }
    }
    afterStage?.(name, editor.graph);
  }
  return { graph: editor.graph, pruned };
}
