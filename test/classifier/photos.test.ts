// Photos to labels in Node, compared with Pillow and ONNX Runtime.

import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { preprocess } from '../../src/image/preprocess.js';
import { presets } from '../../src/image/presets.js';
import { decodeImage, loadClassifier } from '../../src/node.js';
import { kernels } from '../support/picture-kernels.js';
import { DATA, hasData, noteSkippedWithoutData } from '../support/data.js';
import { readBytes, readJson } from '../support/networks.js';

// Node 20 has relaxed SIMD behind a flag: with it `fast` is another build than `exact`.
setFlagsFromString('--experimental-wasm-relaxed-simd');

type Photo = { file: string; resized: [number, number]; sha256: string; top5: [index: number, score: number][] };

const { model, folder, photos } = readJson<{ model: string; folder: string; photos: Photo[] }>(
  'test/fixtures/photos.json',
);

// (value + 1) * 127.5 is the byte that a value was computed from.
const bytesOf = (input: Float32Array): Uint8Array => {
  const plane = input.length / 3;
  return Uint8Array.from({ length: input.length }, (_, i) =>
    Math.round((input[(i % 3) * plane + Math.floor(i / 3)]! + 1) * 127.5),
  );
};

const test = suite('photos');
noteSkippedWithoutData('photos against ONNX Runtime');
const converted = hasData ? convertOnnx(readBytes(`${DATA}/${model}`), { preprocess: 'inception' }) : undefined;
let worst = 0;

for (const { file, sha256 } of hasData ? photos : []) {
  test(`${file} is cropped as by Pillow`, async () => {
    const input = preprocess(
      kernels,
      await decodeImage(readBytes(`${DATA}/${folder}/${file}`)),
      presets.inception(224),
    );
    assert.is(createHash('sha256').update(bytesOf(input)).digest('hex'), sha256);
  });
}

for (const deterministic of [true, false]) {
  if (!hasData) continue;
  test(`all photos get the classes and scores of ONNX Runtime (${deterministic ? 'deterministic' : 'fast'})`, async () => {
    using classifier = await loadClassifier((await converted)!, { deterministic });
    for (const { file, top5 } of photos) {
      const found = await classifier.classify(`${DATA}/${folder}/${file}`, { topK: Infinity });
      assert.is(found[0]!.index, top5[0]![0], file);
      for (const [index, score] of top5) {
        const distance = Math.abs(found.find((one) => one.index === index)!.score - score);
        worst = Math.max(worst, distance);
        assert.ok(distance <= 1e-4, `${file}: class ${index} differs by ${distance}`);
      }
    }
  });
}

if (hasData)
  test.after(() =>
    console.log(`measured: scores of ${photos.length} photos differ by ${worst.toExponential(1)} at most`),
  );
test.run();
