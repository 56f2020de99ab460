// The layers of a profiled run: how convolutions are computed.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { loadModel } from '../../src/index.js';
import { floats, writeOnnx } from '../support/onnx/write.js';
import { seededFloats } from '../support/seeded.js';

const test = suite('profile');

const SIDE = 96;
const CHANNELS = 64;

type Settings = { channels?: number; size?: number; stride?: number; group?: number };

/** A convolution that keeps the size of the image, divided by the stride. */
const convolution = (
  name: string,
  input: string,
  { channels = CHANNELS, size = 3, stride = 1, group = 1 }: Settings,
) => ({
  node: {
    op: 'Conv',
    name,
    inputs: [input, `${name}.w`],
    outputs: [name],
    attributes: { group, strides: [stride, stride], pads: new Array<number>(4).fill((size - 1) / 2) },
  },
  weights: floats(
    `${name}.w`,
    [CHANNELS, channels / group, size, size],
    [...seededFloats((CHANNELS * channels * size ** 2) / group, 1, -1, 1)],
  ),
});

const LAYERS = [
  convolution('expand', 'x', { channels: 3, size: 1 }), // large enough to run in bands with the next
  convolution('small windows', 'expand', { group: CHANNELS }),
  convolution('large windows', 'small windows', { group: CHANNELS, size: 5, stride: 2 }),
  convolution('tiles', 'large windows', {}),
  convolution('strided', 'tiles', { stride: 2 }),
];

const network = await convertOnnx(
  writeOnnx({
    nodes: [...LAYERS.map(({ node }) => node), { op: 'GlobalAveragePool', inputs: ['strided'], outputs: ['y'] }],
    inputs: [{ name: 'x', dims: [1, 3, SIDE, SIDE] }],
    outputs: ['y'],
    tensors: LAYERS.map(({ weights }) => weights),
  }),
);

/** The algorithms of the layers, in order: a transpose, the convolutions, the average. */
const algorithms = async (deterministic: boolean): Promise<(string | undefined)[]> => {
  using model = await loadModel(network, { deterministic });
  return model.profile(new Float32Array(3 * SIDE ** 2)).layers.map(({ algorithm }) => algorithm);
};

test('a profile says how each convolution is computed, also of those that run in bands of rows', async () => {
  const expected = [undefined, 'pointwise', 'depthwise 3x3', 'depthwise 5x5', 'Winograd F(4,3)', 'direct', undefined];
  assert.equal(await algorithms(false), expected);
});

test('deterministic models have no convolution by Winograd in their profile', async () => {
  const expected = [undefined, 'pointwise', 'depthwise 3x3', 'depthwise 5x5', 'direct', 'direct', undefined];
  assert.equal(await algorithms(true), expected);
});

test.run();
