// The rewrites that make a network small and fast, in order. Each keeps its results (up to rounding).

import type { Evaluate } from '../evaluate.js';
import type { Graph } from '../graph.js';
import { findBlocks } from './find-blocks.js';
import { findGates } from './find-gates.js';
import { findShuffles } from './find-shuffles.js';
import { foldAffine } from './fold-affine.js';
import { fuseAddends } from './fuse-addends.js';
import { fuseClips } from './fuse-clips.js';
import { mergeBranches } from './merge-branches.js';
import { orderChannels } from './order-channels.js';
import { removeDead } from './remove-dead.js';
import { foldSelections, sinkSelections } from './sink-selections.js';
import { sinkTransposes } from './sink-transposes.js';

/** A rewrite of a graph in place. */
export type Pass = (graph: Graph, evaluate: Evaluate) => void;

const PASSES: readonly Pass[] = [
  removeDead,
  sinkTransposes,
  removeDead,
  findShuffles,
  findGates,
  removeDead,
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
  orderChannels,
  sinkSelections,
  removeDead,
  foldSelections,
  removeDead,
];

/** Runs all passes. */
export const optimise = (graph: Graph, evaluate: Evaluate): void => {
  for (const pass of PASSES) pass(graph, evaluate);
};
