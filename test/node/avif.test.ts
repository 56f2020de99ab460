// AVIF where the engine compiles no bytes: the decoder is provided.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EngineError } from '../../src/errors.js';
import { decodeImage } from '../../src/node/decode.js';
import { provideDecoders } from '../../src/node/decoders.js';

const test = suite('AVIF without a compiler');

const PICTURES = JSON.parse(readFileSync('test/fixtures/pictures.json', 'utf8')) as { kind: string; file: string }[];
const file = Buffer.from(PICTURES.find(({ kind }) => kind === 'AVIF: orientation 1')!.file, 'base64');

test('the error says that a decoder is to be provided, and the one that is provided is used', async () => {
  const { compile } = WebAssembly;
  const path = createRequire(import.meta.url).resolve('@jsquash/avif/codec/dec/avif_dec.wasm');
  const decoder = await compile(readFileSync(path));
  WebAssembly.compile = () => Promise.reject(new WebAssembly.CompileError('disallowed by embedder'));
  try {
    const error = await decodeImage(file).then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    assert.instance(error, EngineError);
    assert.match(
      error!.message,
      /avif files cannot be compiled here: disallowed.* groupwise\/edge and provideDecoders/,
    );
    provideDecoders({ avif: decoder });
    const { width, height, data } = await decodeImage(file);
    assert.is(data.length % (width * height), 0);
  } finally {
    WebAssembly.compile = compile;
  }
});

test.run();
