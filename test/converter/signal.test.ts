// A signal ends a conversion while it runs, and an interruption ends `groupwise convert` without leaving a file.

import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx, convertTflite, type ReadExternalData } from '../../src/convert.js';
import { inTurns, type Steps } from '../../src/next-task.js';
import { temporaryFolder } from '../support/command.js';
import { seededFloats } from '../support/seeded.js';
import { writeOnnx } from '../support/onnx/write.js';

/** A network that leaves sizes open, and so is read for several: that takes more than a second. */
const openSizes = (layers: number): Uint8Array => {
  const nodes = Array.from({ length: layers }, (_, i) => {
    return { op: 'Sigmoid', inputs: [`v${i}`], outputs: [`v${i + 1}`] };
  });
  return writeOnnx({ nodes, inputs: [{ name: 'v0', dims: ['N', 3, 'H', 'W'] }], outputs: [`v${layers}`] });
};

/** A layer with many weights. */
const large = (size: number): Uint8Array => {
  const raw = new Uint8Array(seededFloats(size * size, 1, -1, 1).buffer);
  return writeOnnx({
    nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [{ name: 'x', dims: ['N', size] }],
    outputs: ['y'],
    tensors: [{ name: 'w', dims: [size, size], type: 1, raw }],
  });
};

/** What a promise is rejected with, and after how many milliseconds. */
const rejection = async (promise: Promise<unknown>): Promise<{ reason: unknown; time: number }> => {
  const start = performance.now();
  const reason: unknown = await promise.then(
    () => assert.unreachable('it is not rejected'),
    (error: unknown) => error,
  );
  return { reason, time: performance.now() - start };
};

test('a conversion ends soon after its signal, with the reason', async () => {
  for (const [onnx, weights] of [
    [openSizes(2000), 'f32'],
    [large(2048), 'int8'],
  ] as const) {
    const { reason, time } = await rejection(convertOnnx(onnx, { weights, signal: AbortSignal.timeout(100) }));
    assert.is((reason as Error).name, 'TimeoutError');
    assert.ok(time < 1000, `it ended after ${time} ms`);
  }
});

test('timers and other work have their turn during a conversion', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 10);
  await convertOnnx(openSizes(500));
  clearInterval(timer);
  assert.ok(turns >= 5, `${turns} turns`);
});

test('a signal that is aborted already ends a conversion before it begins', async () => {
  const signal = AbortSignal.abort('enough');
  const externalData = () => assert.unreachable('the file is read') as never;
  for (const promise of [
    convertOnnx(openSizes(1), { signal, externalData }),
    convertOnnx(new Uint8Array(4), { signal }),
    convertTflite(new Uint8Array(4), { signal }),
  ])
    assert.is((await rejection(promise)).reason, 'enough');
});

test('a signal ends the reading of tensors in other files', async () => {
  const aborting = new AbortController();
  const tensors = Array.from({ length: 100 }, (_, i) => {
    const external = { location: 'net.data', offset: `${i * 4}`, length: '4' };
    return { name: `t${i}`, dims: [1], type: 1, external };
  });
  const nodes = [{ op: 'Sum', inputs: ['x', ...tensors.map(({ name }) => name)], outputs: ['y'] }];
  const onnx = writeOnnx({ nodes, inputs: [{ name: 'x', dims: [1] }], outputs: ['y'], tensors });
  let reads = 0;
  const externalData = (_: string, __: number, length = 0) => {
    if (++reads === 3) setImmediate(() => aborting.abort('enough'));
    return new Uint8Array(length);
  };
  const { reason } = await rejection(convertOnnx(onnx, { externalData, signal: aborting.signal }));
  assert.is(reason, 'enough');
  assert.ok(reads < 10, `${reads} reads`);
});

test('a signal ends a conversion whose externalData never answers, and is passed to it', async () => {
  const aborting = new AbortController();
  const { signal } = aborting;
  void setTimeout(100).then(() => aborting.abort('enough'));
  const onnx = writeOnnx({
    nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [{ name: 'x', dims: [1] }],
    outputs: ['y'],
    tensors: [{ name: 'w', dims: [1], type: 1, external: { location: 'net.data' } }],
  });
  let passed: AbortSignal | undefined;
  const externalData: ReadExternalData = (_location, _offset, _length, options) => {
    passed = options?.signal;
    return new Promise(() => {});
  };
  const { reason, time } = await rejection(convertOnnx(onnx, { externalData, signal }));
  assert.is(reason, 'enough');
  assert.is(passed, signal);
  assert.ok(time < 1000, `it ended after ${time} ms`);
});

test('a signal that is aborted in the last step of a computation ends it', async () => {
  const aborting = new AbortController();
  const long = function* (): Steps<number> {
    yield;
    const end = performance.now() + 60;
    while (performance.now() < end);
    return 1;
  };
  const timer = setTimeout(10).then(() => aborting.abort('enough'));
  assert.is((await rejection(inTurns(long(), aborting.signal))).reason, 'enough');
  await timer;
  assert.is(await inTurns(long(), new AbortController().signal), 1);
});

test('a signal that is aborted during the last step of a conversion ends it before the model is written', async () => {
  const aborting = new AbortController();
  const onnx = writeOnnx({
    nodes: [{ op: 'Mul', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [{ name: 'x', dims: [1] }],
    outputs: ['y'],
    tensors: [{ name: 'w', dims: [1], type: 1, floats: [NaN] }],
  });
  const onWarning = () => aborting.abort('enough');
  assert.is((await rejection(convertOnnx(onnx, { onWarning, signal: aborting.signal }))).reason, 'enough');
});

test('an interruption ends groupwise convert, which leaves no file', async () => {
  const folder = temporaryFolder();
  const [network, model] = [join(folder, 'net.onnx'), join(folder, 'net.gw')];
  writeFileSync(network, openSizes(6000));
  const child = spawn(process.execPath, ['dist/cli.js', 'convert', network]);
  const ended = new Promise((done) => child.on('exit', (_, signal) => done(signal)));
  await setTimeout(1000);
  child.kill('SIGINT');
  assert.is(await ended, 'SIGINT');
  assert.not(existsSync(model));
});

test.run();
