// Kernels that the caller provides, for engines that compile no bytes.

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hasRelaxedSimd, loadModel, type KernelsOption } from '../../src/node.js';
import { withoutCompiler } from '../support/no-compiler.js';

const MODEL = 'models/cifar10-fast-flgc4/model.gw';
const PATH = 'build/kernels/simd.wasm';
const simd = readFileSync(PATH);
const relaxed = readFileSync('build/kernels/relaxed.wasm');
const input = new Float32Array(3072).map((_, i) => Math.sin(i));
const url = `data:application/wasm;base64,${simd.toString('base64')}`;

const scoresWith = async (kernels?: KernelsOption, worker = false): Promise<Float32Array> => {
  const model = await loadModel(MODEL, { kernels, deterministic: true, worker });
  const { scores } = await model.run(input);
  model.dispose();
  return scores!.data as Float32Array;
};

const messageOf = (kernels: unknown): Promise<string> =>
  scoresWith(kernels as KernelsOption).then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  );

const test = suite('kernels of the caller');

test('modules, bytes, URLs and promises of modules compute the same', async () => {
  const expected = await scoresWith();
  const module = await WebAssembly.compile(simd);
  const options: KernelsOption[] = [
    module,
    Promise.resolve(module),
    simd,
    new Uint8Array(simd).buffer,
    url,
    new URL(url),
    PATH,
    pathToFileURL(PATH),
    pathToFileURL(PATH).href,
  ];
  for (const kernels of options) {
    assert.equal(await scoresWith(kernels), expected);
    assert.equal(await scoresWith({ simd: kernels as WebAssembly.Module }, true), expected);
  }
});

test('needs no compiler where the module is compiled', async () => {
  const module = await WebAssembly.compile(simd);
  await withoutCompiler('code generation disallowed by embedder', async () => {
    assert.is((await scoresWith(module)).length, 10);
    assert.match(
      await messageOf(simd),
      /^EngineError: .* disallowed by embedder.* engines that compile no bytes need option kernels/,
    );
  });
});

test('the relaxed build is used if it is given and the engine has it', async () => {
  const builds = async (kernels: KernelsOption) => {
    using model = await loadModel(MODEL, { kernels });
    return model.kernels;
  };
  assert.is(await builds({ simd }), 'simd');
  if (hasRelaxedSimd()) assert.is(await builds({ simd, relaxed }), 'relaxed');
});

test('says what is wrong with kernels', async () => {
  const empty = await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  assert.match(
    await messageOf(42),
    /^ArgumentError: .*option kernels is 42; expected a WebAssembly\.Module, bytes or a URL/,
  );
  assert.match(await messageOf({ relaxed }), /^ArgumentError: .*option kernels is an object/);
  assert.match(await messageOf(empty), /^EngineError: .*option kernels is another WebAssembly module/);
  assert.match(await messageOf(new Uint8Array(20)), /^EngineError: .*option kernels is not WebAssembly; expected/);
  assert.match(await messageOf('package.json'), /^EngineError: .*option kernels is not WebAssembly/);
  assert.match(await messageOf('none.wasm'), /^LoadError: .*none\.wasm: there is no such file/);
  assert.match(await messageOf('data:text/html,none'), /^LoadError: .* is not WebAssembly/);
  assert.match(await messageOf('http://127.0.0.1:1/simd.wasm'), /^LoadError: .*cannot fetch the kernels/);
});

test.run();
