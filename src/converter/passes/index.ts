// The rewrites that make a network small and fast, in order. Each keeps its results (up to rounding).

import type { Evaluate } from '../../runtime/evaluate-node.js';
import type { Graph } from '../../ir/graph.js';
import { findBlocks } from './find-blocks.js';
import { findGates } from './find-gates.js';
import { findShuffles } from './find-shuffles.js';
import { foldAffine } from './fold-affine.js';
import { fuseAddends } from './fuse-addends.js';
import { fuseClips } from './fuse-clips.js';
import { mergeBranches } from './merge-branches.js';
import { orderChannels } from './order-channels.js';
import { pruneUnread } from './prune-unread.js';
import { removeDead } from './remove-dead.js';
import { foldSelections, sinkSelections } from './sink-selections.js';
import { sinkTransposes } from './sink-transposes.js';

/** A rewrite of a graph in place; gives how many outputs of convolutions it leaves out, if that is what it does. */
export type Pass = (graph: Graph, evaluate: Evaluate) => number | void;

const PASSES: readonly Pass[] = [
  removeDead,
  sinkTransposes,
  removeDead,
  findShuffles,
  findGates,
  removeDead,
  pruneUnread,
  foldAffine,
  fuseClips,
  foldSelections,
  mergeBranches,
  foldAffine,
  fuseClips,
  foldSelections,
  sinkSelections,
  removeDead,
  foldSelections,
  foldAffine,
  fuseClips,
  fuseAddends,
  fuseClips,
  findBlocks,
  pruneUnread,
  orderChannels,
  sinkSelections,
  removeDead,
  foldSelections,
  removeDead,
];

/** Runs all passes. @returns how many outputs of convolutions, without depthwise ones, are left out because nothing reads them */
export const optimise = (graph: Graph, evaluate: Evaluate): number =>
  PASSES.reduce((pruned, pass) => pruned + (pass(graph, evaluate) ?? 0), 0);
