// Networks from ONNX file to outputs, compared with ONNX Runtime.

import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx, type ConvertOptions } from '../../src/convert.js';
import { LoadError, UnsupportedError } from '../../src/errors.js';
import { loadModel } from '../../src/index.js';
import { externalDataReader } from '../../src/node/external-data.js';
import { DATA, hasData, noteSkippedWithoutData } from '../support/data.js';
import {
  difference,
  distance,
  inputsOf,
  readBytes,
  readFloats,
  readJson,
  readTensorFile,
  withOutputs,
  type InputSpec,
  type OutputSpec,
} from '../support/networks.js';

// Node 20 has relaxed SIMD behind a flag: with it the default is another build than `deterministic`.
setFlagsFromString('--experimental-wasm-relaxed-simd');

type Network = {
  name: string;
  file: string;
  inputs: InputSpec[];
  outputs: OutputSpec[];
  unsupported?: { node: string; operator: string }[];
  escapes?: string;
};

const TINY = 'test/fixtures/tiny';
const { networks: tiny } = readJson<{ networks: Network[] }>(`${TINY}/index.json`);
const works = tiny.filter(({ unsupported, escapes }) => !unsupported && !escapes);

/** Each ONNX file is converted once for all batches that it is run with. */
const converted = new Map<string, Promise<Uint8Array>>();
const convert = (path: string, options: ConvertOptions = {}): Promise<Uint8Array> => {
  const key = `${path} ${options.weights ?? 'f32'}`;
  const folder = path.slice(0, path.lastIndexOf('/'));
  if (!converted.has(key))
    converted.set(key, convertOnnx(readBytes(path), { externalData: externalDataReader(folder), ...options }));
  return converted.get(key)!;
};

const builds = new Set<string>();

/** Runs a network with each kind of arithmetic; the largest difference from the recorded outputs. */
const largestDifference = async (bytes: Uint8Array, inputs: InputSpec[], outputs: OutputSpec[]): Promise<number> => {
  let worst = 0;
  for (const deterministic of [true, false]) {
    using model = await loadModel(bytes, { deterministic });
    builds.add(model.kernels);
    const found = model.run(inputsOf(inputs));
    assert.equal(Object.keys(found).sort(), outputs.map(({ name }) => name).sort());
    for (const output of outputs) worst = Math.max(worst, difference(found[output.name], output));
  }
  return worst;
};

const fixtures = suite('tiny networks');
const measured = { f32: 0, f16: 0 };

for (const { name, file, inputs, outputs } of works) {
  fixtures(`${name} gives the recorded outputs`, async () => {
    const worst = await largestDifference(await convert(`${TINY}/${file}`), inputs, outputs);
    measured.f32 = Math.max(measured.f32, worst);
    assert.ok(worst <= 1e-4, `difference ${worst}`);
  });

  fixtures(`${name} with weights stored as f16 is near the recorded outputs`, async () => {
    const worst = await largestDifference(await convert(`${TINY}/${file}`, { weights: 'f16' }), inputs, outputs);
    measured.f16 = Math.max(measured.f16, worst);
    assert.ok(worst <= 2e-3, `difference ${worst}`);
  });
}

fixtures('networks whose batch the ONNX file leaves open keep it open', async () => {
  for (const { name, file, inputs } of works.filter(({ name: own }) => own.includes('-batch'))) {
    using model = await loadModel(await convert(`${TINY}/${file}`));
    assert.is(model.inputs[0]!.shape[0], -1, name);
    assert.is(model.run(inputsOf(inputs))[model.outputs[0]!.name]!.shape[0], inputs[0]!.shape[0], name);
  }
});

for (const { name, file, unsupported } of tiny.filter((network) => network.unsupported)) {
  fixtures(`${name} is refused with every node that is not supported`, async () => {
    const error = await convert(`${TINY}/${file}`).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.instance(error, UnsupportedError);
    const { problems } = error as UnsupportedError;
    assert.is(problems.length, unsupported!.length);
    for (const { node, operator } of unsupported!)
      assert.ok(
        problems.some((text) => text.includes(node) && text.includes(operator)),
        node,
      );
  });
}

fixtures('weights in other files are read only when asked for', async () => {
  const error = await convertOnnx(readBytes(`${TINY}/external/tiny.onnx`)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.instance(error, UnsupportedError);
  assert.match((error as Error).message, /'tiny\.bin': give externalData/);
});

for (const { name, file, escapes } of tiny.filter((network) => network.escapes)) {
  fixtures(`${name} is refused although ${escapes} exists`, async () => {
    const path = `${TINY}/${file}`;
    const folder = path.slice(0, path.lastIndexOf('/'));
    assert.ok(existsSync(`${folder}/${escapes}`));
    const error = await convert(path).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.instance(error, UnsupportedError);
    assert.ok((error as Error).message.includes(`'${escapes}', outside the model's folder`));
    const direct = await Promise.resolve(externalDataReader(folder)(escapes!, 0)).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.instance(direct, LoadError);
  });
}

fixtures.after(() =>
  console.log(
    `measured: builds ${[...builds].join(' and ')}; tiny networks differ by ${measured.f32.toExponential(1)} at most, with f16 by ${measured.f16.toExponential(1)}`,
  ),
);
fixtures.run();

noteSkippedWithoutData('whole networks against ONNX Runtime');

type Recorded = {
  name: string;
  model: string;
  inputs: InputSpec[];
  outputs: OutputSpec[];
  inner?: OutputSpec[];
  expected?: { file: string };
};

const { networks } = readJson<{ networks: Recorded[] }>('test/fixtures/networks.json');
const whole = suite('whole networks');

for (const { name, model: file, inputs, outputs, inner, expected } of hasData ? networks : []) {
  whole(`${name} agrees with ONNX Runtime`, async () => {
    const bytes = await convert(`${DATA}/${file}`);
    const worst = await largestDifference(bytes, inputs, outputs);
    console.log(`measured: ${name} differs by ${worst.toExponential(1)} of its largest output`);
    assert.ok(worst <= 1e-4, `difference ${worst}`);
    if (!expected) return;
    using model = await loadModel(bytes);
    const official = readTensorFile(`${DATA}/${expected.file}`);
    const found = model.run(inputsOf(inputs))[outputs[0]!.name]!;
    assert.ok(distance(found.data as Float32Array, official.data as Float32Array) <= 1e-6);
  });

  if (!inner?.length) continue;
  whole(`${name} agrees inside of the network`, async () => {
    const onnx = withOutputs(
      readBytes(`${DATA}/${file}`),
      inner.map((value) => value.name),
    );
    using model = await loadModel(await convertOnnx(onnx));
    const found = model.run(inputsOf(inputs));
    for (const value of inner) {
      const worst = difference(found[value.name], value);
      assert.ok(worst <= 1e-4, `${value.name}: difference ${worst}`);
    }
  });
}

whole.run();

type Golden = Record<string, { cases: { image: string; input: string; inputShape: number[]; output: string }[] }>;

const golden = suite('golden outputs');
const recorded = hasData ? readJson<Golden>(`${DATA}/golden/golden.json`) : {};

for (const [file, { cases }] of Object.entries(recorded)) {
  for (const [weights, most] of file.includes('int8')
    ? []
    : ([
        ['f32', 1e-4],
        ['f16', 2e-3],
      ] as const)) {
    golden(`${file} with ${weights} is within ${most}`, async () => {
      const bytes = await convert(`${DATA}/models/${file}`, { weights });
      for (const deterministic of [true, false]) {
        using model = await loadModel(bytes, { deterministic });
        const differences = cases.map(({ input, inputShape, output }) => {
          const data = readFloats(`${DATA}/golden/${input}`);
          const [found] = Object.values(model.run({ data, shape: inputShape }));
          return distance(found!.data as Float32Array, readFloats(`${DATA}/golden/${output}`));
        });
        console.log(
          `measured: ${file}, ${weights}, ${deterministic ? 'deterministic' : 'fast'} differs by ${Math.max(...differences).toExponential(1)}`,
        );
        assert.ok(Math.max(...differences) <= most);
      }
    });
  }
}

golden.run();
