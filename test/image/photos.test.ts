// Photos decoded and resized, compared with Pillow bit by bit.

import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { preprocess } from '../../src/image/preprocess.js';
import { presets } from '../../src/image/presets.js';
import type { Filter } from '../../src/image/preprocess-spec.js';
import { resizePixels } from '../../src/image/resample.js';
import { decodeImage } from '../../src/node/decode.js';
import { kernels } from '../support/picture-kernels.js';
import { DATA, hasData, noteSkippedWithoutData } from '../support/data.js';
import { hashOf, photoOf, recorded } from '../support/pictures.js';
import { wholeOf } from '../support/resized.js';

noteSkippedWithoutData('photos against Pillow');

const photos = suite('photos');

for (const [name, { size, hash, resized }] of hasData ? Object.entries(recorded.photos) : []) {
  photos(`${name} has the bytes of Pillow, decoded and resized`, async () => {
    const pixels = await decodeImage(photoOf(name));
    assert.equal([pixels.width, pixels.height], size);
    assert.is(hashOf(pixels), hash);
    for (const [key, expected] of Object.entries(resized)) {
      const [, filter, width, height] = /(\w+) (\d+)x(\d+)/.exec(key)!;
      assert.is(
        hashOf(resizePixels(kernels, pixels, wholeOf(Number(width), Number(height), filter as Filter))),
        expected,
        key,
      );
    }
  });
}

photos.run();

const golden = suite('golden inputs');

for (const file of hasData ? readdirSync(`${DATA}/golden`).filter((name) => name.startsWith('in_')) : []) {
  golden(`${file} is reproduced exactly`, async () => {
    const [, index, size] = /^in_(\d+)_(\d+)_tf/.exec(file)!;
    const photo = Object.keys(recorded.photos).find((name) => name.startsWith(`imagenet/${index!.padStart(3, '0')}-`))!;
    const input = preprocess(kernels, await decodeImage(photoOf(photo)), presets.inception(Number(size)));
    const bytes = new Uint8Array(input.buffer);
    assert.ok(Buffer.from(bytes).equals(readFileSync(`${DATA}/golden/${file}`)));
  });
}

golden.run();
