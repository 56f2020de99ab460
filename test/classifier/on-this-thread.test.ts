// The loaders of entries without workers.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { loadersOnThisThread } from '../../src/classifier/on-this-thread.js';
import { pagePhotos } from '../../src/image/source.js';
import { embeddedHost } from '../../src/kernels/embedded.js';
import { modelLoader } from '../../src/runtime/loader.js';

const MODEL = readFileSync('models/cifar10-mobilenetv2-flgc8/model.gw');
const { loadModel, loadClassifier } = loadersOnThisThread('groupwise/edge', modelLoader(embeddedHost), pagePhotos);

for (const load of [loadModel, loadClassifier]) {
  test(`${load === loadModel ? 'models' : 'classifiers'} refuse the option worker, unless it is false`, async () => {
    const error = (await load(MODEL, { worker: true } as object).catch((why: unknown) => why)) as Error;
    assert.is(`${error.name}: ${error.message}`, 'ArgumentError: option worker is true; groupwise/edge has no workers');
    (await load(MODEL, { worker: false } as object)).dispose();
  });
}

test.run();
