// Makes an int8 network of one of floats, from photos of the kind that it will see.

import { openObserver } from '../calibration/observe.js';
import { fuseInt8 } from '../converter/int8/fuse-int8.js';
import { fuseAddends } from '../converter/passes/fuse-addends.js';
import { fuseClips } from '../converter/passes/fuse-clips.js';
import { GraphEditor } from '../converter/passes/editor.js';
import type { Graph, Node } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import { embeddedKernels } from '../kernels/embedded.js';
import { createEvaluator } from '../runtime/evaluate-node.js';
import { insertQuantizers } from './insert.js';
import { Distribution } from './ranges.js';
import { splitResiduals } from './split-residuals.js';
import { integerNodes, valuesOf } from './values.js';
import { ChannelMeans, roundWeights } from './weights.js';

/** What a network's values were on calibration photos. */
export type Calibration = {
  /** The network that was observed: sums are layers of their own. */
  graph: Graph;
  distributions: ReadonlyMap<Value, Distribution>;
  means: ReadonlyMap<Value, Float64Array>;
};

/** Values that are observed at the same time: this many floats at most, unless one value has more. */
const MAX_FLOATS = 2 ** 22;

/**
 * Runs a network on inputs and notes what its values are.
 *
 * @param onRun called after each run, with the share of the work that is done
 */
export const calibrate = async (
  source: Graph,
  photos: readonly Float32Array[],
  onRun: (share: number) => void = () => {},
): Promise<Calibration> => {
  const graph = splitResiduals(source);
  const distributions = new Map<Value, Distribution>();
  const means = new Map<Value, Float64Array>();
  const groups = inGroups(valuesOf(graph, integerNodes(graph)));
  const runs = groups.length * photos.length * 2;
  let done = 0;
  for (const values of groups) {
    using observer = await openObserver(graph, values);
    const averages = values.map((value) => new ChannelMeans(value));
    const own = values.map(() => new Distribution());
    for (const photo of photos) {
      observer.observe(photo).forEach((numbers, i) => {
        own[i]!.addRange(numbers);
        averages[i]!.add(numbers);
      });
      onRun(++done / runs);
    }
    for (const photo of photos) {
      observer.observe(photo).forEach((numbers, i) => own[i]!.count(numbers));
      onRun(++done / runs);
    }
    values.forEach((value, i) => {
      distributions.set(value, own[i]!);
      means.set(value, averages[i]!.means);
    });
  }
  return { graph, distributions, means };
};

/** Values one after the other in groups that can be observed together. */
const inGroups = (values: readonly Value[]): Value[][] => {
  const groups: Value[][] = [];
  let floats = Infinity;
  for (const value of values) {
    const size = value.shape.reduce((product, axis) => product * axis, 1);
    if (floats + size > MAX_FLOATS) [floats] = [0, groups.push([])];
    groups.at(-1)!.push(value);
    floats += size;
  }
  return groups;
};

/** The network in which all layers that have an int8 form compute in integers, except those that `keep` in floats. */
export const quantizeGraph = async (
  { graph, distributions, means }: Calibration,
  keep: (node: Node) => boolean = () => false,
): Promise<Graph> => {
  const all = integerNodes(graph);
  const nodes = all.filter((node) => !keep(node));
  const kept = new Set(all.filter(keep).map(({ output }) => output));
  const targets = new Map(valuesOf(graph, nodes).map((value) => [value, distributions.get(value)!.target()]));
  const rounded = roundWeights(graph, new Set(nodes), (value) => means.get(value));
  const editor = new GraphEditor(insertQuantizers(rounded, targets));
  fuseInt8(editor, await createEvaluator(embeddedKernels), ({ output }) => kept.has(output));
  fuseAddends(editor);
  fuseClips(editor);
  return editor.graph;
};
