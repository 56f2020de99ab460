// The choice between builds of the kernels.

import { setFlagsFromString } from 'node:v8';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { embeddedKernels } from '../../src/kernels/embedded.js';
import { EngineError } from '../../src/errors.js';
import { withoutCompiler } from '../support/no-compiler.js';
import {
  createMemory,
  growMemory,
  hasRelaxedSimd,
  hasSimd,
  instantiateKernels,
  PAGE,
  type CompileKernels,
} from '../../src/kernels/wasm.js';

/** Kernels whose products do nothing. */
const idle = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 103, 101, 109, 109, 0, 0, 10, 4, 1, 2, 0, 11,
]);

const builds = suite('relaxed SIMD');

// The choice is made once per module, so every test has its own module.
const chooseIn = async (copy: string, compile: CompileKernels, fast: boolean): Promise<string> => {
  const { chooseBuild } = (await import(
    `../../src/kernels/wasm.js?${copy}`
  )) as typeof import('../../src/kernels/wasm.js');
  return chooseBuild(compile, fast);
};

setFlagsFromString('--experimental-wasm-relaxed-simd');
if (!hasRelaxedSimd()) console.log('skipped, this engine has no relaxed SIMD: its self-test');

builds('is chosen on request if its products are correct', async () => {
  assert.is(await chooseIn('right', embeddedKernels, true), hasRelaxedSimd() ? 'relaxed' : 'simd');
  assert.is(await chooseIn('exact', embeddedKernels, false), 'simd');
});

builds('is not chosen if its products are wrong, or it cannot be compiled', async () => {
  assert.is(await chooseIn('wrong', () => Promise.resolve(new WebAssembly.Module(idle)), true), 'simd');
  assert.is(await chooseIn('none', () => Promise.reject(new EngineError('no such file')), true), 'simd');
  const kernels = await instantiateKernels(new WebAssembly.Module(idle), createMemory(1));
  assert.type(kernels.gemm, 'function');
});

builds('is tested again by the next load if it could not be compiled', async () => {
  let calls = 0;
  const late: CompileKernels = (build) =>
    calls++ ? embeddedKernels(build) : Promise.reject(new EngineError('not now'));
  assert.is(await chooseIn('late', late, true), 'simd');
  assert.is(await chooseIn('late', late, true), hasRelaxedSimd() ? 'relaxed' : 'simd');
});

builds('kernels that could not be unpacked are unpacked again', async () => {
  const { embeddedKernels: own } = (await import(
    `../../src/kernels/embedded.js?${'again'}`
  )) as typeof import('../../src/kernels/embedded.js');
  await withoutCompiler('not now', async () => {
    const error = await own('simd').catch((reason: unknown) => reason);
    assert.instance(error, EngineError);
  });
  assert.instance(await own('simd'), WebAssembly.Module);
});

builds('is nothing without SIMD, which every engine that runs these tests has', () => assert.ok(hasSimd()));

builds('memory is given and grows by whole pages, and not beyond what addresses reach', () => {
  const memory = createMemory(1);
  assert.is(memory.buffer.byteLength, PAGE);
  growMemory(memory, PAGE + 1, 'run less');
  growMemory(memory, 5, 'run less');
  assert.is(memory.buffer.byteLength, 2 * PAGE);
  for (const bytes of [2 ** 31 + 1, 2 ** 40, NaN, Infinity]) {
    assert.throws(
      () => createMemory(bytes),
      (error: unknown) => error instanceof EngineError && /MiB/.test(error.message),
    );
  }
});

builds.run();
