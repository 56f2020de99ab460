// ONNX files cut off and changed: an error that names the cause, or a model; never anything else. SEED=n repeats a run.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../../src/convert.js';
import { ArgumentError, FormatError, ShapeError, UnsupportedError } from '../../../src/errors.js';
import { readModel } from '../../support/read-model.js';
import { SMALL } from '../../support/model-file.js';
import { writeOnnx } from '../../support/onnx/write.js';
import { mulberry32 } from '../../support/seeded.js';
import { report, survives } from '../../support/survival.js';

const SEED = Number(process.env.SEED ?? Date.now() % 1e6);
const MUTATIONS = Number(process.env.MUTATIONS ?? 4000);

const files = ['convolutions', 'movements', 'reductions', 'windows'].map((name) => ({
  name,
  onnx: writeOnnx(SMALL[name]!),
}));
const next = mulberry32(SEED);
const pick = (count: number): number => Math.floor(next() * count);
const one = <T>(list: readonly T[]): T => list[pick(list.length)]!;

/** JavaScript's own messages, which do not name the cause. */
const NATIVE =
  /undefined|not a function|not iterable|is not a constructor|Invalid (array|typed array) length|of null|BigInt/;

const outcomes = { refused: 0, converted: 0, slowest: 0, memory: 0 };

const converts = async (onnx: Uint8Array, what: string): Promise<Uint8Array | undefined> => {
  const start = process.cpuUsage();
  const told = `${what}\n${Buffer.from(onnx).toString('base64')}`;
  try {
    const bytes = await convertOnnx(onnx);
    outcomes.converted++;
    return bytes;
  } catch (error) {
    const { message, stack } = error as Error;
    const isTyped = [FormatError, UnsupportedError, ShapeError, ArgumentError].some((type) => error instanceof type);
    assert.ok(isTyped && !NATIVE.test(message), `${told}\n${stack}`);
    outcomes.refused++;
    return undefined;
  } finally {
    const { user, system } = process.cpuUsage(start);
    const seconds = (user + system) / 1e6;
    outcomes.slowest = Math.max(outcomes.slowest, seconds);
    outcomes.memory = Math.max(outcomes.memory, process.memoryUsage().arrayBuffers / 2 ** 20);
    assert.ok(seconds < 10, `${told}\n${seconds} s`);
    assert.ok(outcomes.memory < 1024, `${told}\n${outcomes.memory} MiB`);
  }
};

const tell = (what: string): void => {
  const { refused, converted, slowest, memory } = outcomes;
  console.log(
    `measured: ${what}: ${refused} refused, ${converted} converted; the slowest took ${Math.round(slowest * 1000)} ms of processor time, at most ${Math.round(memory)} MiB were held`,
  );
  Object.assign(outcomes, { refused: 0, converted: 0, slowest: 0, memory: 0 });
};

const test = suite('hostile ONNX files');

for (const { name, onnx } of files) {
  test(`${name} cut off at every length`, async () => {
    assert.ok(await converts(onnx, 'the whole file'));
    for (let length = 0; length < onnx.length; length++)
      await converts(onnx.subarray(0, length), `${name}: ${length} bytes`);
    tell(`${name}, cut off`);
  });
}

/** Bytes that change wire types, lengths, axes and sizes. */
const BYTES = [0, 1, 2, 3, 7, 8, 127, 128, 254, 255];
const EDGES = [
  [255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
  [255, 255, 255, 255, 7],
  [128, 128, 4],
  [128, 128, 128, 128, 8],
  [0, 0, 192, 127],
  [0, 0, 128, 255],
];

const changed = (onnx: Uint8Array): Uint8Array => {
  const at = pick(onnx.length),
    kind = pick(10);
  if (kind === 0) return Uint8Array.from([...onnx.subarray(0, at), ...onnx.subarray(at + 1 + pick(8))]);
  const edge = one(EDGES);
  const copy = onnx.slice();
  if (kind === 1) copy.set(edge.slice(0, onnx.length - at), at);
  else if (kind === 2) copy.copyWithin(at, pick(onnx.length), pick(onnx.length));
  else copy[at] = kind < 5 ? pick(256) : kind < 8 ? one(BYTES) : copy[at]! + 1 - 2 * pick(2);
  return copy;
};

test(`${MUTATIONS} files with random bytes`, async () => {
  console.log(`hostile ONNX files: SEED=${SEED}`);
  for (let i = 0; i < MUTATIONS; i++) {
    const { name, onnx } = one(files);
    let bytes = onnx;
    for (let count = Math.max(1, pick(5) - 1); count > 0; count--) bytes = changed(bytes);
    const what = `SEED=${SEED} ${name} ${i}`;
    const model = await converts(bytes, what);
    if (!model) continue;
    assert.not.throws(() => readModel(model), `${what}: what was written cannot be read`);
    await survives(model, what);
  }
  tell('random bytes');
  report('models of changed ONNX files');
});

test.run();
