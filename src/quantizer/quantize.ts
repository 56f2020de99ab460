// Makes an int8 network of one of floats, from what its values were on photos.

import { fuseInt8 } from '../converter/int8/fuse-int8.js';
import { GraphEditor } from '../converter/passes/editor.js';
import { fuseAddends } from '../converter/passes/fuse-addends.js';
import { fuseClips } from '../converter/passes/fuse-clips.js';
import type { Graph, Node } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import { embeddedKernels } from '../kernels/embedded.js';
import { createEvaluator } from '../runtime/evaluate-node.js';
import type { Calibration } from './calibrate.js';
import { insertQuantizers, type Rounded } from './insert.js';
import { integerNodes, madeBy } from './values.js';
import { resultsOf } from './results.js';
import { roundWeights } from './weights.js';

/** An int8 network. */
export type Quantized = {
  graph: Graph;
  /** The values of the network of floats that became integers; the graph has those that something makes or reads. */
  rounded: readonly Rounded[];
  /** For each of these values the one whose range it has. */
  results: ReadonlyMap<Value, Value>;
};

/** The network in which all layers that have an int8 form compute in integers, except those that `keep` in floats. */
export const quantizeGraph = async (
  { graph, distributions, means }: Calibration,
  keep: (node: Node) => boolean = () => false,
): Promise<Quantized> => {
  const all = integerNodes(graph);
  const nodes = all.filter((node) => !keep(node));
  const kept = new Set(all.filter(keep).map(({ output }) => output));
  const results = resultsOf(graph, nodes);
  const targets = new Map([...results].map(([value, result]) => [value, distributions.get(result)!.target()]));
  const weights = roundWeights(graph, new Set(nodes), (value) => means.get(value));
  const { graph: inserted, rounded } = insertQuantizers(weights, targets, madeBy(graph, nodes));
  const editor = new GraphEditor(inserted);
  fuseInt8(editor, await createEvaluator(embeddedKernels), ({ output }) => kept.has(output));
  // sums after layers in float become part of these again
  fuseAddends(editor);
  fuseClips(editor);
  return { graph: editor.graph, rounded, results };
};
