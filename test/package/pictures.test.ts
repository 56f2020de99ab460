// The sample pictures: their sizes, and that a network trained on photographs recognises them.

import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import type { Preprocess } from '../../src/image/preprocess-spec.js';
import { decodeImage, loadClassifier } from '../../src/node.js';
import { DATA, hasData, noteSkippedWithoutData } from '../support/data.js';
import { readBytes } from '../support/networks.js';

const FOLDER = 'examples/pictures';
const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const NETWORK = `${DATA}/models/cifar10-resnet20.onnx`;

const test = suite('sample pictures');

const namesOf = (folder: string, extension: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(extension))
    .map((name) => name.slice(0, -extension.length))
    .sort();

test('there is one for each class, of 256x256 pixels, and all of them are small', async () => {
  assert.equal(namesOf(FOLDER, '.jpg'), CLASSES);
  assert.equal(namesOf(`${FOLDER}/drawings`, '.svg'), CLASSES);
  const files = CLASSES.map((name) => readFileSync(`${FOLDER}/${name}.jpg`));
  for (const file of files) {
    const { width, height } = await decodeImage(file);
    assert.equal([width, height], [256, 256]);
  }
  assert.ok(files.reduce((sum, { length }) => sum + length, 0) < 150_000);
});

noteSkippedWithoutData('sample pictures and ResNet-20');
if (hasData) {
  test('ResNet-20, trained on photographs of CIFAR-10, knows all of them', async () => {
    const preprocess: Preprocess = {
      width: 32,
      height: 32,
      resize: 'squash',
      shortSide: 0,
      filter: 'bilinear',
      order: 'RGB',
      fill: 0,
      divisor: 255,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    };
    using classifier = await loadClassifier(await convertOnnx(readBytes(NETWORK), { labels: CLASSES, preprocess }));
    for (const name of CLASSES) {
      const [best] = await classifier.classify(`${FOLDER}/${name}.jpg`);
      assert.is(best!.label, name);
      assert.ok(best!.score > 0.9, `${name} ${best!.score}`);
    }
  });
} else console.log(`skipped, no ${NETWORK}: what a network says of the sample pictures`);

test.run();
