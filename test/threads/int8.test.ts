// Int8 networks whose kernels run on several threads compute the integers of one.

import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadModel as loadInPages } from '../../src/index.js';
import { writeModel } from '../../src/format/write.js';
import { loadModel, type LoadOptions } from '../../src/node.js';
import { calibrate } from '../../src/quantizer/calibrate.js';
import { quantizeGraph } from '../../src/quantizer/quantize.js';
import { sizeOf } from '../../src/ir/tensor.js';
import { graphOf } from '../support/graph-runner.js';
import { RandomInt8Network } from '../support/int8-network.js';
import { readModel } from '../support/read-model.js';
import { seededFloats } from '../support/seeded.js';

const SEED = Number(process.env.SEED ?? 1);
const NETWORKS = Number(process.env.NETWORKS ?? 25);

/** Large enough that most layers are divided. */
const LARGE = { side: [24, 56], channels: [12, 40] } as const;

const TRAINED = 'models/cifar10-fast-dense/model.gw';

const outputOf = async (bytes: Uint8Array, data: Float32Array, options: LoadOptions) => {
  using model = await loadModel(bytes.slice(), options);
  const shape = model.inputs[0]!.shape.map(Math.abs);
  const [first, second] = [1, 2].map(() => Object.values(model.run({ data, shape }))[0]!.data);
  assert.equal(second, first);
  return { data: first!, info: model.runtimeInfo() };
};

/** Checks that 2 and 3 threads compute what one does. @returns whether that are different numbers */
const check = async (bytes: Uint8Array, data: Float32Array, name: string): Promise<boolean> => {
  const one = await outputOf(bytes, data, {});
  for (const threads of [2, 3]) {
    const several = await outputOf(bytes, data, { threads });
    assert.equal(several.info, { ...one.info, threads });
    assert.equal(several.data, one.data, `${name}: ${threads} threads`);
  }
  return one.data.some((value) => value !== one.data[0]);
};

/** A trained network of 3x3 convolutions with all layers in integers. */
const int8Network = async (): Promise<Uint8Array> => {
  const { graph } = readModel(new Uint8Array(readFileSync(TRAINED)));
  const photos = [1, 2, 3, 4].map((seed) => seededFloats(3 * 32 * 32, seed, -2, 2));
  const { graph: int8 } = await quantizeGraph(await calibrate(graph, photos));
  return writeModel({ graph: int8, metadata: {} }, 'f32');
};

test(`${NETWORKS} random int8 networks, seed ${SEED}`, async () => {
  let varied = 0;
  for (let i = 0; i < NETWORKS; i++) {
    const seed = SEED * 1_000_003 + i;
    const { input, nodes } = new RandomInt8Network(seed, LARGE);
    const bytes = writeModel({ graph: graphOf([input], nodes, [nodes.at(-1)!.output]), metadata: {} }, 'f32');
    if (await check(bytes, seededFloats(sizeOf(input.shape), seed, -20, 20), `seed ${seed}`)) varied++;
  }
  assert.ok(varied > NETWORKS / 2, `only ${varied} of ${NETWORKS} networks computed different numbers`);
});

test('an int8 network of a trained one', async () => {
  assert.ok(await check(await int8Network(), seededFloats(3 * 32 * 32, 5, -2, 2), TRAINED));
});

test('an int8 network runs on one thread, with the reason, where others cannot be had', async () => {
  const bytes = await int8Network();
  const reasonOf = async (load: typeof loadInPages, options: Parameters<typeof loadInPages>[1]) => {
    using model = await load(bytes.slice(), { ...options, threads: 2 });
    return model.runtimeInfo().oneThread!;
  };
  assert.match(await reasonOf(loadInPages, {}), 'in Node, load with groupwise/node');
  const [simd, int8] = ['simd', 'int8'].map((name) => readFileSync(`build/kernels/${name}.wasm`));
  assert.match(await reasonOf(loadModel, { kernels: { simd: simd!, int8: int8! } }), 'for one thread');
});

test.run();
