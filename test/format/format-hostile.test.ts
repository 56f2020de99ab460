// Model files truncated or changed at every byte: a typed error, or a model that stays within its memory.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FormatError } from '../../src/errors.js';
import { readModel } from '../support/read-model.js';
import { repaired, smallModels, takeApart } from '../support/model-file.js';
import { report, survives } from '../support/survival.js';

const models = await smallModels();

const changesOf = (byte: number): number[] =>
  [...new Set([(byte + 1) & 255, byte ^ 0x80, 0, 255])].filter((value) => value !== byte);

/** Every single byte of a file with other values. */
function* everyChange(bytes: Uint8Array): Generator<{ changed: Uint8Array; at: number; value: number }> {
  for (const [at, byte] of bytes.entries()) {
    for (const value of changesOf(byte)) {
      const changed = bytes.slice();
      changed[at] = value;
      yield { changed, at, value };
    }
  }
}

const test = suite('hostile model files');

for (const [name, bytes] of Object.entries(models)) {
  test(`${name} runs as it is, and nothing cut off does`, () => {
    readModel(bytes);
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(
        () => readModel(bytes.subarray(0, length)),
        (error: unknown) => error instanceof FormatError,
        `${length} bytes`,
      );
    }
  });

  test(`${name} with any byte changed is refused`, () => {
    for (const { changed, at, value } of everyChange(bytes)) {
      assert.throws(
        () => readModel(changed),
        (error: unknown) => error instanceof FormatError,
        `byte ${at} = ${value}`,
      );
    }
  });

  test(`${name} with any byte of its structure changed, and a checksum that fits, is safe`, async () => {
    const end = 64 + takeApart(bytes)[0].length + takeApart(bytes)[1].length;
    for (const { changed, at, value } of everyChange(bytes.slice(0, end))) {
      const file = bytes.slice();
      file.set(changed);
      await survives(repaired(file), `byte ${at} = ${value}`);
    }
    report(`${name}, single bytes`);
  });
}

test.run();
