// The rewrites that make a network small and fast, in order. Each keeps its results (up to rounding).

import type { Evaluate } from '../evaluate.js';
import type { Graph } from '../graph.js';
import { foldAffine } from './fold-affine.js';
import { fuseAddends } from './fuse-addends.js';
import { fuseClips } from './fuse-clips.js';
import { removeDead } from './remove-dead.js';
import { sinkTransposes } from './sink-transposes.js';

/** A rewrite of a graph in place. */
export type Pass = (graph: Graph, evaluate: Evaluate) => void;

const PASSES: readonly Pass[] = [
  removeDead,
  sinkTransposes,
  removeDead,
  foldAffine,
  fuseClips,
  fuseAddends,
  fuseClips,
  removeDead,
];

/** Runs all passes. */
export const optimise = (graph: Graph, evaluate: Evaluate): void => {
  for (const pass of PASSES) pass(graph, evaluate);
};
