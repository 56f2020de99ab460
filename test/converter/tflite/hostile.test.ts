// TensorFlow Lite files cut off and changed: an error that names the cause, or a model; never anything else. SEED=n repeats a run.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Builder } from 'flatbuffers';
import { ArgumentError, convertTflite, FormatError, ShapeError, UnsupportedError } from '../../../src/convert.js';
import { openModel } from '../../../src/format/open.js';
import { mulberry32 } from '../../support/seeded.js';
import { survives } from '../../support/survival.js';
import { fileOf } from '../../support/tflite/case.js';
import { TFLITE_CASES } from '../../support/tflite/cases.js';
import { table } from '../../support/tflite/write.js';

const SEED = Number(process.env.SEED ?? Date.now() % 1e6);
const MUTATIONS = Number(process.env.MUTATIONS ?? 1500);

const next = mulberry32(SEED);
const pick = (count: number): number => Math.floor(next() * count);
const one = <T>(list: readonly T[]): T => list[pick(list.length)]!;

/** What JavaScript itself says, in place of the cause. */
const NATIVE =
  /undefined|not a function|not iterable|is not a constructor|Invalid (array|typed array) length|of null|BigInt|call stack|Offset is outside/;

const SECONDS = 10;

const converts = async (bytes: Uint8Array, what: string): Promise<Uint8Array | undefined> => {
  const start = process.cpuUsage();
  try {
    return await convertTflite(bytes);
  } catch (error) {
    const { message, stack } = error as Error;
    const isTyped = [FormatError, UnsupportedError, ShapeError, ArgumentError].some((type) => error instanceof type);
    assert.ok(isTyped && !NATIVE.test(message), `${what}\n${Buffer.from(bytes).toString('base64')}\n${stack}`);
    return undefined;
  } finally {
    const { user, system } = process.cpuUsage(start);
    assert.ok((user + system) / 1e6 < SECONDS, `${what} took ${(user + system) / 1e6} s`);
  }
};

const test = suite('hostile TensorFlow Lite files');

const files = TFLITE_CASES.map((spec) => ({ name: spec.name, bytes: fileOf(spec) }));
const CUT = ['conv same', 'DENSIFY in blocks of 2x2', 'STRIDED_SLICE', 'DEQUANTIZE by row'];

for (const { name, bytes } of files.filter((file) => CUT.includes(file.name))) {
  test(`${name} cut off at every length`, async () => {
    assert.ok(await converts(bytes, 'the whole file'));
    for (let length = 0; length < bytes.length; length++)
      await converts(bytes.subarray(0, length), `${name}: ${length} bytes`);
  });
}

const EDGES = [
  [255, 255, 255, 255],
  [255, 255, 255, 127],
  [0, 0, 0, 128],
  [0, 0, 192, 127],
  [0, 0, 128, 255],
  [0, 0, 0, 64],
];

const changed = (bytes: Uint8Array): Uint8Array => {
  const copy = bytes.slice();
  const at = pick(bytes.length);
  const kind = pick(6);
  if (kind === 0) copy.set(one(EDGES).slice(0, bytes.length - (at & ~3)), at & ~3);
  else if (kind === 1) copy.copyWithin(at, pick(bytes.length), pick(bytes.length));
  else if (kind === 2) copy[at] = pick(256);
  else copy[at] = copy[at]! + (kind === 3 ? 1 : kind === 4 ? -1 : 4);
  return copy;
};

test(`${MUTATIONS} files with random bytes`, async () => {
  console.log(`hostile TensorFlow Lite files: SEED=${SEED}`);
  let converted = 0;
  for (let i = 0; i < MUTATIONS; i++) {
    const { name, bytes } = one(files);
    let file = bytes;
    for (let count = 1 + pick(3); count > 0; count--) file = changed(file);
    const what = `SEED=${SEED} ${name} ${i}`;
    const model = await converts(file, what);
    if (!model) continue;
    converted++;
    try {
      await openModel(model);
    } catch (error) {
      assert.unreachable(`${what}: what was written cannot be read: ${(error as Error).message}`);
    }
    await survives(model, what);
  }
  console.log(`measured: ${MUTATIONS - converted} refused, ${converted} converted`);
});

/** A file whose list of graphs names the same graph, with the same list of tensors, again and again. */
const repeated = (count: number): Uint8Array => {
  const builder = new Builder(1024);
  const list = (value: number): number => {
    builder.startVector(4, count, 4);
    for (let index = 0; index < count; index++) builder.addOffset(value);
    return builder.endVector();
  };
  const tensor = table(builder, []);
  const tensors = list(tensor);
  const graph = table(builder, [(field) => builder.addFieldOffset(field, tensors, 0)]);
  const graphs = list(graph);
  builder.finish(
    table(builder, [
      (field) => builder.addFieldInt32(field, 3, 0),
      undefined,
      (field) => builder.addFieldOffset(field, graphs, 0),
    ]),
    'TFL3',
  );
  return builder.asUint8Array().slice();
};

test('lists of the same thing are not read without end', async () => {
  const bytes = repeated(20_000);
  assert.is(await converts(bytes, 'repeated'), undefined);
});

test.run();
