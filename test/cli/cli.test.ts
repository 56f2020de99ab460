// The command line as a user runs it: exit codes, streams, messages, and results against recorded ones.

import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { showProblems } from '../../src/cli/show-problems.js';
import { readNpy, writeNpy } from '../../src/node/npy.js';
import { groupwise, temporaryFolder, tiny, writePhoto } from '../support/command.js';
import { seededFloats } from '../support/seeded.js';

type Recorded = {
  name: string;
  inputs: { name: string; shape: number[]; seed: number; low: number; high: number }[];
  outputs: { name: string; shape: number[]; values: number[] }[];
};

const { networks } = JSON.parse(readFileSync('test/fixtures/tiny/index.json', 'utf8')) as { networks: Recorded[] };
const recorded = (name: string): Recorded => networks.find((network) => network.name === name)!;

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const model = at('separable.gw');
const LABELS = ['ant', 'bee', 'cat', 'dog', 'elk', 'fox', 'gnu', 'hen', 'ibis', 'jay'];

const preprocess = {
  width: 32,
  height: 32,
  resize: 'squash',
  shortSide: 0,
  filter: 'bilinear',
  order: 'RGB',
  divisor: 255,
  mean: [0.5],
  std: [0.5],
  fill: 0,
};

const test = suite('command line');

test.before(() => {
  const { inputs } = recorded('separable');
  const [, , height, width] = inputs[0]!.shape;
  writeFileSync(at('labels.txt'), `${LABELS.join('\n')}\n`);
  writeFileSync(at('preprocess.json'), JSON.stringify({ ...preprocess, width, height }));
  const words = [
    '--labels',
    at('labels.txt'),
    '--preprocess',
    at('preprocess.json'),
    '--test-vector',
    'random',
    '--license',
    'MIT',
  ];
  const { code, err } = groupwise(['convert', tiny('separable'), '-o', model, ...words]);
  assert.is(code, 0, err);
});

const photo = (): string => writePhoto(folder, 'jpeg 4:2:0', 'photo.jpg');
const fails = (words: string[], message: RegExp, input?: Uint8Array): void => {
  const { code, out, err } = groupwise(words, input);
  assert.is(code, 1, err);
  assert.is(out, '');
  assert.match(err, message);
  assert.not.match(err, /\n +at /);
};

test('wrong command lines exit with 2 and write to the standard error only', () => {
  const wrong = [
    [],
    ['paint'],
    ['convert'],
    ['convert', '--paint', 'x.onnx'],
    ['classify', model],
    ['inspect', model, 'more'],
    ['bench', model, '--runs', '0'],
    ['bench', model, '--runs', 'x'],
    ['bench', model, '--deterministic=odd'],
    ['run', model],
    ['classify', model, 'x.jpg', '--top', '1.5'],
    ['classify', model, 'x.jpg', '--threshold', '2'],
    ['classify', '-', '-'],
    ['help', 'paint'],
    ['convert', '-'],
    ['convert', tiny('opset7'), '--shape', 'image'],
    ['convert', tiny('separable'), '--test-vector', 'image=x.npy', '--test-vector', 'image=y.npy'],
    ['convert', tiny('opset7'), '--test-vector', 'random', '--test-vector', 'x.npy'],
    ['convert', tiny('opset7'), '--weights', 'f64'],
    ['convert', tiny('opset7'), '--print-after', 'end'],
    ['convert', tiny('opset7'), '-o', tiny('opset7')],
    ['verify', model, '--tolerance', '-1'],
  ];
  for (const words of wrong) {
    const { code, out, err } = groupwise(words, new Uint8Array(0));
    assert.is(code, 2, `${words.join(' ')}: ${err}`);
    assert.is(out, '');
    assert.ok(err);
  }
  for (const words of [
    ['classify', model],
    ['classify', model, 'x.jpg', '--top', 'x'],
  ]) {
    assert.match(groupwise(words).err, /\(groupwise classify --help/);
  }
});

test('help and version go to the standard output', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  assert.equal(groupwise(['--version']), { code: 0, out: `${version}\n`, err: '' });
  for (const words of [['--help'], ['help'], ['convert', '--help'], ['help', 'convert']]) {
    const { code, out, err } = groupwise(words);
    assert.equal([code, err], [0, '']);
    assert.match(out, /Usage: groupwise/);
  }
});

test('failures exit with 1, in one sentence unless --debug asks for the stack', () => {
  fails(['inspect', at('none.gw')], /none\.gw: there is no such file/);
  fails(['inspect', folder], /it is a folder/);
  fails(['inspect', tiny('separable')], /ONNX/);
  fails(['inspect', '-'], /standard input is empty/, new Uint8Array(0));
  fails(['inspect', '-'], /standard input: only 4 bytes|standard input: not a/, Uint8Array.of(1, 2, 3, 4));
  fails(['convert', at('labels.txt'), '-o', at('x.gw')], /labels\.txt: not an ONNX model but a text file/);
  fails(['convert', model, '-o', at('x.gw')], /separable\.gw: not an ONNX model but already a groupwise model/);
  writeFileSync(at('cut.onnx'), readFileSync(tiny('separable')).subarray(0, 2000));
  fails(['convert', at('cut.onnx'), '-o', at('x.gw')], /cut\.onnx: not an ONNX model, or cut off/);
  fails(['bench', at('labels.txt')], /labels\.txt: not a/);
  fails(['convert', tiny('unsupported'), '-o', at('x.gw')], /node_places[^]*node_spectrum/);
  fails(
    ['convert', tiny('opset7'), '-o', at('x.gw'), '--preprocess', at('labels.txt')],
    /not JSON.*imagenet, inception or a JSON file/,
  );
  fails(
    ['convert', tiny('opset7'), '-o', at('x.gw'), '--preprocess', 'foo'],
    /no such file.*imagenet, inception or a JSON file/,
  );
  fails(['convert', tiny('opset7'), '-o', at('x.gw'), '--labels', photo()], /photo\.jpg is not a text file.*JPEG/);
  fails(['convert', tiny('opset7'), '-o', at('none/x.gw')], /cannot write .*: its folder does not exist/);
  fails(['convert', tiny('opset7'), '-o', folder], /cannot write .*: it is a folder/);
  assert.not.ok(existsSync(at('x.gw')));
  assert.match(groupwise(['inspect', at('none.gw'), '--debug']).err, /\n +at /);
});

test('many problems of a network are grouped by operator and reason, with the names of all nodes', () => {
  const places = Array.from({ length: 13 }, (_, i) => `STFT 'node_${i}' (ai.onnx 17): input 'x${i}' must be constant`);
  const lines = showProblems([...places, 'sparse initializers are not supported']).split('\n');
  assert.is(lines.length, 3);
  assert.match(lines[1]!, /^- STFT \(ai\.onnx 17\): input '\.\.\.' must be constant; 13 nodes: 'node_0', .*'node_12'$/);
  assert.is(lines[2], '- sparse initializers are not supported');
  assert.is(showProblems(places.slice(0, 2)).split('\n').length, 3);
});

test('converts from and to the standard streams, with the same bytes', () => {
  const words = ['convert', '-', '-o', at('streamed.gw')];
  assert.is(groupwise(words, readFileSync(tiny('opset7'))).code, 0);
  assert.is(groupwise(['convert', tiny('opset7'), '-o', at('direct.gw'), '--weights', 'f32']).code, 0);
  assert.equal(readFileSync(at('streamed.gw')), readFileSync(at('direct.gw')));
});

test('convert prints the graph after a stage, or after each', () => {
  const stages = (stage: string) => {
    const { code, out, err } = groupwise([
      'convert',
      tiny('separable'),
      '-o',
      at('printed.gw'),
      '--print-after',
      stage,
    ]);
    assert.equal([code, err], [0, '']);
    return [...out.matchAll(/^after (\S+):\ninput .*\n(?:.* = .*\n)*output /gm)].map(([, name]) => name);
  };
  assert.equal(stages('blocks'), ['blocks']);
  assert.equal(stages('all'), ['read', 'channels-last', 'recognise', 'simplify', 'order', 'add', 'blocks']);
  const { err } = groupwise(['convert', tiny('separable'), '--print-after', 'end']);
  assert.match(err, /read, channels-last, recognise, simplify, order, add, blocks, all/);
});

test('labels come from lines, lists and class indices', () => {
  const files = {
    'list.json': JSON.stringify(LABELS),
    'index.json': JSON.stringify(Object.fromEntries(LABELS.map((label, index) => [index, [`n${index}`, label]]))),
    'lines.txt': `\ufeff${LABELS.join('\r\n')}`,
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(at(name), text);
    const { code, err } = groupwise(['convert', tiny('separable'), '-o', at('labelled.gw'), '--labels', at(name)]);
    assert.is(code, 0, err);
    const { metadata } = JSON.parse(groupwise(['inspect', at('labelled.gw'), '--json']).out) as {
      metadata: { labels: string[] };
    };
    assert.equal(metadata.labels, LABELS);
  }
  writeFileSync(at('gap.json'), '{"0": "a", "2": "b"}');
  fails(['convert', tiny('separable'), '-o', at('x.gw'), '--labels', at('gap.json')], /no label 1/);
  writeFileSync(at('few.txt'), 'a\nb\n');
  fails(['convert', tiny('separable'), '-o', at('x.gw'), '--labels', at('few.txt')], /2 labels/);
});

type Classified = { image: string; milliseconds: number; results: { label: string; index: number; score: number }[] };

test('classify gives labels as JSON and as a table', () => {
  const { code, out, err } = groupwise(['classify', model, photo(), '--top', '3', '--json']);
  assert.equal([code, err], [0, '']);
  const [first, ...others] = JSON.parse(out) as Classified[];
  assert.is(others.length, 0);
  assert.equal(Object.keys(first!), ['image', 'milliseconds', 'results']);
  assert.is(first!.image, photo());
  assert.is(first!.results.length, 3);
  for (const { label, index } of first!.results) assert.is(label, LABELS[index]);
  const best = first!.results[0]!;
  assert.ok(best.score >= first!.results[1]!.score && best.score <= 1);
  assert.match(
    groupwise(['classify', model, photo()]).out,
    new RegExp(`${(best.score * 100).toFixed(2)} %.*${best.label}`),
  );
  const streamed = JSON.parse(
    groupwise(['classify', model, '-', '--json', '--top', '3'], readFileSync(photo())).out,
  ) as Classified[];
  assert.equal([streamed[0]!.image, streamed[0]!.results], ['-', first!.results]);
});

test('a photo that cannot be read does not keep the others from being classified', () => {
  writeFileSync(at('text.jpg'), 'no photo');
  const { code, out, err } = groupwise(['classify', model, at('none.jpg'), photo(), at('text.jpg'), '--json']);
  assert.is(code, 1);
  const [none, known, text] = JSON.parse(out) as (Classified & { reason: string })[];
  assert.equal([none!.image, known!.image, text!.image], [at('none.jpg'), photo(), at('text.jpg')]);
  assert.match(none!.reason, /there is no such file/);
  assert.equal([known!.results.length, known!.reason, text!.results], [5, undefined, undefined]);
  assert.match(err, /none\.jpg: there is no such file/);
  assert.match(err, /text\.jpg/);
});

test('a model without pre-processing and labels is classified with those of the command', () => {
  const bare = at('bare.gw');
  groupwise(['convert', tiny('separable'), '-o', bare]);
  fails(['classify', bare, photo()], /bare\.gw: the model does not say.*--preprocess imagenet, inception/);
  const prepared = groupwise(['classify', bare, photo(), '--preprocess', at('preprocess.json')]);
  assert.is(prepared.code, 0);
  assert.match(prepared.err, /^groupwise: .*bare\.gw names no classes.*--labels.*\n$/);
  const words = ['--preprocess', at('preprocess.json'), '--labels', at('labels.txt'), '--json'];
  const [own] = JSON.parse(groupwise(['classify', bare, photo(), ...words]).out) as Classified[];
  const [of] = JSON.parse(groupwise(['classify', model, photo(), '--json']).out) as Classified[];
  assert.equal(own!.results, of!.results);
  assert.match(groupwise(['classify', model, photo(), '--threshold', '1']).out, /\(no class reaches 1\)/);
});

test('progress over many photos stays out of the results', () => {
  const { code, out, err } = groupwise(['classify', model, ...Array.from({ length: 24 }, photo), '--json']);
  assert.is(code, 0);
  assert.is((JSON.parse(out) as Classified[]).length, 24);
  assert.match(err, /24\/24 photos/);
});

test('run reads and writes .npy files with the recorded numbers', () => {
  const { inputs, outputs } = recorded('two-inputs');
  const words = inputs.flatMap(({ name, shape, seed, low, high }) => {
    const data = seededFloats(
      shape.reduce((a, b) => a * b, 1),
      seed,
      low,
      high,
    );
    writeFileSync(at(`${name}.npy`), writeNpy({ data, shape }));
    return ['--input', `${name}=${at(`${name}.npy`)}`];
  });
  assert.is(groupwise(['convert', tiny('two-inputs'), '-o', at('two.gw')]).code, 0);
  const { code, out, err } = groupwise(['run', at('two.gw'), ...words, '--output-dir', at('results/deep'), '--json']);
  assert.is(code, 0, err);
  const summary = JSON.parse(out) as { outputs: { name: string; file: string }[] };
  assert.equal(
    summary.outputs.map(({ name }) => name),
    outputs.map(({ name }) => name),
  );
  for (const { name, shape, values } of outputs) {
    const tensor = readNpy(readFileSync(at(`results/deep/${name}.npy`)));
    assert.equal(tensor.shape, shape);
    values.forEach((value, i) =>
      assert.ok(Math.abs(Number(tensor.data[i]) - value) <= 1e-4 * Math.max(1, Math.abs(value)), `${name}[${i}]`),
    );
  }
  fails(['run', at('two.gw'), '--input', at('a.npy')], /no numbers for "b"/);
  fails(['run', at('two.gw'), ...words, '--input', `c=${at('a.npy')}`], /no input "c"/);
  fails(['run', at('two.gw'), '--input', at('labels.txt')], /labels\.txt: not a \.npy file/);
  fails(['run', at('two.gw'), '--input', `a=${photo()}`], /photo\.jpg: not a \.npy file but a JPEG picture/);
  fails(['run', at('two.gw'), ...words, '--output-dir', at('labels.txt')], /cannot write .*labels\.txt: it is a file/);
  if (process.platform === 'linux')
    fails(['run', at('two.gw'), ...words, '--output-dir', '/proc/none'], /cannot write \/proc\/none/);
});

test('inspect tells layers, costs, memory and what the file says of itself', () => {
  const { code, out } = groupwise(['inspect', model, '--json']);
  assert.is(code, 0);
  const found = JSON.parse(out) as Record<string, unknown> & {
    layers: object[];
    macs: number;
    memory: { linear: number };
    metadata: { license: string };
  };
  for (const key of ['inputs', 'outputs', 'layers', 'macs', 'weights', 'memory', 'dynamicBatch', 'metadata'])
    assert.ok(key in found, key);
  assert.equal(Object.keys(found.layers[0]!), ['name', 'op', 'inputs', 'output', 'type', 'macs', 'weights', 'dense']);
  assert.is(found.metadata.license, 'MIT');
  assert.ok(found.macs > 0 && found.memory.linear > 0);
  assert.match(groupwise(['inspect', model]).out, /conv[^]*memory[^]*labels +10: ant/);
});

test('bench measures cold start, first run, median, p95 and memory', () => {
  const { code, out } = groupwise([
    'bench',
    model,
    '--runs',
    '5',
    '--warmup',
    '1',
    '--deterministic',
    '--profile',
    '--json',
  ]);
  assert.is(code, 0);
  const result = JSON.parse(out) as Record<string, number> & {
    kernels: string;
    memory: { linear: number };
    profile: { layers: object[] };
  };
  for (const key of ['coldStart', 'firstRun', 'median', 'p95', 'min']) assert.type(result[key], 'number');
  assert.ok(result.min! <= result.median! && result.median! <= result.p95!);
  assert.equal([result.runs, result.kernels], [5, 'simd']);
  assert.ok(result.memory.linear > 0 && result.profile.layers.length > 0);
  assert.match(groupwise(['bench', model, '--runs', '3', '--profile']).out, /median[^]*share/);
});

test('verify compares with the test vector, and says so where there is none', () => {
  assert.match(groupwise(['verify', model]).out, /max \|difference\|/);
  assert.is(groupwise(['verify', model, '--deterministic', '--tolerance', '0']).code, 0);
  groupwise(['convert', tiny('opset7'), '-o', at('plain.gw')]);
  fails(['verify', at('plain.gw')], /no test vector/);
});

test('doctor describes the engine', () => {
  const report = JSON.parse(groupwise(['doctor', '--json']).out) as Record<string, unknown>;
  assert.equal([report.simd, report.node], [true, process.version]);
  assert.match(groupwise(['doctor']).out, /SIMD +yes/);
});

test('external data is read on request, and never from outside the folder', () => {
  const external = 'test/fixtures/tiny/external';
  fails(['convert', `${external}/tiny.onnx`, '-o', at('x.gw')], /--external-data/);
  assert.is(groupwise(['convert', `${external}/tiny.onnx`, '-o', at('x.gw'), '--external-data']).code, 0);
  fails(['convert', `${external}/escape.onnx`, '-o', at('y.gw'), '--external-data'], /outside/);
  const onnx = readFileSync(`${external}/tiny.onnx`),
    data = readFileSync(`${external}/tiny.bin`);
  writeFileSync(at('secret.bin'), data);
  const ways: Record<string, (path: string) => void> = {
    'symbolic link': (path) => symlinkSync(at('secret.bin'), path),
    'hard links': (path) => linkSync(at('secret.bin'), path),
    'no regular file': (path) => mkdirSync(path),
    'has 10 bytes': (path) => writeFileSync(path, data.subarray(0, 10)),
  };
  for (const [message, make] of Object.entries(ways)) {
    const own = at(message.replaceAll(' ', '-'));
    mkdirSync(own);
    writeFileSync(join(own, 'tiny.onnx'), onnx);
    make(join(own, 'tiny.bin'));
    fails(['convert', join(own, 'tiny.onnx'), '-o', at('z.gw'), '--external-data'], new RegExp(message));
  }
});

test('the example for Node prints the same labels', () => {
  const { status, stdout } = spawnSync(process.execPath, ['examples/node-classify.mjs', model, photo()]);
  assert.is(status, 0);
  const [first] = JSON.parse(groupwise(['classify', model, photo(), '--json']).out) as Classified[];
  const labels = [...stdout.toString().matchAll(/label: '(\w+)'/g)].map(([, label]) => label);
  assert.equal(
    labels,
    first!.results.map(({ label }) => label),
  );
});

test('the example for Node and npm run classify refuse command lines that they do not know', () => {
  const onnx = at('unconverted.onnx');
  const wrong = [
    ['examples/node-classify.mjs'],
    ['scripts/classify.js', onnx],
    ['scripts/classify.js', onnx, photo(), '--paint'],
    ['scripts/classify.js', onnx, photo(), '--threshold', '2'],
    ['scripts/classify.js', onnx, photo(), '--deterministic=odd'],
    ['scripts/classify.js', model, photo(), '--weights', 'f16'],
  ];
  for (const words of wrong) {
    const { status, stdout, stderr } = spawnSync(process.execPath, words);
    assert.equal([status, stdout.toString()], [2, ''], words.join(' '));
    assert.match(stderr.toString(), /usage: /);
  }
});

test('npm run classify takes the options of classify, and pre-processing and labels for a model file too', () => {
  const words = [
    '--preprocess',
    at('preprocess.json'),
    '--labels',
    at('labels.txt'),
    '--threshold',
    '0.01',
    '--deterministic',
    '--json',
  ];
  const { status, stdout } = spawnSync(process.execPath, ['scripts/classify.js', at('bare.gw'), photo(), ...words]);
  assert.is(status, 0);
  assert.equal(
    (JSON.parse(stdout.toString()) as Classified[])[0]!.results.every(({ label }) => LABELS.includes(label)),
    true,
  );
  const asPreset = spawnSync(process.execPath, ['scripts/classify.js', tiny('separable'), photo()]);
  assert.is(asPreset.status, 0, asPreset.stderr.toString());
  assert.match(asPreset.stderr.toString(), /prepared as for ImageNet/);
});

test('a reader that goes away is no error', () => {
  const { stdout, stderr } = spawnSync('sh', ['-c', `${process.execPath} dist/cli.js inspect ${model} --json | true`]);
  assert.equal([stdout.toString(), stderr.toString()], ['', '']);
});

test.run();
