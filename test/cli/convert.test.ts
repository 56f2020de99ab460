// `groupwise convert`: files, streams, labels, external data, problems.

import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { showProblems } from '../../src/cli/show-problems.js';
import { convertOnnx } from '../../src/convert.js';
import { sizeOf, type TensorInfo } from '../../src/ir/tensor.js';
import { writeNpy } from '../../src/node/npy.js';
import { at, fails, LABELS, model, photo } from '../support/command-model.js';
import { groupwise, tiny } from '../support/command.js';
import { floats, longs, writeOnnx } from '../support/onnx/write.js';

const test = suite('groupwise convert');

test('converts from and to the standard streams, with the same bytes', () => {
  const words = ['convert', '-', '-o', at('streamed.gw')];
  assert.is(groupwise(words, readFileSync(tiny('opset7'))).code, 0);
  assert.is(groupwise(['convert', tiny('opset7'), '-o', at('direct.gw'), '--weights', 'f32']).code, 0);
  assert.equal(readFileSync(at('streamed.gw')), readFileSync(at('direct.gw')));
});

test('what was read is not overwritten, under any name', () => {
  const before = (path: string) => readFileSync(at(path));
  for (const [file, name] of [
    ['external/tiny.onnx', 'own.onnx'],
    ['external/tiny.bin', 'tiny.bin'],
  ] as const)
    writeFileSync(at(name), readFileSync(`test/fixtures/tiny/${file}`));
  symlinkSync(at('tiny.bin'), at('linked.gw'));
  writeFileSync(at('own-labels.txt'), LABELS.join('\n'));
  writeFileSync(at('own-x.npy'), writeNpy({ data: new Float32Array(3 * 16 * 16), shape: [1, 3, 16, 16] }));
  const cases: [words: string[], kept: string][] = [
    [['convert', at('own.onnx'), '-o', at('tiny.bin')], 'tiny.bin'],
    [['convert', at('own.onnx'), '-o', at('linked.gw')], 'tiny.bin'],
    [['convert', tiny('separable'), '--labels', at('own-labels.txt'), '-o', at('own-labels.txt')], 'own-labels.txt'],
    [['convert', tiny('separable'), '--test-vector', at('own-x.npy'), '-o', at('own-x.npy')], 'own-x.npy'],
  ];
  for (const [words, kept] of cases) {
    const bytes = before(kept);
    const { code, err } = groupwise(words);
    assert.is(code, 2);
    assert.match(err, /would be overwritten, and is one of the files that were read: choose another name/);
    assert.equal(before(kept), bytes);
  }
});

test('the size before is that of the network and its external data', () => {
  const folder = 'test/fixtures/tiny/external';
  const sizes = ['tiny.onnx', 'tiny.bin'].map((name) => statSync(`${folder}/${name}`).size);
  const PADDING = 16 * 7; // the bytes between and after the tensors, at most
  const { out } = groupwise(['convert', `${folder}/tiny.onnx`, '-o', at('sizes.gw')]);
  const before = Number(/size +([\d.]+) KiB ->/.exec(out)![1]) * 2 ** 10;
  assert.ok(Math.abs(before - sizes[0]! - sizes[1]!) < PADDING, out);
});

test('says how many layers of a quantised network compute in int8', () => {
  const grid = (name: string) => [
    floats(`${name}_s`, [], [0.02]),
    { name: `${name}_z`, type: 2, dims: [], ints: [120] },
  ];
  const nodes = [
    { op: 'QuantizeLinear', inputs: ['x', 'a_s', 'a_z'], outputs: ['q'] },
    { op: 'DequantizeLinear', inputs: ['q', 'a_s', 'a_z'], outputs: ['d'] },
    { op: 'Sigmoid', inputs: ['d'], outputs: ['e'] },
    { op: 'QuantizeLinear', inputs: ['e', 'b_s', 'b_z'], outputs: ['r'] },
    { op: 'DequantizeLinear', inputs: ['r', 'b_s', 'b_z'], outputs: ['s'] },
    { op: 'Softmax', inputs: ['s'], outputs: ['y'] },
  ];
  const tensors = [...grid('a'), ...grid('b')];
  const onnx = writeOnnx({ opset: 13, nodes, inputs: [{ name: 'x', dims: ['N', 8] }], outputs: ['y'], tensors });
  const { out } = groupwise(['convert', '-', '-o', at('int8.gw')], onnx);
  assert.match(out, /\nint8 +1 layer in int8, 1 in float; 2 conversions between them\n/);
  assert.not.match(groupwise(['convert', tiny('separable'), '-o', at('floats.gw')]).out, /\nint8/);
});

test('an output that cannot be written is refused before the conversion', () => {
  const words = ['convert', tiny('separable'), '-o', at('none/x.gw'), '--print-after', 'all'];
  fails(words, /cannot write .*x\.gw: its folder does not exist/);
});

test('options are those of convertOnnx', async () => {
  const words = ['--labels', at('labels.txt'), '--preprocess', at('preprocess.json'), '--license', 'CC0-1.0'];
  const options = ['--weights', 'f16', '--shape', 'image=1,3,16,16', '--test-vector', 'random'];
  const { code, err } = groupwise(['convert', tiny('separable'), '-o', at('all.gw'), ...words, ...options]);
  assert.is(code, 0, err);
  assert.is(groupwise(['verify', at('all.gw')]).code, 0);
  const { metadata, testVector } = JSON.parse(groupwise(['inspect', at('all.gw'), '--json']).out) as {
    metadata: { labels: string[]; license: string };
    testVector: boolean;
  };
  assert.equal([metadata.labels, metadata.license, testVector], [LABELS, 'CC0-1.0', true]);
  const plain = await convertOnnx(new Uint8Array(readFileSync(tiny('separable'))), { license: 'CC0-1.0' });
  assert.is(groupwise(['convert', tiny('separable'), '-o', at('own.gw'), '--license', 'CC0-1.0']).code, 0);
  assert.equal(new Uint8Array(readFileSync(at('own.gw'))), new Uint8Array(plain));
});

test('convert says how many samples a run takes, and what fixes their number', () => {
  const batchOf = (dims: (number | string)[], shape: number[]): string => {
    const tensors = [longs('shape', shape)];
    const nodes = [{ op: 'Reshape', name: 'flat', inputs: ['x', 'shape'], outputs: ['y'] }];
    writeFileSync(at('batch.onnx'), writeOnnx({ nodes, inputs: [{ name: 'x', dims }], outputs: ['y'], tensors }));
    return /^batch +(.*)$/m.exec(groupwise(['convert', at('batch.onnx'), '-o', at('batch.gw')]).out)![1]!;
  };
  assert.is(batchOf(['N', 2, 3], [0, 6]), 'any');
  assert.is(batchOf([1, 2, 3], [0, 6]), '1, fixed in the file');
  assert.is(batchOf([4, 2, 3], [0, 6]), '4, fixed in the file');
  assert.match(
    batchOf(['N', 2, 3], [1, 6]),
    /^1, though the file leaves it open: Reshape 'flat' .* cannot be reshaped/,
  );
});

test('convert says which sizes images may have', () => {
  const linesFor = (dims: (number | string)[]): string[] => {
    const nodes = [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }];
    writeFileSync(at('sizes.onnx'), writeOnnx({ nodes, inputs: [{ name: 'x', dims }], outputs: ['y'] }));
    const { out } = groupwise(['convert', at('sizes.onnx'), '-o', at('sizes.gw')]);
    return out.split('\n').filter((line) => line.startsWith('images '));
  };
  assert.equal(linesFor(['N', 3, 'height', 'width']), ['images   any size; the costs are for [1,3,224,224]']);
  assert.is(groupwise(['bench', at('sizes.gw'), '--runs', '1']).code, 0);
  const given = ['convert', at('sizes.onnx'), '-o', at('given.gw'), '--shape', 'x=1,3,8,9'];
  assert.match(groupwise(given).out, /^batch +1, as given with --shape$/m);
  for (const batch of ['N', '?', '-1', 'batch_size']) {
    const { out } = groupwise([...given.slice(0, -1), `x=${batch},3,8,9`]);
    assert.match(out, /^batch +any$/m);
    assert.not.match(out, /^images/m);
  }
  assert.equal(linesFor(['N', 3, 32, 32]), []);
});

test('the name of a bundled model is refused with what can be done with it', () => {
  fails(
    ['convert', 'cifar10-fast-flgc4', '-o', at('bundled.gw')],
    /^groupwise: cifar10-fast-flgc4 is a bundled model, which is converted already: `groupwise classify .* --quantize int8 and --calibrate; to convert a network, name its/,
  );
});

test('nothing is written if there is an error', () => {
  const refused = (words: readonly string[], message: RegExp): void =>
    fails(['convert', '-o', at('x.gw'), ...words], message);
  refused([at('labels.txt')], /labels\.txt: not an ONNX model but a text file/);
  refused([model], /separable\.gw: not an ONNX model but a groupwise model: it needs no conversion/);
  writeFileSync(at('cut.onnx'), readFileSync(tiny('separable')).subarray(0, 2000));
  refused([at('cut.onnx')], /cut\.onnx: not an ONNX model, or cut off/);
  refused([tiny('unsupported')], /node_places[^]*node_spectrum/);
  refused([tiny('opset7'), '--preprocess', at('labels.txt')], /not JSON.*imagenet, inception or a JSON file/);
  refused([tiny('opset7'), '--preprocess', 'foo'], /no such file.*imagenet, inception or a JSON file/);
  refused([tiny('opset7'), '--labels', photo], /photo\.jpg is not a text file.*JPEG/);
  assert.not.ok(existsSync(at('x.gw')));
  fails(['convert', tiny('opset7'), '-o', at('none/x.gw')], /cannot write .*: its folder does not exist/);
  fails(['convert', tiny('opset7'), '-o', at('.')], /cannot write .*: it is a folder/);
});

test('convert prints the graph after a stage, or after each', () => {
  const stages = (stage: string) => {
    const words = ['convert', tiny('separable'), '-o', at('printed.gw'), '--print-after', stage];
    const { code, out, err } = groupwise(words);
    assert.is(code, 0);
    assert.match(err, /^written .*printed\.gw, [\d.]+ KiB\n$/);
    return [...out.matchAll(/^after (\S+):\ninput .*\n(?:.* = .*\n)*output /gm)].map(([, name]) => name);
  };
  assert.equal(stages('blocks'), ['blocks']);
  const all = ['read', 'channels-last', 'integers', 'recognise', 'simplify', 'order', 'add', 'blocks', 'int8'];
  assert.equal(stages('all'), all);
  const { err } = groupwise(['convert', tiny('separable'), '--print-after', 'end']);
  assert.ok(err.includes([...all, 'all'].join(', ')), err);
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

test('external data is read unless that is declined, and never from outside the folder', () => {
  const external = 'test/fixtures/tiny/external';
  fails(
    ['convert', `${external}/tiny.onnx`, '-o', at('x.gw'), '--no-external-data'],
    /tensors.*'tiny.bin'.*--no-external-data/s,
  );
  assert.is(groupwise(['convert', `${external}/tiny.onnx`, '-o', at('x.gw')]).code, 0);
  assert.is(groupwise(['convert', `${external}/tiny.onnx`, '-o', at('x.gw'), '--external-data']).code, 0);
  fails(['convert', `${external}/escape.onnx`, '-o', at('y.gw'), '--external-data'], /outside/);
  const pointless = groupwise(['convert', 'net.tflite', '-o', at('y.gw'), '--external-data']);
  assert.is(pointless.code, 2);
  assert.match(pointless.err, /--external-data is for ONNX networks/);
  const onnx = readFileSync(`${external}/tiny.onnx`),
    data = readFileSync(`${external}/tiny.bin`);
  writeFileSync(at('secret.bin'), data);
  const ways: Record<string, (path: string) => void> = {
    'symbolic link': (path) => symlinkSync(at('secret.bin'), path),
    'hard links': (path) => linkSync(at('secret.bin'), path),
    'no regular file': (path) => mkdirSync(path),
    'no such file': () => {},
    'has 10 bytes': (path) => writeFileSync(path, data.subarray(0, 10)),
  };
  for (const [message, make] of Object.entries(ways)) {
    const own = at(message.replaceAll(' ', '-'));
    mkdirSync(own);
    writeFileSync(join(own, 'tiny.onnx'), onnx);
    make(join(own, 'tiny.bin'));
    fails(['convert', join(own, 'tiny.onnx'), '-o', at('z.gw')], new RegExp(message));
  }
});

test('a test vector may be made up for one input, and its file must have the size of the input', () => {
  const words = ['convert', tiny('two-inputs'), '-o', at('vector.gw')];
  const { inputs } = JSON.parse(groupwise(['inspect', twoInputs(), '--json']).out) as { inputs: TensorInfo[] };
  const [first, second] = inputs as [TensorInfo, TensorInfo];
  const length = sizeOf(second.shape.map(Math.abs));
  writeFileSync(at('right.npy'), writeNpy({ data: new Float32Array(length), shape: [length] }));
  writeFileSync(at('wrong.npy'), writeNpy({ data: new Float32Array(length + 1), shape: [length + 1] }));
  const vector = (...values: string[]) => [...words, ...values.flatMap((value) => ['--test-vector', value])];
  const { code, err } = groupwise(vector(`${first.name}=random`, `${second.name}=${at('right.npy')}`));
  assert.is(code, 0, err);
  assert.is(groupwise(['verify', at('vector.gw')]).code, 0);
  fails(
    vector(`${first.name}=random`, `${second.name}=${at('wrong.npy')}`),
    new RegExp(`wrong\\.npy: the array has shape \\[${length + 1}\\]; input "${second.name}" takes \\[`),
  );
});

/** The path of the model of the network with two inputs. */
const twoInputs = (): string => {
  assert.is(groupwise(['convert', tiny('two-inputs'), '-o', at('two-inputs.gw')]).code, 0);
  return at('two-inputs.gw');
};

test('a network without inputs is refused', () => {
  const { inputs } = JSON.parse(groupwise(['inspect', twoInputs(), '--json']).out) as { inputs: TensorInfo[] };
  const constants = inputs.flatMap(({ name, shape }) => {
    const own = shape.map(Math.abs);
    writeFileSync(at(`${name}.npy`), writeNpy({ data: new Float32Array(sizeOf(own)), shape: own }));
    return ['--constant', `${name}=${at(`${name}.npy`)}`];
  });
  fails(
    ['convert', tiny('two-inputs'), '-o', at('none.gw'), ...constants],
    /two-inputs\.onnx: the network has no inputs/,
  );
  assert.not.ok(existsSync(at('none.gw')));
});

test('a model is not written to a terminal', () => {
  const { status, stdout } = spawnSync('script', [
    '-qec',
    `${process.execPath} dist/cli.js convert - -o -`,
    '/dev/null',
  ]);
  if (status === null) return console.log('skipped: there is no `script`, which makes a terminal');
  assert.is(status, 2);
  assert.match(stdout.toString(), /would write the model to the terminal/);
});

test('many problems of a network are grouped by operator and reason, with the names of all nodes', () => {
  const places = Array.from({ length: 13 }, (_, i) => `STFT 'node_${i}' (ai.onnx 17): input 'x${i}' must be constant`);
  const lines = showProblems([...places, 'sparse initializers are not supported']).split('\n');
  assert.is(lines.length, 3);
  assert.match(lines[1]!, /^- STFT \(ai\.onnx 17\): input '\.\.\.' must be constant; 13 nodes: 'node_0', .*'node_12'$/);
  assert.is(lines[2], '- sparse initializers are not supported');
  assert.is(showProblems(places.slice(0, 2)).split('\n').length, 3);
});

test.run();
