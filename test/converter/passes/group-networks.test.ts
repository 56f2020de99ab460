// Random networks of learned groups in every form, against the dense masked network in double precision.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../../src/convert.js';
import { readModel } from '../../support/read-model.js';
import type { Graph, Node } from '../../../src/ir/graph.js';
import { loadModel } from '../../../src/index.js';
import type { AttrsOf } from '../../../src/ir/schema.js';
import { conv } from '../../../src/ops/conv/conv.js';
import { blocksOf } from '../../../src/ops/conv/attrs.js';
import { sizeOf } from '../../../src/ir/tensor.js';
import { FORMS } from '../../support/group-layers.js';
import { oneLayer, randomNetwork } from '../../support/group-nets.js';
import { createRandom } from '../../support/learned-groups.js';
import { distance } from '../../support/networks.js';
import { interpretOnnx } from '../../support/onnx/interpret.js';
import { writeOnnx } from '../../support/onnx/write.js';

const NETWORKS = 200;
const LAYERS = 60;

/** The weights of each block of a convolution, which identify blocks independently of the order of channels. */
const blocksByWeights = ({ inputs: [x, w, bias], attrs }: Node): string[] => {
  const own = attrs as AttrsOf<typeof conv.attrs>;
  let at = 0;
  return blocksOf(x!, bias!, own)
    .map(({ inputs, outputs }) => {
      const count = inputs.length * outputs.length * sizeOf(own.kernel);
      const weights = [...w!.data!.subarray(at, (at += count))].filter((weight) => weight !== 0);
      return weights.sort((a, b) => a - b).join();
    })
    .filter((weights) => weights !== '')
    .sort();
};

/** Whether a layer has only zero weights: then it does not matter which channel it reads. */
const readsNothing = ({ nodes }: Graph): boolean =>
  nodes.some(({ op, inputs }) => op === conv && inputs[1]!.data!.every((weight) => weight === 0));

const macsOf = ({ nodes }: Graph): number =>
  nodes.reduce((sum, { op, inputs, output, attrs }) => sum + (op.macs?.(inputs, output, attrs) ?? 0), 0);

const structureOf = ({ nodes }: Graph): string[] =>
  nodes
    .filter(({ op }) => op === conv)
    .map((node) => blocksByWeights(node).join(' | '))
    .sort();

const count = ({ nodes }: Graph, ...names: string[]): number =>
  nodes.filter(({ op }) => names.includes(op.name)).length;

const networks = suite('random networks of learned groups');

networks(`${NETWORKS} networks equal their dense masked form and have the same blocks in every form`, async () => {
  let worst = 0,
    gathers = 0,
    before = 0,
    after = 0,
    compared = 0;
  for (let i = 0; i < NETWORKS; i++) {
    const { spec, shape, parts, macs } = randomNetwork(createRandom(i), 'zeros');
    const x = createRandom(1000 + i).floats(sizeOf(shape), -1, 1);
    const [expected] = Object.values(interpretOnnx(spec, { x: { shape, data: x } }));
    const largest = Math.max(...Array.from(expected!.data, Math.abs));
    let structure: string[] | undefined;
    for (const form of FORMS) {
      const network = randomNetwork(createRandom(i), form);
      const bytes = await convertOnnx(writeOnnx(network.spec));
      using model = await loadModel(bytes);
      const [y] = Object.values(model.run({ x: { data: x, shape } }));
      const off = distance(y!.data as Float32Array, expected!.data) / largest;
      assert.ok(off <= 1e-4, `network ${i} (${parts}) as ${form}: difference ${off}`);
      worst = Math.max(worst, off);
      const { graph } = readModel(bytes);
      gathers += count(graph, 'gather');
      before += macs;
      after += macsOf(graph);
      if (network.filters || readsNothing(graph)) continue;
      structure ??= structureOf(graph);
      assert.equal(structureOf(graph), structure, `network ${i} (${parts}) as ${form} has other blocks`);
      compared++;
    }
  }
  const all = NETWORKS * FORMS.length;
  console.log(
    `measured: ${NETWORKS} networks differ by ${worst.toExponential(1)} of their largest output; ${gathers} gathers in ${all} conversions`,
  );
  console.log(`measured: pruned from ${before} to ${after} multiply-accumulates; ${compared} structures compared`);
  assert.ok(gathers <= all / 3, `${gathers} gathers`);
  assert.ok(compared >= all * 0.8, `${compared} structures are compared`);
  assert.ok(after < 0.9 * before, `${before} multiply-accumulates become ${after}`);
});

networks(`${LAYERS} layers between dense ones leave neither gathers nor transposes inside, in any form`, async () => {
  for (let i = 0; i < LAYERS; i++) {
    for (const form of FORMS) {
      const { graph } = readModel(await convertOnnx(writeOnnx(oneLayer(createRandom(5000 + i), form))));
      assert.is(count(graph, 'gather', 'slice', 'concat'), 0, `layer ${i} as ${form}`);
      assert.is(count(graph, 'transpose'), 1, `layer ${i} as ${form}: only the input is transposed`);
      assert.is(count(graph, 'conv'), 3, `layer ${i} as ${form}`);
    }
  }
});

networks.run();
