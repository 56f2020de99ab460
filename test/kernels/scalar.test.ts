// Kernels without SIMD, in WebAssembly and in JavaScript. Tests of ops compare the bits of each kernel (test/support/twins.ts).

import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadClassifier as classifierHere, loadModel as loadHere } from '../../src/asmjs.js';
import { EngineError } from '../../src/errors.js';
import { loadModel, type KernelsOption, type LoadOptions, type Model } from '../../src/node.js';
import { javascriptHost } from '../../src/kernels/javascript.js';
import { growMemory, PAGE } from '../../src/kernels/wasm.js';
import { oldHost, withoutSimd, withWebAssembly } from '../support/no-simd.js';

const MODEL = readFileSync('models/cifar10-fast-flgc4/model.gw');
const [simd, scalar] = ['simd', 'scalar'].map((build) => readFileSync(`build/kernels/${build}.wasm`)) as [
  Buffer,
  Buffer,
];

const samples = (count: number) => new Float32Array(3072 * count).map((_, i) => Math.sin(i * i));
const scoresOf = (model: Model, count = 1): number[] => [...(model.run(samples(count)).scores!.data as Float32Array)];
const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  );

const test = suite('kernels without SIMD');

test('compute the bits of kernels with SIMD, also in larger memory, and each model in its own', async () => {
  using model = await loadModel(MODEL, { deterministic: true });
  const expected = [scoresOf(model), scoresOf(model, 20), scoresOf(model)];
  const others = [
    await loadHere(MODEL),
    await loadModel(MODEL, { kernels: { scalar }, deterministic: true }),
    await loadHere(MODEL, { kernels: { scalar }, deterministic: true }),
  ];
  for (const other of others) {
    assert.is(other.kernels, 'scalar');
    assert.equal([scoresOf(other), scoresOf(other, 20), scoresOf(other)], expected);
  }
  // a model's kernels use its memory, whichever model was loaded or grew last
  using last = await loadHere(MODEL);
  assert.equal(scoresOf(others[0]!), expected[0]);
  assert.equal(scoresOf(last), expected[0]);
  for (const other of others) other.dispose();
});

test("where results need not be exact, both builds run Winograd's algorithm and compute the same bits", async () => {
  using fast = await loadModel(MODEL, { kernels: { simd } });
  using slow = await loadModel(MODEL, { kernels: { scalar } });
  using exact = await loadModel(MODEL, { kernels: { simd }, deterministic: true });
  assert.equal(scoresOf(slow), scoresOf(fast));
  assert.not.equal(scoresOf(fast), scoresOf(exact));
});

test('the scalar build is used where the engine has no SIMD', async () => {
  const builds = (kernels: KernelsOption, options?: LoadOptions) =>
    loadModel(MODEL, { ...options, kernels }).then((model) => model.kernels);
  assert.is(await builds({ simd, scalar }), 'simd');
  await withoutSimd(async () => {
    assert.is(await builds({ simd, scalar }), 'scalar');
    assert.is(await builds({ scalar }, { deterministic: true }), 'scalar');
    assert.match(await messageOf(builds(simd)), /^EngineError: .*no WebAssembly SIMD.* or groupwise\/asmjs/);
  });
});

test('a host that provides WebAssembly is used from the next load on', async () => {
  using model = await loadModel(MODEL, { deterministic: true });
  const expected = scoresOf(model);
  await withWebAssembly(undefined, async () => {
    using here = await loadHere(MODEL);
    assert.equal(scoresOf(here), expected);
    assert.match(await messageOf(loadModel(MODEL)), /^EngineError: .*groupwise\/asmjs/);
    assert.match(await messageOf(loadHere(MODEL, { kernels: { scalar } })), /^EngineError: .*no WebAssembly/);
  });
  using handed = await withWebAssembly(oldHost, () => loadHere(MODEL, { kernels: { scalar }, deterministic: true }));
  assert.equal(scoresOf(handed), expected);
});

test('memory of JavaScript grows, keeps its contents and has the limits of WebAssembly', async () => {
  const memory = javascriptHost.createMemory(PAGE + 1);
  assert.is(memory.buffer.byteLength, 2 * PAGE);
  await javascriptHost.instantiate('scalar', memory);
  new Uint8Array(memory.buffer)[7] = 42;
  growMemory(memory, 3 * PAGE, 'run less');
  assert.is(memory.buffer.byteLength, 3 * PAGE);
  assert.is(new Uint8Array(memory.buffer)[7], 42);
  assert.throws(
    () => javascriptHost.createMemory(2 ** 40),
    (error: unknown) => error instanceof EngineError && /MiB/.test(error.message),
  );
});

test('JavaScript classifies pixels, and has no workers', async () => {
  using classifier = await classifierHere(MODEL);
  const data = new Uint8Array(32 * 32 * 3).fill(99);
  const [first] = await classifier.classify({ data, width: 32, height: 32, channels: 3 });
  assert.type(first!.label, 'string');
  const inWorker = { worker: true } as object;
  assert.match(
    await messageOf(loadHere(MODEL, inWorker)),
    /^ArgumentError: groupwise\/asmjs has no workers: leave option worker out/,
  );
  assert.match(await messageOf(classifierHere(MODEL, inWorker)), /^ArgumentError: groupwise\/asmjs has no workers/);
  assert.match(await messageOf(loadHere(MODEL, { wroker: true } as object)), /^ArgumentError: .*no option "wroker"/);
});

test.run();
