// Wrong arguments of public functions: each is refused by name, with what was found and what was expected.

import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../src/convert.js';
import { ArgumentError, GroupwiseError, ShapeError } from '../src/errors.js';
import * as browser from '../src/index.js';
import * as node from '../src/node.js';

const MODEL = 'models/cifar10-fast-flgc4/model.gw';
const PHOTO = 'examples/pictures/ship.jpg';
const bytes = new Uint8Array(readFileSync(MODEL));
const onnx = new Uint8Array(readFileSync('test/fixtures/tiny/separable.onnx'));
const classifier = await node.loadClassifier(bytes);

/** A call with arguments that TypeScript would refuse. */
type Call = (argument: never) => unknown;

const TAKERS: Readonly<Record<string, Call>> = {
  loadModel: (options) => browser.loadModel(bytes, options),
  'loadModel of a path': (options) => node.loadModel(MODEL, options),
  loadClassifier: (options) => browser.loadClassifier(bytes, options),
  'loadClassifier of a path': (options) => node.loadClassifier(MODEL, options),
  classify: (options) => classifier.classify(PHOTO, options),
  classifyBatch: (options) => classifier.classifyBatch([PHOTO], options),
  embed: (options) => classifier.embed(PHOTO, options),
  convertOnnx: (options) => convertOnnx(onnx, options),
};

const errorOf = async (call: Call, argument: unknown): Promise<Error> => {
  try {
    await call(argument as never);
  } catch (error) {
    return error as Error;
  }
  throw new Error(`${String(argument)} was accepted`);
};

const refuses = async (call: Call, argument: unknown, message: RegExp): Promise<void> => {
  const error = await errorOf(call, argument);
  assert.instance(error, ArgumentError);
  assert.instance(error, GroupwiseError);
  assert.is((error as ArgumentError).code, 'GW_ARGUMENT');
  assert.match(error.message, message);
};

const containers = suite('options that are no object');

for (const [name, call] of Object.entries(TAKERS)) {
  containers(name, async () => {
    for (const wrong of [null, 'fast', 3, [], () => {}])
      await refuses(call, wrong, /^\w+: the options object is .*; expected an object$/);
    await call(undefined as never);
    await call({} as never);
  });
}

containers.run();

const names = suite('unknown options');

const MISSPELT: readonly [taker: string, option: string, suggestion: string][] = [
  ['loadModel', 'determinstic', 'deterministic'],
  ['loadModel', 'onprogress', 'onProgress'],
  ['loadModel of a path', 'integritiy', 'integrity'],
  ['loadClassifier', 'label', 'labels'],
  ['loadClassifier of a path', 'preprocessing', 'preprocess'],
  ['classify', 'topk', 'topK'],
  ['classify', 'threshhold', 'threshold'],
  ['classifyBatch', 'topk', 'topK'],
  ['embed', 'signals', 'signal'],
  ['convertOnnx', 'weight', 'weights'],
  ['convertOnnx', 'label', 'labels'],
];

for (const [taker, option, suggestion] of MISSPELT) {
  names(`${taker} suggests "${suggestion}" for "${option}"`, () =>
    refuses(
      TAKERS[taker]!,
      { [option]: undefined },
      new RegExp(`^${taker.split(' ')[0]} has no option "${option}"; did you mean "${suggestion}"\\?$`),
    ),
  );
}

names('a name unlike any option is answered with a list of all options', () =>
  refuses(
    TAKERS.loadModel!,
    { colour: 1 },
    /no option "colour"; it takes signal, onProgress, integrity, cache, maxBytes, sources, worker, workerUrl, deterministic, kernels, threads, limits$/,
  ),
);

names('inherited options count', () => refuses(TAKERS.classify!, Object.create({ topk: 3 }), /has no option "topk"/));

names.run();

const values = suite('values of options');

const WRONG: readonly [taker: string, options: object, message: RegExp][] = [
  ['loadModel', { deterministic: 'yes' }, /^loadModel: option deterministic is "yes"; expected true or false$/],
  ['loadModel', { deterministic: null }, /is null; expected true or false/],
  ['loadModel', { onProgress: 5 }, /onProgress is 5; expected a function/],
  ['loadModel', { signal: {} }, /signal is an object; expected an AbortSignal/],
  ['loadModel', { integrity: 5n }, /integrity is 5; expected a string/],
  ['loadModel of a path', { signal: 'stop' }, /signal is "stop"; expected an AbortSignal/],
  ['loadClassifier', { labels: 'ant, bee' }, /labels is "ant, bee"; expected a list of strings/],
  ['loadClassifier', { labels: ['ant', 5] }, /labels is \["ant", 5\]; expected a list of strings/],
  ['loadClassifier', { labels: new Array(10) }, /labels is an Array; expected a list of strings/],
  ['loadClassifier', { labels: Array(10).fill('') }, /^all labels are empty$/],
  ['loadClassifier', { preprocess: 'tf' }, /preprocess is "tf"; expected "imagenet", "inception" or an object/],
  ['loadClassifier', { preprocess: { width: 32 } }, /preprocess\.height is missing; expected an integer/],
  ['classify', { topK: 0 }, /^classify: option topK is 0; expected a positive integer or Infinity$/],
  ['classify', { topK: 2.5 }, /topK is 2\.5/],
  ['classify', { topK: '3' }, /topK is "3"/],
  ['classify', { topK: NaN }, /topK is NaN/],
  ['classifyBatch', { topK: -1 }, /topK is -1/],
  ['classify', { threshold: NaN }, /threshold is NaN; expected a number from 0 to 1$/],
  ['classify', { threshold: 2 }, /threshold is 2; expected a number from 0 to 1$/],
  ['classify', { allow: 'ant' }, /allow is "ant"; expected a list of labels or indices/],
  ['classify', { deny: [null] }, /deny is \[null\]; expected a list/],
  ['embed', { signal: 1 }, /signal is 1/],
  ['convertOnnx', { weights: 'f64' }, /^convertOnnx: option weights is "f64"; expected "f32" or "f16" or "int8"$/],
  ['convertOnnx', { shapes: [1, 3, 16, 16] }, /shapes is \[1, 3, 16, 16\]; expected an object/],
  [
    'convertOnnx',
    { shapes: { x: '1,3' } },
    /shapes is an object; expected an object with a list of sizes of at least 1 \(the first may be -1\) for each name/,
  ],
  ['convertOnnx', { constants: { x: 3 } }, /constants is an object; expected an object with a tensor/],
  ['convertOnnx', { constants: { x: { data: [1, 2], shape: [2] } } }, /expected an object with a tensor/],
  ['convertOnnx', { constants: { x: { data: new Float32Array(2), shape: 'x' } } }, /expected an object with a tensor/],
  ['convertOnnx', { license: 'x'.repeat(1025) }, /the license has 1025 bytes; the limit is 1024/],
  ['convertOnnx', { source: 'x'.repeat(1025) }, /the source has 1025 bytes; the limit is 1024/],
  ['convertOnnx', { testVector: { input: {} } }, /the test vector has no option "input"; did you mean "inputs"/],
  ['convertOnnx', { externalData: true }, /externalData is true; expected a function/],
];

for (const [taker, options, message] of WRONG)
  values(
    `${taker} refuses ${JSON.stringify(options, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`,
    () => refuses(TAKERS[taker]!, options, message),
  );

values('options are checked before anything is read', async () => {
  let reads = 0;
  const photo = {
    get data() {
      reads++;
      return new Uint8Array(3);
    },
    width: 1,
    height: 1,
    channels: 3 as const,
  };
  await refuses((options) => classifier.classify(photo, options), { topK: 0 }, /topK/);
  assert.is(reads, 0);
});

values.run();

const others = suite('other arguments');

const ARGUMENTS: readonly [argument: string, call: () => unknown][] = [
  ['options', () => classifier.classify(PHOTO, 3 as never)],
  ['topk', () => classifier.classify(PHOTO, { topk: 3 } as never)],
  ['topK', () => classifier.classify(PHOTO, { topK: 0 })],
  ['allow', () => classifier.classify(PHOTO, { allow: ['lion'] })],
  ['images', () => classifier.classifyBatch(3 as never)],
  ['images', () => classifier.classifyEach(3 as never)],
  ['model', () => node.prepare(PHOTO, 3 as never)],
  ['source', () => node.loadModel(3 as never)],
  ['integrity', () => node.loadModel(bytes, { integrity: 'md5-' })],
  ['labels', () => node.loadClassifier(bytes, { labels: ['ant'] })],
  ['preprocess.height', () => node.loadClassifier(bytes, { preprocess: { width: 32 } as never })],
  ['onnx', () => convertOnnx(3 as never)],
  ['license', () => convertOnnx(onnx, { license: 'x'.repeat(1025) })],
  ['file', () => node.decodeImage(3 as never)],
  ['file', () => node.readNpy(3 as never)],
  ['tensor', () => node.writeNpy(3 as never)],
  ['size', () => browser.presets.imagenet(0)],
];

for (const [argument, call] of ARGUMENTS)
  others(`the error is about ${argument}: ${String(call).slice(6)}`, async () => {
    const error = await errorOf(call, undefined);
    assert.instance(error, ArgumentError);
    assert.is((error as ArgumentError).argument, argument);
  });

others('unknown classes are refused before the photo is read', async () => {
  const options = { deny: ['lion'] };
  await refuses((one) => classifier.classify('none.jpg', one), options, /deny contains "lion"/);
  await refuses((one) => classifier.classifyBatch(['none.jpg'], one), options, /deny contains "lion"/);
  await refuses((one) => classifier.classifyEach([], one), options, /deny contains "lion"/);
});

others('memory that was transferred is refused by name', async () => {
  const gone = (data: Uint8Array): Uint8Array => (structuredClone(data.buffer, { transfer: [data.buffer] }), data);
  const photo = () => gone(new Uint8Array(readFileSync(PHOTO)));
  const calls: readonly (readonly [string, (bytes: never) => unknown])[] = [
    ['GW_ARGUMENT', (file) => browser.loadModel(file)],
    ['GW_ARGUMENT', (file) => node.loadModel(file)],
    ['GW_ARGUMENT', (file) => node.decodeImage(file)],
    ['GW_ARGUMENT', (file) => node.readNpy(file)],
    ['GW_ARGUMENT', (file) => convertOnnx(file)],
    ['GW_IMAGE', (file) => classifier.classify(file)],
  ];
  for (const [code, call] of calls)
    for (const source of [photo(), photo().buffer]) {
      const error = await errorOf(call, source);
      assert.is((error as GroupwiseError).code, code);
      assert.match(error.message, /detached: it was transferred elsewhere/);
    }
});

const OTHERS: readonly [name: string, call: Call, wrong: readonly unknown[], message: RegExp][] = [
  [
    'loadModel',
    (source) => browser.loadModel(source),
    [null, undefined, 5, {}],
    /the source of the model is .*; expected bytes, a URL/,
  ],
  [
    'loadModel of a promise',
    (source) => browser.loadModel(source),
    [Promise.resolve(bytes)],
    /^the source of the model is a Promise \(await it\); expected bytes/,
  ],
  ['convertOnnx', (source) => convertOnnx(source), [null, 'net.onnx', {}], /expected .*Uint8Array or ArrayBuffer/],
  [
    'classifyBatch',
    (images) => classifier.classifyBatch(images),
    [PHOTO, null, {}],
    /^classifyBatch: the list of photos is .*; expected a list$/,
  ],
  [
    'decodeImage',
    (file) => node.decodeImage(file),
    ['x.jpg', null, undefined],
    /the image of decodeImage is .*; expected a Uint8Array or ArrayBuffer/,
  ],
  [
    'readNpy',
    (file) => node.readNpy(file),
    ['x.npy', null, [1]],
    /the file of readNpy is .*; expected a Uint8Array or ArrayBuffer/,
  ],
  [
    'writeNpy',
    (tensor) => node.writeNpy(tensor),
    [
      null,
      {},
      new Float32Array(2),
      { data: [1], shape: [1] },
      { data: new Float64Array(1), shape: [1] },
      { data: new Float32Array(1) },
    ],
    /the array of writeNpy is .*; expected \{ data, shape \}/,
  ],
  [
    'presets.imagenet',
    (size) => browser.presets.imagenet(size),
    [0, 1.5, '224', undefined, NaN],
    /the size of a preset is .*; expected an integer/,
  ],
];

for (const [name, call, wrong, message] of OTHERS)
  others(name, async () => {
    for (const argument of wrong) await refuses(call, argument, message);
  });

const limited = (limits: unknown) => browser.loadModel(bytes, { limits } as object);

for (const [limits, message] of [
  [{ mac: 1 }, /^loadModel: limits has no option "mac"; did you mean "macs"\?$/],
  [{ macs: '1000' }, /^loadModel: limits: option macs is "1000"; expected a positive number$/],
  [{ memory: -1 }, /option memory is -1; expected a positive number$/],
  [[], /^loadModel: option limits is \[\]; expected an object$/],
] as const)
  others(`limits are checked by name: ${message.source}`, () => refuses(limited, limits, message));

others('writeNpy refuses a shape of another size', async () => {
  const error = await errorOf((tensor) => node.writeNpy(tensor), { data: new Float32Array(5), shape: [2, 3] });
  assert.instance(error, ShapeError);
  assert.match(error.message, /shape \[2,3\] does not fit an array of 5 elements/);
});

others.run();
