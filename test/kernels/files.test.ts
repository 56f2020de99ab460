// Kernels from the .wasm files of the package: those of a bundler that leaves the files behind are the embedded ones.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EngineError } from '../../src/errors.js';
import { kernelFiles } from '../../src/kernels/files.js';
import { hasRelaxedSimd, type Build, type CompileKernels } from '../../src/kernels/wasm.js';
import { serve, type Server } from '../support/server.js';

const BUILDS: readonly Build[] = hasRelaxedSimd() ? ['simd', 'relaxed'] : ['simd'];

const exportsOf = async (compile: CompileKernels, build: Build): Promise<string[]> =>
  WebAssembly.Module.exports(await compile(build)).map(({ name }) => name);

const from = (address: string): CompileKernels =>
  kernelFiles({ simd: () => new URL(address), relaxed: () => new URL(address) });

const test = suite('kernel files');

let server: Server;
test.before(async () => {
  const simd = readFileSync('build/kernels/simd.wasm');
  server = await serve({ '/simd.wasm': simd, '/broken.wasm': simd.subarray(0, 100) });
});
test.after(() => server.close());

test('a file is read once, from disk or from a server', async () => {
  for (const address of [pathToFileURL(resolve('build/kernels/simd.wasm')).href, `${server.origin}/simd.wasm`]) {
    const compile = from(address);
    assert.ok((await exportsOf(compile, 'simd')).includes('gemm'));
    assert.is(compile('simd'), compile('simd'));
  }
});

for (const [what, locate] of Object.entries<() => URL>({
  'on disk': () => new URL('file:///nowhere/simd.wasm'),
  'on a server': () => new URL(`${server.origin}/nowhere/simd.wasm`),
  'on a server that returns a page instead': () => new URL(`${server.origin}/application/simd.wasm`),
  'without an address': () => new URL('./kernels/simd.wasm', undefined),
})) {
  test(`a file that is missing ${what} is replaced`, async () => {
    const compile = kernelFiles({ simd: locate, relaxed: locate });
    for (const build of BUILDS) assert.ok((await exportsOf(compile, build)).includes('gemm'));
  });
}

test('an engine that refuses the file also refuses the embedded kernels', async () => {
  const error: unknown = await from(`${server.origin}/broken.wasm`)('simd').catch((thrown: unknown) => thrown);
  assert.instance(error, EngineError);
});

test.run();
