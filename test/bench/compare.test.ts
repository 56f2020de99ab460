// The comparison with other runtimes, as far as it can be tested without them: networks, forms, figures, tables,
// command line.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
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
type Statistics = Record<'least' | 'median', (times: number[]) => number> & {
  relativeDifference: (output: number[], reference: number[]) => number;
};
type Random = {
  uniform: (seed: number) => () => number;
  floats: (next: () => number, count: number, limit: number) => Float32Array;
  unevenGroups: (next: () => number, channels: number, groups: number) => number[][];
};
type Networks = {
  RandomNetwork: new (shape: number[], seed: number, sparsity?: { groups?: number; zeros?: number }) => Network;
  ARCHITECTURES: Record<string, (variant?: { groups?: number; zeros?: number; size?: number }) => Network>;
  FORMS: Record<string, (network: Network) => Network>;
  PANEL_FORMS: string[];
  SPARSE_GROUP_FORMS: string[];
};
type Formats = {
  toOnnx: (network: Network) => Uint8Array;
  transposed: (source: Float32Array, shape: number[], order: number[]) => Float32Array;
};
type Report = { markdownOf: (results: object) => string };
type Options = { parseOptions: (words: string[]) => { core: number } };

const FOLDER = pathToFileURL(join(process.cwd(), 'bench/compare/'));
const load = async <T>(file: string): Promise<T> => (await import(new URL(file, FOLDER).href)) as T;
const { least, median, relativeDifference } = await load<Statistics>('measure/statistics.js');
const { floats, unevenGroups, uniform } = await load<Random>('networks/random.js');
const { RandomNetwork } = await load<Networks>('networks/random-network.js');
const { ARCHITECTURES } = await load<Networks>('networks/architectures/index.js');
const { FORMS, PANEL_FORMS, SPARSE_GROUP_FORMS } = await load<Networks>('networks/forms.js');
const { toOnnx } = await load<Formats>('formats/onnx.js');
const { transposed } = await load<Formats>('formats/layout.js');
const { markdownOf } = await load<Report>('report/markdown.js');
const { parseOptions } = await load<Options>('options.js');

const test = suite('comparison with other runtimes');

test('the minimum and the median', () => {
  assert.is(least([3, 1, 2]), 1);
  assert.is(median([9, 1, 2]), 2);
  assert.is(median([9, 1, 2, 4]), 3);
});

test('outputs differ relative to the largest value, and wrong ones without bound', () => {
  assert.is(relativeDifference([1, -4.5, 2], [1, -4, 2]), 0.125);
  assert.is(relativeDifference([1], [1, 2]), Infinity);
  assert.is(relativeDifference([1, NaN], [1, 2]), Infinity);
});

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
  const parameters = (name: string) => {
    const { nodes, shapes } = ARCHITECTURES[name]!();
    return nodes.reduce((sum, { op, inputs, weights, bias }) => {
      const isNormalised = op === 'conv' && shapes[inputs[0]!]![1] !== 1; // not in squeeze-and-excite
      return sum + (weights ? weights.length + bias!.length * (isNormalised ? 2 : 1) : 0);
    }, 0);
  };
  assert.is(parameters('mobilenetv2'), 3_504_872);
  assert.is(parameters('mobilenetv3'), 5_483_032);
  assert.is(parameters('efficientnet-lite0'), 4_652_008);
  assert.is(parameters('resnet50'), 25_557_032);
  assert.is((parameters('yolox-nano') / 1e6).toFixed(2), '0.91');
});

/** A network with every op of the architectures, at a size that a test can run. */
const smallNetwork = (sparsity: { groups?: number; zeros?: number } = { groups: 3 }) => {
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

test('only the padded form has more multiply-adds', () => {
  const network = smallNetwork();
  assert.is(FORMS.gathered!(network).macs, network.macs);
  assert.ok(FORMS.padded!(network).macs > network.macs);
});

test('published tables match their figures', () => {
  const folder = new URL('results/', FOLDER);
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  assert.ok(files.length);
  for (const file of files) {
    const results = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as object;
    assert.is(readFileSync(new URL(file.replace('.json', '.md'), folder), 'utf8'), markdownOf(results));
  }
});

test('ratios refer to groupwise with the same SIMD, and to the fastest form', () => {
  const figure = (runtime: string, simd: string, form: string, cpuMs: number) => ({
    runtime,
    simd,
    threads: 1,
    architecture: form === 'dense' ? 'plain' : 'grouped',
    form,
    cpuMs,
    fastestMs: cpuMs + 1,
    medianMs: cpuMs + 2,
    loadMs: 0,
    firstMs: 0,
    difference: 0,
  });
  const runtime = (name: string) => ({ name, title: name, packageName: null, version: '1', downloadBytes: 5000 });
  const results = {
    title: 'T',
    kind: 'forms',
    command: 'c',
    date: 'd',
    machine: { pinnedToCore: 0 },
    rounds: 1,
    runs: 1,
    networks: [
      { architecture: 'plain', form: 'dense', macs: 4e6, size: 9 },
      { architecture: 'grouped', form: 'masked', macs: 1e6, size: 9 },
    ],
    runtimes: [runtime('groupwise'), runtime('other')],
    figures: [
      figure('groupwise', 'plain', 'dense', 4),
      figure('groupwise', 'plain', 'masked', 2),
      figure('other', 'plain', 'dense', 6),
      figure('other', 'plain', 'masked', 5),
      figure('groupwise', 'relaxed', 'dense', 3),
      figure('groupwise', 'relaxed', 'masked', 1),
      figure('other', 'relaxed', 'dense', 6),
      figure('other', 'relaxed', 'masked', 3),
    ],
    failures: [],
  };
  const rows = markdownOf(results)
    .split('\n')
    .filter((line) => line.startsWith('| other'));
  assert.equal(rows, [
    '| other 1 | plain | 6.00 | **5.00** | 1.20 | 2.50 |',
    '| other 1 | relaxed | 6.00 | **3.00** | 2.00 | 3.00 |',
  ]);
  const dense = {
    ...results,
    kind: 'dense',
    networks: results.networks.slice(0, 1),
    figures: results.figures.filter(({ form }) => form === 'dense'),
  };
  assert.ok(markdownOf(dense).includes('| other 1 | relaxed | 6.00 | 7.00 | 8.00 | 2.00 | 0.0e+0 | 5 |'));
});

test('wrong command lines are refused with the correct form', () => {
  const wrong: [string, RegExp][] = [
    ['', /expected the name of one table: mobilenetv2, /],
    ['mobilenetv2 resnet50', /expected the name of one table/],
    ['mobilenet', /there is no table "mobilenet"; choose from mobilenetv2, /],
    ['resnet50 --peers tflite', /there is no runtime "tflite"; choose from litert, /],
    ['resnet50 --rounds 1.5', /--rounds is "1\.5"; expected an integer of at least 1/],
    ['resnet50 --threads 2', /--threads/],
  ];
  for (const [words, message] of wrong) assert.throws(() => parseOptions(words.split(' ').filter(Boolean)), message);
  assert.is(parseOptions(['resnet50', '--core', '0']).core, 0);
  const { status, stderr } = spawnSync(process.execPath, ['bench/compare/compare.js', 'mobilenet'], {
    encoding: 'utf8',
  });
  assert.is(status, 2);
  assert.match(stderr, 'there is no table "mobilenet"');
});

test.run();
