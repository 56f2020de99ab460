// Adds class-activation maps to a classifier: for every place of the last feature map the scores of all classes.
//
// The network ends in features [N,h,w,K], their mean over h and w, and a linear layer: scores = mean(features) @ W + b. The
// mean commutes with W, so features @ W [N,h,w,classes] says how much each place adds to the score of each class (Zhou et
// al., "Learning Deep Features for Discriminative Localization", CVPR 2016). W is stored once: both layers read it.

import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { openModel } from '../../build/src/format/open.js';
import { writeModel } from '../../build/src/format/write.js';
import { makersOf } from '../../build/src/ir/graph.js';

/** Name of the output with the maps. */
const MAPS = 'maps';

const SUFFIX = '?maps';

/** Whether a value is a feature map with more than one place. */
const isMap = ({ shape }) => shape.length === 4 && shape[1] * shape[2] > 1;

/** The linear layer that ends a network, and the features whose mean it reads. */
const headOf = (graph) => {
  const makers = makersOf(graph);
  const linear = graph.nodes.findLast(({ op }) => op.name === 'matmul');
  for (let value = linear?.inputs[0]; value; value = makers.get(value)?.inputs[0])
    if (isMap(value)) return { linear, features: value };
  throw new Error('the network does not end in the mean of a feature map and a linear layer');
};

/**
 * The model file with one more output, `maps` [N,h,w,classes].
 *
 * @param weights how the file stores its weights
 */
export const withClassMaps = async (bytes, weights) => {
  const { graph, metadata } = await openModel(bytes);
  const { linear, features } = headOf(graph);
  const weight = linear.inputs[1];
  const shape = [...features.shape.slice(0, 3), weight.shape[1]];
  const output = { name: MAPS, type: 'float32', shape };
  const attrs = { low: -Infinity, high: Infinity };
  const nodes = [...graph.nodes, { name: MAPS, op: linear.op, attrs, inputs: [features, weight], output }];
  const outputs = [...graph.outputs, { name: MAPS, value: output }];
  return writeModel({ graph: { ...graph, nodes, outputs }, metadata }, weights);
};

/** The plugin: `import url from 'MODEL.gw?maps'` is the URL of a model of 8-bit weights with maps. */
export const classMaps = () => ({
  name: 'class-maps',
  resolveId: {
    order: 'pre',
    handler: (id, importer) =>
      id.endsWith(SUFFIX) ? `\0${resolve(dirname(importer), id.slice(0, -SUFFIX.length))}${SUFFIX}` : undefined,
  },
  async load(id) {
    if (!id.startsWith('\0') || !id.endsWith(SUFFIX)) return undefined;
    const path = id.slice(1, -SUFFIX.length);
    const source = await withClassMaps(new Uint8Array(await readFile(path)), 'int8');
    const file = this.emitFile({ type: 'asset', name: `${basename(dirname(path))}.gw`, source });
    return `export default import.meta.ROLLUP_FILE_URL_${file}`;
  },
});
