// Kernels that few models need: where they come from, and what is said where they cannot be had.

import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadModel as loadInJavaScript } from '../../src/asmjs.js';
import { writeModel } from '../../src/format/write.js';
import { loadModel, type KernelsOption } from '../../src/node.js';
import { dequantize, quantize } from '../../src/ops/int8/quantize.js';
import { graphOf, nodeOf, valueOf } from '../support/graph-runner.js';
import { withoutCompiler } from '../support/no-compiler.js';
import { withoutSimd } from '../support/no-simd.js';

/** A network of int8 values. */
const integers = (): Uint8Array => {
  const x = valueOf('x', [1, 32, 32, 3]);
  const rounded = nodeOf(quantize, { scale: 0.01, low: -128, high: 127 }, [x]);
  const y = nodeOf(dequantize, { scale: 0.01 }, [rounded.output]);
  return writeModel({ graph: graphOf([x], [rounded, y], [y.output]), metadata: {} }, 'f32');
};

const MODELS = { gated: readFileSync('models/cifar10-mobilenetv2-msgc/model.gw'), int8: integers() };
const NAMES = Object.keys(MODELS) as (keyof typeof MODELS)[];

const fileOf = (name: string) => readFileSync(`build/kernels/${name}.wasm`);
const [simd, scalar] = [fileOf('simd'), fileOf('scalar')];
const input = new Float32Array(3072).map((_, i) => Math.sin(i * i));

const outputOf = async (
  name: keyof typeof MODELS,
  kernels?: KernelsOption,
  load: typeof loadInJavaScript = loadModel,
): Promise<Float32Array> => {
  using model = await load(MODELS[name].slice(), { deterministic: true, kernels });
  return Object.values(model.run(input))[0]!.data.slice() as Float32Array;
};

const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  );

const test = suite('kernels that few models need');

for (const name of NAMES) {
  test(`${name}: kernels of the caller take their place, and compute the same`, async () => {
    const expected = await outputOf(name);
    assert.ok(expected.some((value) => value !== 0));
    const own = fileOf(name);
    assert.equal(await outputOf(name, simd), expected);
    assert.equal(await outputOf(name, { simd, [name]: own }), expected);
    const [compiled, compiledOwn] = await Promise.all([simd, own].map((bytes) => WebAssembly.compile(bytes)));
    await withoutCompiler('disallowed by embedder', async () => {
      assert.equal(await outputOf(name, { simd: compiled!, [name]: compiledOwn! }), expected);
    });
  });

  test(`${name}: where the engine compiles no bytes, the error says which kernels are missing`, async () => {
    const compiled = await WebAssembly.compile(simd);
    await withoutCompiler('disallowed by embedder', async () => {
      const message = await messageOf(outputOf(name, { simd: compiled }));
      assert.match(message, /^EngineError: .*disallowed by embedder/);
      assert.ok(
        message.endsWith(
          `this model has ${name} layers: option kernels takes their kernels, groupwise/kernels/${name}.wasm, as ${name}`,
        ),
        message,
      );
    });
  });

  test(`${name}: kernels of something else are refused`, async () => {
    const message = await messageOf(outputOf(name, { simd, [name]: simd }));
    assert.is(
      message,
      `EngineError: option kernels: ${name} is another WebAssembly module; expected groupwise/kernels/${name}.wasm`,
    );
  });
}

test('kernels without SIMD have those of gated layers', async () => {
  const expected = await outputOf('gated');
  assert.equal(await outputOf('gated', undefined, loadInJavaScript), expected);
  await withoutSimd(async () => {
    assert.equal(await outputOf('gated', { simd, scalar }), expected);
    assert.equal(await outputOf('gated', undefined, loadInJavaScript), expected);
  });
});

test('kernels of int8 layers need SIMD', async () => {
  const expected =
    /^EngineError: this model has int8 layers, whose kernels need WebAssembly SIMD: load a model without/;
  await withoutSimd(async () => {
    assert.match(await messageOf(outputOf('int8', { simd, scalar })), expected);
    assert.match(await messageOf(outputOf('int8', undefined, loadInJavaScript)), expected);
  });
});

test.run();
