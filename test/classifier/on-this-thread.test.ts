// The loaders of entries without workers.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { loadersOnThisThread } from '../../src/classifier/on-this-thread.js';
import { pagePhotos } from '../../src/image/source.js';
import { embeddedHost } from '../../src/kernels/embedded.js';

const MODEL = readFileSync('models/cifar10-fast-flgc4/model.gw');
const { loadModel, loadClassifier } = loadersOnThisThread('groupwise/edge', embeddedHost, pagePhotos);

for (const load of [loadModel, loadClassifier]) {
  test(`${load === loadModel ? 'models' : 'classifiers'} refuse the options of workers, unless they are false`, async () => {
    for (const options of [{ worker: true }, { workerUrl: 'worker.js' }]) {
      const error = (await load(MODEL, options as object).catch((why: unknown) => why)) as Error;
      const [name] = Object.keys(options);
      assert.is(
        `${error.name}: ${error.message}`,
        `ArgumentError: groupwise/edge has no workers: leave option ${name} out, or import 'groupwise' in pages, 'groupwise/node' in Node, Deno and Bun`,
      );
    }
    (await load(MODEL, { worker: false } as object)).dispose();
  });
}

test.run();
