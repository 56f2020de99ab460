// `groupwise/asmjs` in Hermes, which has no WebAssembly: the bundled model answers as in Node.

import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadClassifier, loadModel } from '../../src/node.js';
import { hasHermes, runInHermes } from '../support/hermes.js';

const MODEL = readFileSync('models/cifar10-fast-flgc4/model.gw');
const PIXELS = { width: 40, height: 36, channels: 4 } as const;
const HOW = 'new Uint8Array(40 * 36 * 4).map((_, i) => (i * i) % 251)';
const data = new Uint8Array(40 * 36 * 4).map((_, i) => (i * i) % 251);

const SCRIPT = `
import { loadClassifier, loadModel, VERSION } from 'groupwise/asmjs';

const bytes = Uint8Array.from(MODEL.match(/../g), (digits) => parseInt(digits, 16));
const input = new Float32Array(3072).map((_, i) => (i % 199) / 50 - 2);
const failed = (error) => print('failed: ' + error + ' ' + error.stack);

(async () => {
  let start = Date.now();
  const model = await loadModel(bytes);
  const loaded = Date.now() - start;
  model.run(input);
  start = Date.now();
  const { scores } = model.run(input);
  const ran = Date.now() - start;
  const classifier = await loadClassifier(bytes);
  const results = await classifier.classify({ data: ${HOW}, width: 40, height: 36, channels: 4 }, { topK: 10 });
  const error = await loadModel(new Uint8Array(3)).catch((reason) => reason.message);
  print(JSON.stringify({ kernels: model.kernels, loaded, ran, scores: Array.from(scores.data), results, error }));
})().catch(failed);
`;

type Answer = {
  kernels: string;
  loaded: number;
  ran: number;
  scores: number[];
  results: { label: string; score: number }[];
  error: string;
};

const test = suite('Hermes');

test('scores are those of Node', async () => {
  const [line] = await runInHermes(SCRIPT, { MODEL: MODEL.toString('hex') });
  assert.not.match(line!, /^failed/);
  const { kernels, loaded, ran, scores, results, error } = JSON.parse(line!) as Answer;
  console.log(`Hermes loads the bundled model in ${loaded} ms and runs it in ${ran} ms`);
  assert.is(kernels, 'scalar');

  using model = await loadModel(MODEL, { deterministic: true });
  const { scores: expected } = model.run(new Float32Array(3072).map((_, i) => (i % 199) / 50 - 2));
  assert.equal(scores, Array.from(expected!.data as Float32Array), 'the same bits');

  using classifier = await loadClassifier(MODEL, { deterministic: true });
  const inNode = await classifier.classify({ data, ...PIXELS }, { topK: 10 });
  assert.equal(
    results.map(({ label }) => label),
    inNode.map(({ label }) => label),
  );
  results.forEach(({ score }, i) => assert.ok(Math.abs(score - inNode[i]!.score) <= 1e-4));
  assert.is(error, 'not a groupwise model but only 3 bytes');
});

if (hasHermes) test.run();
else console.log('skipped, no Hermes (set HERMES to its path): groupwise/asmjs in Hermes');
