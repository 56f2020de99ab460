// Networks with more outputs than scores, and photos prepared for networks that do not classify.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { ArgumentError, ImageError, ShapeError } from '../../src/errors.js';
import { preprocess } from '../../src/image/preprocess.js';
import { decodeImage, loadClassifier, loadModel, prepare } from '../../src/node.js';
import { kernels } from '../support/picture-kernels.js';
import { withOutputs } from '../support/networks.js';
import { fileOf, noisePixels } from '../support/pictures.js';
import { CLASSES, errorOf, how, LABELS, load, network } from '../support/tiny-classifier.js';

const photo = noisePixels(20, 11);

test('a heat map beside the scores is returned by run, and classes are those of the network without it', async () => {
  using classifier = await load(withOutputs(network(), ['r']));
  using plain = await load(network());
  const { classes, outputs } = await classifier.run(photo, { topK: 3 });
  assert.equal(classes, await plain.classify(photo, { topK: 3 }));
  assert.equal(Object.keys(outputs).sort(), ['r', 'y']);
  assert.equal(outputs.r!.shape, [1, 4, 4, 4]);
  const expected = classifier.model.run({ data: preprocess(kernels, photo, how), shape: [1, 3, 6, 6] });
  assert.equal(outputs, expected);
  assert.equal(await classifier.classifyBatch([photo, photo]), [
    await plain.classify(photo),
    await plain.classify(photo),
  ]);
});

test('of several vectors the option scores names the one with the scores, whatever their order', async () => {
  const onnx = withOutputs(network([{ op: 'Softmax', inputs: ['logits'], outputs: ['y'] }]), ['features', 'logits']);
  using plain = await load(network());
  const expected = await plain.classify(photo);
  for (const scores of ['y', 'logits']) {
    using classifier = await load(onnx, {}, { scores });
    const found = await classifier.classify(photo);
    found.forEach(({ label, score }, place) => {
      assert.is(label, expected[place]!.label);
      assert.ok(Math.abs(score - expected[place]!.score) < 1e-6);
    });
  }
  const file = await convertOnnx(onnx, { preprocess: how });
  using features = await loadClassifier(file, { scores: 'features' });
  assert.is((await features.classify(photo)).length, 4);
  for (const scores of [undefined, 'c', 'none'])
    assert.instance(await errorOf(() => loadClassifier(file, scores ? { scores } : {})), ShapeError);
  assert.match((await errorOf(() => loadClassifier(file))).message, /name one by the option scores$/);
  assert.is(LABELS.length, CLASSES);
});

test('prepare gives what a classifier computes itself, from any source of photos', async () => {
  using model = await loadModel(await convertOnnx(network(), { preprocess: how }));
  for (const source of [photo, fileOf('jpeg 4:2:0'), fileOf('png rgba')]) {
    const pixels = source instanceof Uint8Array ? await decodeImage(source) : source;
    const input = await prepare(source, model);
    assert.equal(input, { data: preprocess(kernels, pixels, how), shape: [1, 3, 6, 6] });
    assert.is(model.run(input).y!.data.length, CLASSES);
  }
});

test('prepare takes its pre-processing from the options first, and refuses what does not fit', async () => {
  using model = await loadModel(await convertOnnx(network()));
  assert.match((await errorOf(() => prepare(photo, model))).message, /does not say how a photo becomes its input/);
  const other = { ...how, order: 'BGR' } as const;
  const input = await prepare(photo, model, { preprocess: other });
  assert.equal(input.data, preprocess(kernels, photo, other));
  for (const wrong of [{ ...how, width: 7 }, { ...how, order: 'grey' }, 'none'])
    assert.instance(await errorOf(() => prepare(photo, model, { preprocess: wrong as typeof how })), ArgumentError);
  assert.instance(await errorOf(() => prepare(new Uint8Array(5), model, { preprocess: how })), ImageError);
  assert.instance(await errorOf(() => prepare(photo, model, { size: 7 } as never)), ArgumentError);
  using classifier = await load(network());
  for (const wrong of [classifier, undefined, null, 'model.gw', {}])
    assert.match((await errorOf(() => prepare(photo, wrong as never))).message, /^prepare: the model is .*loadModel/);
});

test.run();
