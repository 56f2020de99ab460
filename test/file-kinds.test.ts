// What is wrong with a file, in one table: every kind of wrong file is given to every function and command that takes files, and
// the message names the kind and what to do.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx, convertTflite } from '../src/convert.js';
import { GroupwiseError } from '../src/errors.js';
import * as browser from '../src/index.js';
import { decodeImage, loadClassifier, loadModel, type ImageClassifier } from '../src/node.js';
import { model } from './support/command-model.js';
import { groupwise, temporaryFolder } from './support/command.js';

const MAX_MESSAGE = 300;

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : part)));

const padded = (...parts: (string | number[])[]): Uint8Array => bytes(...parts, Array<number>(600).fill(1));

/** A field of protobuf whose value is bytes. */
const field = (number: number, ...parts: (string | number[])[]): number[] => {
  const value = [...bytes(...parts)];
  const { length } = value;
  return [(number << 3) | 2, ...(length < 128 ? [length] : [(length & 127) | 128, length >> 7]), ...value];
};

/** The first file of a zip archive; PyTorch aligns its contents by a field of its own. */
const zipped = (name: string, ...extra: (string | number[])[]): Uint8Array =>
  bytes('PK\x03\x04', Array<number>(22).fill(0), [name.length, 0, 0, 0], name, ...extra);

type Row = [what: string, file: Uint8Array, name: RegExp, cure?: RegExp];

const EXPORT = /export its network to ONNX/;
const DECLARATION = '<?xml version="1.0"?>\n';
const PADDING = ['FB', [18, 0], 'Z'.repeat(18)];

const NETWORKS: Row[] = [
  ['a model of ONNX Runtime', padded([32, 0, 0, 0], 'ORTM'), /an? ONNX Runtime model \(\.ort\)/, /\.onnx file/],
  [
    'a Core ML model',
    padded([8, 5], field(2, field(1, field(1, 'image'), 'x'.repeat(200)))),
    /a Core ML model/,
    EXPORT,
  ],
  [
    'the manifest of a Core ML package',
    bytes('{ "fileFormatVersion": "1.0.0", "itemInfoEntries": {} }'),
    /a Core ML package/,
    EXPORT,
  ],
  ['a PyTorch checkpoint', zipped('net/data.pkl', ...PADDING), /a PyTorch checkpoint/, EXPORT],
  ['a TorchScript archive', zipped('net/data/0', ...PADDING), /a PyTorch checkpoint/, EXPORT],
  ['an old PyTorch checkpoint', padded([0x80, 2, 0x8a, 10, 0x6c, 0xfc]), /a PyTorch checkpoint/, EXPORT],
  ['a safetensors file', bytes([80, 0, 0, 0, 0, 0, 0, 0], '{"a":{"dtype":"F32"}}'), /a safetensors file/, EXPORT],
  ['a Keras .h5 file', padded('\x89HDF\r\n\x1a\n'), /a Keras or HDF5 file/, EXPORT],
  ['a .keras file', zipped('metadata.json', '{}'), /a Keras or HDF5 file/, EXPORT],
  [
    'a SavedModel',
    padded([8, 1], field(2, field(1, field(2, 'ops'), field(4, 'serve')), 'x'.repeat(200))),
    /a TensorFlow SavedModel/,
    EXPORT,
  ],
  ['a frozen graph', padded(field(1, field(1, 'input/x'), field(2, 'Placeholder'))), /a TensorFlow graph/, EXPORT],
  ['a TensorFlow.js model', bytes('{"format": "graph-model", "modelTopology": {}}'), /a TensorFlow\.js model/, EXPORT],
  ['an OpenVINO model', bytes(`${DECLARATION}<net name="x" version="11">`), /an OpenVINO model/, EXPORT],
  ['ncnn parameters', bytes('7767517\n75 83\nInput data 0 1 data'), /an ncnn model/, EXPORT],
  ['a GGUF file', padded('GGUF', [3, 0, 0, 0]), /a GGUF file/, EXPORT],
  [
    'a Paddle model',
    padded(field(1, [8, 0, 16, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1])),
    /a Paddle model/,
    EXPORT,
  ],
  ['a Paddle model in JSON', bytes('{"base_code":{"magic":"pir"}}'), /a Paddle model/, EXPORT],
  ['a NumPy array', padded('\x93NUMPY\x01\0'), /a NumPy array/],
];

const PICTURES: Row[] = [
  ["Apple's PNG", padded('\x89PNG\r\n\x1a\n', [0, 0, 0, 4], 'CgBI'), /a CgBI PNG/, /pngcrush/],
  ['HEIC', padded([0, 0, 0, 24], 'ftypheic'), /a HEIC/, /convert it to JPEG or PNG/],
  ['JPEG XL', padded([0, 0, 0, 12], 'JXL \r\n\x87\n'), /a JPEG XL/, /convert it to JPEG or PNG/],
  ['a bare stream of JPEG XL', padded([0xff, 0x0a]), /a JPEG XL/, /convert it to JPEG or PNG/],
  ['JPEG 2000', padded([0, 0, 0, 12], 'jP  \r\n\x87\n'), /a JPEG 2000/, /convert it to JPEG or PNG/],
  ['SVG', bytes(`${DECLARATION}<!-- drawn --><svg xmlns="http://www.w3.org/2000/svg"/>`), /an SVG/, /render it/],
  ['PDF', padded('%PDF-1.7'), /a PDF/, /render it/],
  ['a video', padded([0, 0, 0, 24], 'ftypisom'), /an MP4 or QuickTime/],
];

const OTHERS: Row[] = [
  ['nothing', bytes(), /an empty file/],
  ['the page of an error', bytes('\n<!DOCTYPE html><title>404</title>'), /an HTML file/, /perhaps an error page/],
  ['the JSON of an error', bytes('{"error": "not found"}'), /a JSON file/],
  ['a Git LFS pointer', bytes('version https://git-lfs.github.com/spec/v1\n'), /a Git LFS pointer/, /git lfs pull/],
  ['gzip', new Uint8Array(gzipSync('x'.repeat(1000))), /a gzip file/, /unpack it/],
  ['a zip archive', zipped('photos/cat.jpg', 'x'), /a zip archive/, /unpack it/],
  ['base64', bytes(Buffer.alloc(900, 8).toString('base64')), /base64/, /Buffer\.from\(text, 'base64'\)/],
  ['a data: URL', bytes(`data:image/png;base64,${'iVBOR'.repeat(300)}`), /base64/, /Buffer\.from\(text, 'base64'\)/],
];

const ALL = [...NETWORKS, ...PICTURES, ...OTHERS];

let classifier: ImageClassifier;

const test = suite('wrong files');
const folder = temporaryFolder();
const pathOf = (index: number): string => join(folder, `file${index}`);

test.before(async () => {
  classifier = await loadClassifier(model);
  ALL.forEach(([, file], index) => writeFileSync(pathOf(index), file));
});
test.after(() => classifier.dispose());

const messageOf = async (call: () => Promise<unknown>): Promise<string> => {
  try {
    await call();
  } catch (error) {
    assert.instance(error, GroupwiseError);
    return (error as Error).message;
  }
  throw new Error('it is taken');
};

const isNamed = (message: string, where: string, patterns: readonly (RegExp | undefined)[]): void => {
  for (const pattern of patterns) if (pattern) assert.match(message, pattern, where);
  assert.ok(message.length <= MAX_MESSAGE, `${where}: ${message.length} characters: ${message}`);
};

for (const [what, file, name, cure] of [...NETWORKS, ...OTHERS]) {
  test(`${what} where a network belongs`, async () => {
    for (const [where, load] of Object.entries({ convertOnnx, convertTflite, loadModel, inPages: browser.loadModel }))
      isNamed(await messageOf(() => load(file)), where, [name, cure]);
  });
}

for (const [what, file, name, cure] of [...PICTURES, ...OTHERS]) {
  test(`${what} where a picture belongs`, async () => {
    isNamed(await messageOf(() => classifier.classify(file)), 'classify', [name, cure]);
    isNamed(await messageOf(() => decodeImage(file)), 'decodeImage', [name, cure]);
  });
}

test('networks where a picture belongs, and pictures where a network belongs', async () => {
  for (const [, file, name] of NETWORKS)
    isNamed(await messageOf(() => classifier.classify(file)), 'classify', [name, /not a picture/]);
  for (const [, file, name] of PICTURES) {
    isNamed(await messageOf(() => loadModel(file)), 'loadModel', [name]);
    isNamed(await messageOf(() => convertOnnx(file)), 'convertOnnx', [name]);
  }
});

test('values that are no files', async () => {
  const file = new Uint8Array(readFileSync(model));
  const text = Buffer.from(file).toString('base64');
  const load = [loadModel, browser.loadModel] as ((source: unknown) => Promise<unknown>)[];
  const [inNode, inPages] = load as [(typeof load)[0], (typeof load)[0]];
  const classify = (source: unknown) => classifier.classify(source as Uint8Array);
  const rows: [where: string, call: () => Promise<unknown>, ...patterns: RegExp[]][] = [
    ['base64 as a path', () => inNode(text), /a file in base64, not a path/, /Buffer\.from\(text, 'base64'\)/],
    ['base64 as a URL', () => inPages(text), /a file in base64, not a URL/, /data:;base64,/],
    ['base64 as a photo', () => classify(text), /a file in base64, not a path/],
    ['a path that is long', () => inNode(`${'/some/folder'.repeat(9)}/model.gw`), /there is no such file/],
    ['a list', () => inNode([...file]), /expected bytes, a URL/],
    ['a list as a network', () => convertOnnx([...file] as never), /expected a Uint8Array or ArrayBuffer/],
    [
      'a list as a network of TensorFlow',
      () => convertTflite([...file] as never),
      /expected a Uint8Array or ArrayBuffer/,
    ],
    ['a list as a photo', () => classify([...file]), /Uint8Array\.from\(array\)/],
    [
      'a Buffer that was JSON',
      () => classify(JSON.parse(JSON.stringify(Buffer.from(file)))),
      /Uint8Array\.from\(it\.data\)/,
    ],
    ['a file: URL in a page', () => inPages('file:///model.gw'), /'groupwise\/node'/],
    ['a folder', () => inNode(folder), /it is a folder/],
    ['a folder as a photo', () => classify(folder), /it is a folder/],
  ];
  for (const [where, call, ...patterns] of rows) isNamed(await messageOf(call), where, patterns);
});

test('bytes in any form are taken', async () => {
  const file = readFileSync(model);
  const { buffer } = new Uint8Array(file);
  for (const source of [
    file,
    buffer,
    new DataView(buffer),
    pathToFileURL(model),
    `data:;base64,${file.toString('base64')}`,
  ]) {
    using loaded = await loadModel(source);
    assert.is(loaded.labels?.length, 10);
  }
});

test('folders of other frameworks are named', async () => {
  const [core, saved] = ['net.mlpackage', 'saved'].map((name) => join(folder, name)) as [string, string];
  for (const path of [core, saved]) mkdirSync(path);
  writeFileSync(join(saved, 'saved_model.pb'), '');
  for (const [path, name] of [
    [core, /a Core ML package: export its network to ONNX/],
    [saved, /a TensorFlow SavedModel: export its network to ONNX/],
  ] as const) {
    isNamed(await messageOf(() => loadModel(path)), path, [name]);
    for (const words of [
      ['convert', path],
      ['classify', path, path],
      ['bench', path],
    ])
      isNamed(
        groupwise(words)
          .err.split('\n')
          .find((line) => line.includes(path)) ?? '',
        words[0]!,
        [name],
      );
  }
});

test('no message repeats a long input', async () => {
  const long = 'A1b/'.repeat(500).replaceAll('/', '+');
  const lists = [
    ['classify', long],
    ['classify', `${long}.jpg`],
    ['convert', long],
    ['convert', `${long}.onnx`],
    ['eval', long, long],
    ['eval', model, long],
    ['bench', long],
    ['inspect', `${long}.gw`],
    ['verify', long],
    ['convert', model, '--shape', long],
    ['convert', model, '-o', `${long}/x.gw`],
    ['convert', model, '--weights', long],
    ['classify', model, 'x.jpg', '--top', long],
    ['classify', model, 'x.jpg', '--labels', long],
    ['classify', model, 'x.jpg', '--preprocess', long],
    ['eval', model, 'x', '--shard', long],
    ['bench', model, `--${long}`],
    [long],
  ];
  for (const words of lists) {
    const { code, err } = groupwise(words);
    assert.is.not(code, 0);
    for (const line of err.split('\n')) isNamed(line, words[0]!, []);
    assert.ok(err.length < 600, err);
  }
  isNamed(await messageOf(() => loadModel(`${long}.gw`)), 'loadModel', [/its name is too long/]);
  isNamed(await messageOf(() => loadModel(model, { [long]: 1 })), 'options', [/has no option/]);
});

test('on the command line the hints are commands', () => {
  const reasons = JSON.parse(groupwise(['classify', model, ...ALL.map((_, index) => pathOf(index)), '--json']).out) as {
    reason: string;
  }[];
  ALL.forEach(([what, , name, cure], index) => {
    const { reason } = reasons[index]!;
    isNamed(reason, what, [name, index >= NETWORKS.length && !cure?.source.includes('Buffer') ? cure : undefined]);
    assert.not.match(reason, /Buffer/);
  });
  for (const command of ['convert', 'bench', 'inspect'])
    [...NETWORKS, ...OTHERS].forEach(([what, file, name], n) => {
      if (n % 5 !== 0 && !what.includes('base64')) return;
      const { code, err } = groupwise([command, pathOf(ALL.findIndex(([, own]) => own === file))]);
      assert.is(code, 1);
      isNamed(err, `${command} ${what}`, [name, what.includes('base64') ? /base64 -d/ : undefined]);
    });
});

test.run();
