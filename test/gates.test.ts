// Networks with masks for each sample, as PyTorch exports them: what they are found to be, and what they give and cost.

import { setFlagsFromString } from 'node:v8';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../src/convert.js';
import { loadModel } from '../src/index.js';
import { difference, inputsOf, readBytes, readJson, type InputSpec, type OutputSpec } from './networks.js';

// Node 20 has relaxed SIMD behind a flag: with it `fast` is another build than `exact`.
setFlagsFromString('--experimental-wasm-relaxed-simd');

const FOLDER = 'test/fixtures/groups';

type Network = { name: string; file: string; inputs: InputSpec[]; outputs: OutputSpec[] };

const { networks } = readJson<{ networks: Network[] }>(`${FOLDER}/index.json`);
const masked = networks.filter(({ name }) => name.startsWith('msgc-'));

/** Gated convolutions of each network. */
const GATED: Readonly<Record<string, number>> = { mobilenet: 2, 'mobilenet-attention': 2, 'mobilenet-fixed': 1, basic: 4, bottleneck: 6, nothing: 2 };

const gatedIn = (name: string): number => GATED[name.replace(/^msgc-|-(traced|dynamo).*$/g, '')]!;

for (const { name, file, inputs, outputs } of masked) {
  test(`${name} has its gates found and gives the recorded outputs`, async () => {
    const bytes = await convertOnnx(readBytes(`${FOLDER}/${file}`));
    for (const numerics of ['exact', 'fast'] as const) {
      using model = await loadModel(bytes, { numerics });
      const found = model.run(inputsOf(inputs));
      for (const output of outputs) {
        const worst = difference(found[output.name], output);
        assert.ok(worst <= 1e-4, `difference ${worst}`);
      }
      const ops = model.describe().layers.map(({ op }) => op);
      assert.is(ops.filter((op) => op === 'gatedConv').length, gatedIn(name));
      assert.not(ops.includes('concat') || ops.includes('gather'));
    }
  });
}

test.run();
