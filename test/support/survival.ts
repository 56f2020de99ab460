// Checks that a hostile model file is refused with a typed error or runs within its memory.

import * as assert from 'uvu/assert';
import { EngineError, FormatError, ShapeError } from '../../src/errors.js';
import { loadModel, type Model } from '../../src/index.js';
import { sizeOf } from '../../src/ir/tensor.js';
import { lastMemory } from './memory.js';

const outcomes = { refused: 0, ran: 0, large: 0, slowest: 0 };

/** Whether running takes too much memory or time for a test. */
const isLarge = (model: Model): boolean => {
  const { memory, macs } = model.describe();
  return memory.total > 2 ** 24 || macs > 1e8;
};

/** Inputs of halves, with `size` where sizes are open. */
const halves = (model: Model, size: number) =>
  Object.fromEntries(
    model.inputs.map(({ name, shape }) => {
      const own = shape.map((known, axis) => (known >= 0 ? known : axis === 0 ? 1 : size));
      return [name, { data: new Float32Array(sizeOf(own)).fill(0.5), shape: own }] as const;
    }),
  );

/** Runs the model with images of the sizes that it can have. */
const checkRuns = (model: Model): void => {
  if (!model.inputs.some(({ shape }) => shape.includes(-1, 1))) return checkRun(model, 1);
  for (const size of [3, 8, 32]) {
    try {
      model.run(halves(model, size));
    } catch (error) {
      assert.instance(error, ShapeError);
      continue;
    }
    if (!isLarge(model)) checkRun(model, size);
  }
};

/** Runs the model for sizes for which it is planned. Memory before and after the arena must not change. */
const checkRun = (model: Model, size: number): void => {
  const memory = lastMemory().deref()!;
  const { weights: weightBytes, tables, arena } = model.describe().memory;
  const start = weightBytes + tables;
  const outside = () => {
    const bytes = new Uint8Array(memory.buffer);
    return [Buffer.from(bytes.slice(0, start)), Buffer.from(bytes.slice(start + arena))] as const;
  };
  const [weights, rest] = outside();
  const outputs = model.run(halves(model, size));
  for (const { name, shape } of model.outputs) {
    const known = shape.map((size, axis) => (size < 0 ? outputs[name]!.shape[axis] : size));
    assert.equal(outputs[name]!.shape, known);
  }
  const [weightsAfter, restAfter] = outside();
  assert.ok(weights.equals(weightsAfter), 'the weights or tables were written');
  assert.ok(rest.equals(restAfter), 'memory after the arena was written');
};

const SECONDS = 10;

/** Files between two readings of the processor time, which can take longer than a file. */
const FILES = 100;

let files = 0;
let reading = process.cpuUsage();

/** Processor time since the last reading, in seconds. */
const processorSeconds = (): number => {
  const { user, system } = process.cpuUsage(reading);
  return (user + system) / 1e6;
};

/** Loads and runs a file. @throws unless it is refused with a typed error or runs within its memory, in 10 seconds */
export const survives = async (bytes: Uint8Array, what: string): Promise<void> => {
  if (files++ % FILES === 0) reading = process.cpuUsage();
  const start = performance.now();
  try {
    using model = await loadModel(bytes, { deterministic: true });
    if (isLarge(model)) outcomes.large++;
    else {
      checkRuns(model);
      outcomes.ran++;
    }
  } catch (error) {
    const isTyped =
      error instanceof FormatError || (error instanceof EngineError && /MiB|limits\./.test(error.message));
    assert.ok(isTyped, `${what}: ${(error as Error).stack}\n${Buffer.from(bytes).toString('base64')}`);
    outcomes.refused++;
  }
  const seconds = (performance.now() - start) / 1000;
  outcomes.slowest = Math.max(outcomes.slowest, seconds);
  // on a busy machine only the processor time counts
  const isSlow = seconds >= SECONDS && processorSeconds() >= SECONDS;
  assert.ok(!isSlow, `${what} took ${seconds} s\n${Buffer.from(bytes).toString('base64')}`);
};

/** Prints how many files were refused and how many ran since the last report. */
export const report = (what: string): void => {
  const { refused, ran, large, slowest } = outcomes;
  console.log(
    `measured: ${what}: ${refused} files refused, ${ran} ran, ${large} were too large to run here; the slowest took ${Math.round(slowest * 1000)} ms`,
  );
  Object.assign(outcomes, { refused: 0, ran: 0, large: 0, slowest: 0 });
};
