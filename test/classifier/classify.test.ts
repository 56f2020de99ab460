// The classifier: what it returns, which photos it accepts, and what it refuses.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { ArgumentError, EngineError, ImageError, ShapeError } from '../../src/errors.js';
import { preprocess } from '../../src/image/preprocess.js';
import { loadClassifier as loadInBrowser } from '../../src/index.js';
import { decodeImage, loadClassifier, loadModel } from '../../src/node.js';
import { kernels } from '../support/picture-kernels.js';
import { encoded, fileOf, noise, noisePixels } from '../support/pictures.js';
import { distance, withOutputs } from '../support/networks.js';
import { writeOnnx, type NodeSpec } from '../support/onnx/write.js';
import { CLASSES, errorOf, how, LABELS, load, network } from '../support/tiny-classifier.js';

const node = (op: string, attributes = {}): NodeSpec[] => [{ op, inputs: ['logits'], outputs: ['y'], attributes }];

const photos = [noisePixels(20, 11), noisePixels(9, 30), fileOf('jpeg 4:2:0'), fileOf('png rgb'), noisePixels(7, 7)];

const scores = suite('scores');

const TAILS: Record<string, NodeSpec[]> = {
  'no softmax': node('Identity'),
  softmax: node('Softmax', { axis: 1 }),
  'the logarithm of softmax': node('LogSoftmax', { axis: 1 }),
  'softmax and a new shape': [
    ...node('Softmax', { axis: 1 }).map((one) => ({ ...one, outputs: ['s'] })),
    { op: 'Reshape', inputs: ['s', 'flat'], outputs: ['y'] },
  ],
};

for (const [name, tail] of Object.entries(TAILS)) {
  scores(`of a network with ${name} are probabilities`, async () => {
    using classifier = await load(network(tail));
    using plain = await load(network());
    for (const photo of photos) {
      const found = await classifier.classify(photo, { topK: CLASSES });
      assert.ok(Math.abs(found.reduce((sum, { score }) => sum + score, 0) - 1) < 1e-5);
      const expected = await plain.classify(photo, { topK: CLASSES });
      assert.equal(
        found.map(({ label, index }) => [label, index]),
        expected.map(({ label, index }) => [label, index]),
      );
      assert.ok(
        distance(
          found.map(({ score }) => score),
          expected.map(({ score }) => score),
        ) < 1e-6,
      );
    }
  });
}

scores('of sigmoids stay as they are', async () => {
  using classifier = await load(network(node('Sigmoid')));
  const tensor = { data: preprocess(kernels, noisePixels(20, 11), how), shape: [1, 3, 6, 6] };
  const expected = [...(classifier.model.run(tensor).y!.data as Float32Array)];
  const found = await classifier.classify(noisePixels(20, 11), { topK: CLASSES });
  for (const { index, score } of found) assert.is(score, expected[index]);
});

for (const batch of ['N', 1]) {
  scores(`of a batch are those of single photos (batch ${batch} in the ONNX file)`, async () => {
    using classifier = await load(network(node('Softmax'), batch));
    assert.is(classifier.model.inputs[0]!.shape[0], batch === 1 ? 1 : -1);
    const found = await classifier.classifyBatch(photos, { topK: CLASSES });
    for (const [i, photo] of photos.entries()) {
      const single = await classifier.classify(photo, { topK: CLASSES });
      assert.equal(
        found[i]!.map(({ index }) => index),
        single.map(({ index }) => index),
      );
      assert.ok(
        distance(
          found[i]!.map(({ score }) => score),
          single.map(({ score }) => score),
        ) < 1e-6,
      );
    }
    assert.equal(await classifier.classifyBatch([]), []);
  });
}

scores('of a tensor are those of the photo that it was made of; other tensors are refused', async () => {
  using classifier = await load(network());
  const data = preprocess(kernels, noisePixels(20, 11), how);
  assert.equal(
    await classifier.classify({ data, shape: [1, 3, 6, 6] }),
    await classifier.classify(noisePixels(20, 11)),
  );
  for (const shape of [[1, 6, 6, 3], [3, 6, 6], [2, 3, 6, 6], []]) {
    assert.instance(await errorOf(() => classifier.classify({ data, shape })), ShapeError, String(shape));
  }
  const two = { data: new Float32Array(216), shape: [2, 3, 6, 6] };
  for (const call of [
    () => classifier.classify(two),
    () => classifier.embed(two),
    () => classifier.classifyBatch([two, two]),
  ]) {
    assert.match((await errorOf(call)).message, /shape \[2,3,6,6\] and 216 numbers; the model expects \[1,3,6,6\]/);
  }
  assert.match(
    (await errorOf(() => classifier.classify({ data: new Float32Array(108).fill(NaN), shape: [1, 3, 6, 6] }))).message,
    /returned NaN/,
  );
});

scores.run();

const embeds = suite('embed');

embeds('returns the input of the last layer with weights, and changes nothing', async () => {
  const onnx = network(node('Softmax'));
  using classifier = await load(onnx);
  using inner = await loadModel(await convertOnnx(withOutputs(onnx, ['features'])), { deterministic: true });
  const before = await classifier.classifyBatch(photos);
  for (const photo of photos) {
    const pixels = photo instanceof Uint8Array ? await decodeImage(photo) : photo;
    const { features } = inner.run(preprocess(kernels, pixels, how));
    assert.ok(distance(await classifier.embed(photo), features!.data as Float32Array) < 1e-6);
  }
  assert.equal(await classifier.classifyBatch(photos), before);
});

embeds('is refused for a network without weights', async () => {
  const onnx = writeOnnx({
    nodes: [{ op: 'GlobalMaxPool', inputs: ['x'], outputs: ['y'] }],
    inputs: [{ name: 'x', dims: ['N', 3, 6, 6] }],
    outputs: ['y'],
  });
  using classifier = await load(onnx, { labels: ['red', 'green', 'blue'] });
  assert.instance(await errorOf(() => classifier.embed(photos[0]!)), ShapeError);
  assert.is((await classifier.classify(photos[0]!)).length, 3);
});

embeds.run();

const setup = suite('set-up');

setup('labels and pre-processing in the options override those in the file', async () => {
  using classifier = await load(network(), {}, { labels: [...LABELS].reverse(), preprocess: { ...how, order: 'BGR' } });
  using own = await load(network(), { preprocess: { ...how, order: 'BGR' } });
  const [found, expected] = [await classifier.classify(photos[0]!), await own.classify(photos[0]!)];
  assert.equal(
    found.map(({ index, score }) => [index, score]),
    expected.map(({ index, score }) => [index, score]),
  );
  assert.is(found[0]!.label, LABELS[CLASSES - 1 - found[0]!.index]);
});

setup('without labels the index is the label; without pre-processing only tensors are accepted', async () => {
  using classifier = await loadClassifier(await convertOnnx(network()));
  const [best] = await classifier.classify({ data: new Float32Array(108), shape: [1, 3, 6, 6] });
  assert.is(best!.label, String(best!.index));
  const error = await errorOf(() => classifier.classify(photos[0]!));
  assert.instance(error, ImageError);
  assert.match(error.message, /--preprocess, or pass the option preprocess/);
});

setup('an output without a row of scores for each photo is refused', async () => {
  const mean = writeOnnx({
    nodes: [
      { op: 'ReduceMean', inputs: ['x'], outputs: ['m'], attributes: { axes: [0, 2, 3], keepdims: 1 } },
      { op: 'Flatten', inputs: ['m'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', type: 1, dims: ['N', 3, 6, 6] }],
    outputs: ['y'],
  });
  const error = await errorOf(async () => loadClassifier(await convertOnnx(mean)));
  assert.instance(error, ShapeError);
  assert.match(error.message, /a classifier has one image input and one vector of scores/);
});

setup('pre-processing that is invalid or for another input is refused immediately', async () => {
  for (const change of [{ width: 7 }, { order: 'grey' }, { std: [0] }, { divisor: NaN }] as object[]) {
    assert.instance(
      await errorOf(() => load(network(), {}, { preprocess: { ...how, ...change } })),
      ArgumentError,
      JSON.stringify(change),
    );
  }
});

setup('a list of labels of another length is refused', async () => {
  const error = await errorOf(() => load(network(), {}, { labels: ['a', 'b'] }));
  assert.instance(error, ArgumentError);
  assert.match(error.message, /^2 labels, but the network gives 7 scores$/);
  assert.is((error as ArgumentError).argument, 'labels');
  const background = await errorOf(() => load(network(), {}, { labels: LABELS.slice(1) }));
  assert.match(background.message, /7 scores: .*: add "background" before the other labels$/);
});

setup('a network that is not a classifier is refused with a description of it', async () => {
  const error = await errorOf(() => load(withOutputs(network(), ['features'])));
  assert.instance(error, ShapeError);
  assert.match(
    error.message,
    /this model has "x" \[N,3,6,6\] and "y" \[N,7\], "features" \[N,4\]: name one by the option scores/,
  );
});

setup('a model from a path is named by what is wrong with it', async () => {
  const path = 'test/fixtures/tiny/separable.onnx';
  for (const start of [loadModel, loadClassifier])
    assert.match((await errorOf(() => start(path))).message, /^test\/fixtures\/tiny\/separable\.onnx: not a .*ONNX/);
  const shipped = 'models/cifar10-fast-flgc4/model.gw';
  assert.match(
    (await errorOf(() => loadClassifier(shipped, { labels: ['a'] }))).message,
    /^models\/.*\.gw: 1 label, but/,
  );
  assert.match((await errorOf(() => loadModel('none.gw'))).message, /^cannot read none\.gw: there is no such file$/);
});

setup('a disposed classifier does not classify', async () => {
  const classifier = await load(network());
  classifier.dispose();
  classifier[Symbol.dispose]();
  assert.is((await errorOf(() => classifier.classify(photos[0]!))).name, 'EngineError');
});

setup('aborted before and between photos', async () => {
  using classifier = await load(network());
  const reason = new Error('enough');
  assert.is(await errorOf(() => classifier.classify(photos[0]!, { signal: AbortSignal.abort(reason) })), reason);
  assert.is(await errorOf(() => classifier.embed(photos[0]!, { signal: AbortSignal.abort(reason) })), reason);
  const controller = new AbortController();
  const running = classifier.classifyBatch([...photos, ...photos], { signal: controller.signal });
  controller.abort(reason);
  assert.is(await errorOf(() => running), reason);
  assert.is((await classifier.classify(photos[0]!)).length, 5);
});

setup.run();

const kinds = suite('photos of all kinds');

kinds('of 1x1, 20000x1 and 1x20000 pixels', async () => {
  using classifier = await load(network());
  for (const [width, height] of [
    [1, 1],
    [20000, 1],
    [1, 20000],
    [6, 6],
  ] as const) {
    for (const channels of [3, 4] as const) {
      const found = await classifier.classify({ data: noise(width, height, channels), width, height, channels });
      assert.is(found.length, 5, `${width}x${height}`);
    }
  }
});

kinds('encoded, with alpha, 16 bits, grey or CMYK', async () => {
  using classifier = await load(network());
  for (const name of Object.keys(encoded)) {
    assert.is((await classifier.classify(fileOf(name))).length, 5, name);
  }
});

kinds('that are not photos are refused', async () => {
  using classifier = await load(network());
  const png = fileOf('png rgb');
  const none: unknown[] = [
    new Uint8Array(0),
    png.subarray(0, 40),
    new Uint8Array(100),
    { data: new Uint8Array(0), width: 0, height: 0, channels: 3 },
    { data: new Uint8Array(3), width: 2, height: 1, channels: 3 },
    { data: new Uint8Array(2), width: 1, height: 1, channels: 2 },
    undefined,
    null,
    7,
    {},
    'no-such-photo.jpg',
    new Blob([]),
  ];
  for (const [i, photo] of none.entries())
    assert.instance(await errorOf(() => classifier.classify(photo as Uint8Array)), ImageError, `photo ${i}`);
});

kinds("need a decoder: the browser's entry says where it is", async () => {
  using classifier = await loadInBrowser(await convertOnnx(network(), { preprocess: how }));
  assert.match((await errorOf(() => classifier.classify(fileOf('png rgb')))).message, /groupwise\/node/);
  assert.is((await classifier.classify(noisePixels(5, 5))).length, 5);
});

kinds.run();

const lists = suite('lists of photos');

/** A network that averages the channels of images of 3 MiB. */
const large = writeOnnx({
  nodes: [
    { op: 'GlobalAveragePool', inputs: ['x'], outputs: ['p'] },
    { op: 'Flatten', inputs: ['p'], outputs: ['y'] },
  ],
  inputs: [{ name: 'x', dims: ['N', 3, 512, 512] }],
  outputs: ['y'],
});

const plain = (value: number) => ({
  data: new Float32Array(3 * 512 * 512).fill(value).fill(value + 1, 0, 512 * 512),
  shape: [1, 3, 512, 512],
});

lists('run in batches of 16 MiB with the same results as individual photos', async () => {
  using classifier = await loadClassifier(await convertOnnx(large), { deterministic: true });
  const images = Array.from({ length: 12 }, (_, i) => plain(i / 7));
  const batches: number[] = [];
  const run = classifier.model.run.bind(classifier.model);
  classifier.model.run = (input) => {
    batches.push((input as { shape: readonly number[] }).shape[0]!);
    return run(input);
  };
  const together = await classifier.classifyBatch(images);
  assert.equal(batches, [5, 5, 2]);
  for (const [i, image] of images.entries()) assert.equal(together[i], await classifier.classify(image));
});

lists('numbers of other types are tensors too', async () => {
  using classifier = await loadClassifier(await convertOnnx(large), { deterministic: true });
  const { data, shape } = plain(3);
  assert.equal(
    await classifier.classify({ data: Float64Array.from(data), shape }),
    await classifier.classify({ data, shape }),
  );
  assert.equal(
    await classifier.classify({ data: Uint8Array.from(data), shape }),
    await classifier.classify({ data, shape }),
  );
});

lists('a photo that cannot be read is reported, and the next call works', async () => {
  using classifier = await load(network());
  const before = await classifier.classify(photos[0]!);
  const error = await errorOf(() => classifier.classifyBatch([photos[0]!, new Uint8Array(9), photos[1]!]));
  assert.instance(error, ImageError);
  assert.match(error.message, /^photo 1: the image is/);
  assert.match((await errorOf(() => classifier.classify(new Uint8Array(9)))).message, /^the image is/);
  assert.equal(await classifier.classify(photos[0]!), before);
});

lists('concurrent calls return the same as separate ones; after dispose they fail with a typed error', async () => {
  const classifier = await load(network());
  const alone: unknown[] = [];
  for (const photo of photos) alone.push(await classifier.classify(photo));
  assert.equal(await Promise.all(photos.map((photo) => classifier.classify(photo))), alone);
  const both = await Promise.all([classifier.classifyBatch(photos), classifier.classifyBatch(photos.slice(2))]);
  assert.equal(both, [alone, alone.slice(2)]);
  const late = classifier.classifyBatch(photos);
  classifier.dispose();
  assert.instance(await errorOf(() => late), EngineError);
});

lists.run();
