// The networks of the comparison with other runtimes, and the forms that they have for these.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx, convertTflite } from '../../src/convert.js';
import { loadModel } from '../../src/index.js';

/** What the harness, which is JavaScript, exports to this test. */
type Node = { op: string; inputs: string[]; weights?: Float32Array; bias?: Float32Array };
type Network = {
  macs: number;
  nodes: Node[];
  shapes: Record<string, number[]>;
  push: (node: object) => string;
  conv: (input: string, outputs: number, kernel: number, options?: object) => string;
  linear: (input: string, outputs: number) => string;
};
type Sparsity = { groups?: number; zeros?: number };
type Harness = {
  relativeDifference: (output: number[], reference: number[]) => number;
  uniform: (seed: number) => () => number;
  floats: (next: () => number, count: number, limit: number) => Float32Array;
  unevenGroups: (next: () => number, channels: number, groups: number) => number[][];
  RandomNetwork: new (shape: number[], seed: number, sparsity?: Sparsity) => Network;
  ARCHITECTURES: Record<string, (variant?: { width?: number; groups?: number }) => Network>;
  FORMS: Record<string, (network: Network) => Network>;
  PANEL_FORMS: string[];
  SPARSE_GROUP_FORMS: string[];
  toOnnx: (network: Network) => Uint8Array;
  covering: (values: Float32Array) => { scale: number; zeroPoint: number };
  int8Parameters: (
    node: { weights: Float32Array; bias: Float32Array },
    shape: number[],
    axis: number,
    scale: number,
  ) => { weights: Int8Array; scales: Float32Array; bias: Int32Array };
  toTfliteInt8: (network: Network) => Promise<Uint8Array>;
  channelsLast: (picture: Float32Array, shape: number[]) => Float32Array;
  transposed: (source: Float32Array, shape: number[], order: number[]) => Float32Array;
};

const FOLDER = pathToFileURL(join(process.cwd(), 'bench/compare/'));
const load = async (file: string): Promise<Harness> => (await import(new URL(file, FOLDER).href)) as Harness;
const { relativeDifference } = await load('measure/statistics.js');
const { floats, unevenGroups, uniform } = await load('networks/random.js');
const { RandomNetwork } = await load('networks/random-network.js');
const { ARCHITECTURES } = await load('networks/architectures/index.js');
const { FORMS, PANEL_FORMS, SPARSE_GROUP_FORMS } = await load('networks/forms.js');
const { toOnnx } = await load('formats/onnx.js');
const { channelsLast, transposed } = await load('formats/layout.js');
const { covering, int8Parameters } = await load('formats/int8.js');
const { toTfliteInt8 } = await load('formats/tflite-int8.js');

const test = suite('networks of the comparison');

test('axes are moved', () => {
  assert.equal([...transposed(Float32Array.of(0, 1, 2, 3, 4, 5), [2, 3], [1, 0])], [0, 3, 1, 4, 2, 5]);
});

test('learned groups partition the channels, and none is empty', () => {
  for (let seed = 0; seed < 200; seed++) {
    const groups = 1 + (seed % 16);
    const channels = groups + ((seed * 7) % 50);
    const members = unevenGroups(uniform(seed), channels, groups);
    assert.ok(members.every(({ length }) => length > 0));
    assert.equal(
      members.flat().sort((a, b) => a - b),
      Array.from({ length: channels }, (_, i) => i),
    );
  }
});

test('the networks have the multiply-adds and parameters of the published ones', () => {
  assert.is(ARCHITECTURES.mobilenetv2!().macs, 300_774_272);
  assert.is(ARCHITECTURES.resnet18!().macs, 1_814_073_344);
  // torchvision's and timm's counts; batch normalisation has a factor for each channel, which is folded here.
  const parameters = (name: string, variant = {}) => {
    const { nodes, shapes } = ARCHITECTURES[name]!(variant);
    return nodes.reduce((sum, { op, inputs, weights, bias }) => {
      const isNormalised = op === 'conv' && shapes[inputs[0]!]![1] !== 1; // not in squeeze-and-excite
      return sum + (weights ? weights.length + bias!.length * (isNormalised ? 2 : 1) : 0);
    }, 0);
  };
  assert.is(parameters('mobilenetv2'), 3_504_872);
  assert.is(parameters('mobilenetv2', { width: 0.5 }), 1_968_680);
  assert.is(parameters('mobilenetv2', { width: 1.4 }), 6_108_776);
  assert.is(parameters('mobilenetv3'), 5_483_032);
  assert.is(parameters('efficientnet-lite0'), 4_652_008);
  assert.is(parameters('resnet50'), 25_557_032);
  assert.is((parameters('yolox-nano') / 1e6).toFixed(2), '0.91');
});

/** A network with every op of the architectures, at a size that a test can run. */
const smallNetwork = (sparsity: Sparsity = { groups: 3 }) => {
  const network = new RandomNetwork([3, 16, 16], 5, sparsity);
  const stem = network.conv('input', 12, 3, { activation: 'relu' });
  const pooled = network.push({ op: 'max-pool', inputs: [stem], kernel: 3, stride: 2, padding: 1 });
  const mixed = network.conv(pooled, 12, 1, { activation: 'relu6', sparse: true });
  const depthwise = network.conv(mixed, 12, 3, { groups: 12 });
  const sum = network.push({ op: 'add', inputs: [depthwise, pooled], activation: 'relu' });
  const last = network.conv(sum, 20, 3, { stride: 2, sparse: true });
  network.linear(network.push({ op: 'average', inputs: [last] }), 7);
  return network;
};

/** The outputs of forms of networks that `build` makes, each a new one. */
const outputsOf = async (forms: readonly string[], build: () => Network) => {
  const picture = floats(uniform(1), 3 * 16 * 16, 1);
  const outputs: Record<string, number[]> = {};
  for (const form of forms) {
    const model = await loadModel(await convertOnnx(toOnnx(FORMS[form]!(build()))));
    outputs[form] = [...Object.values(model.run(picture))[0]!.data].map(Number);
    model.dispose();
  }
  return outputs;
};

test('all forms of learned groups, and of panels of zeros, compute the same', async () => {
  for (const [forms, build] of [
    [SPARSE_GROUP_FORMS, smallNetwork],
    [PANEL_FORMS, () => smallNetwork({ zeros: 0.6 })],
  ] as const) {
    const outputs = await outputsOf(forms, build);
    assert.ok(outputs.masked!.some((value) => Math.abs(value) > 0.01));
    for (const form of forms) assert.ok(relativeDifference(outputs[form]!, outputs.masked!) < 1e-5, form);
  }
});

test('zeros in panels are counted as no multiply-adds, and may be scattered', () => {
  const build = () => {
    const network = new RandomNetwork([64, 1, 1], 5, { zeros: 0.75 });
    network.conv('input', 64, 1, { sparse: true });
    return network;
  };
  const [panels, scattered] = [build(), FORMS.scattered!(build())];
  assert.ok(panels.macs > 0.2 * 64 * 64 && panels.macs < 0.3 * 64 * 64);
  assert.is(scattered.macs, panels.macs);
  // Of 4 outputs in a row, all are zero for an input where one is.
  const shareFull = ({ nodes }: Network) => {
    const weights = nodes[0]!.weights!;
    const fours = Array.from({ length: 16 * 64 }, (_, i) =>
      [0, 1, 2, 3].map((k) => weights[(Math.floor(i / 64) * 4 + k) * 64 + (i % 64)] !== 0),
    );
    const used = fours.filter((four) => four.includes(true));
    return used.filter((four) => !four.includes(false)).length / used.length;
  };
  assert.is(shareFull(panels), 1);
  assert.ok(shareFull(scattered) < 0.1);
});

test('256 steps cover a range and 0, which one of them is', () => {
  const { scale, zeroPoint } = covering(Float32Array.of(-1, 0.5, 4));
  assert.is(scale, Math.fround(5 / 255));
  assert.is(zeroPoint, -128 + 51);
  assert.is(covering(Float32Array.of(2, 6)).zeroPoint, -128);
  assert.is(covering(Float32Array.of(-3, -1)).zeroPoint, 127);
});

test('weights in int8 have a scale for each output, on whichever axis outputs are', () => {
  const bias = Float32Array.of(1, -1);
  const inRows = int8Parameters({ weights: Float32Array.of(-127, 64, 5, 10), bias }, [2, 2], 0, 0.5);
  assert.equal([...inRows.weights], [-127, 64, 64, 127]);
  assert.equal([...inRows.scales], [1, Math.fround(10 / 127)]);
  assert.equal([...inRows.bias], [2, -25]);
  const inColumns = int8Parameters({ weights: Float32Array.of(-127, 5, 64, 10), bias }, [2, 2], 1, 0.5);
  assert.equal([...inColumns.weights], [-127, 64, 64, 127]);
});

test('the form in int8 computes what floats do but for rounding, and every layer in integers', async () => {
  const network = smallNetwork({});
  const shape = network.shapes.input!;
  const picture = floats(uniform(1), 3 * 16 * 16, 1);
  const exact = await loadModel(await convertOnnx(toOnnx(network)));
  const rounded = await loadModel(await convertTflite(await toTfliteInt8(network)));
  const outputOf = (model: typeof exact, input: Float32Array) => [
    ...(Object.values(model.run(input))[0]!.data as Float32Array),
  ];
  const difference = relativeDifference(outputOf(rounded, channelsLast(picture, shape)), outputOf(exact, picture));
  assert.ok(difference > 1e-4 && difference < 0.15, String(difference));
  const ops = new Set(rounded.describe().layers.map(({ op }) => op));
  assert.equal([...ops].sort(), [
    'addInt8',
    'convInt8',
    'dequantize',
    'maxInt8',
    'meanInt8',
    'pad',
    'quantize',
    'reshape',
  ]);
  exact.dispose();
  rounded.dispose();
});

test('only the padded form has more multiply-adds', () => {
  const network = smallNetwork();
  assert.is(FORMS.gathered!(network).macs, network.macs);
  assert.ok(FORMS.padded!(network).macs > network.macs);
});

test.run();
