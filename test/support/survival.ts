// Checks that a hostile model file is refused with a typed error or runs within its memory.

import * as assert from 'uvu/assert';
import { EngineError, FormatError } from '../../src/errors.js';
import { loadModel, type Model } from '../../src/index.js';
import { sizeOf } from '../../src/ir/tensor.js';
import { lastMemory } from './memory.js';

const outcomes = { refused: 0, ran: 0, large: 0, slowest: 0 };

/** Whether running takes too much memory or time for a test. */
const isLarge = (model: Model): boolean => {
  const { memory, macs } = model.describe();
  return memory.total > 2 ** 24 || macs > 1e8;
};

/** Runs the model. Memory before and after the arena must not change. */
const checkRun = (model: Model): void => {
  const memory = lastMemory().deref()!;
  const { weights: weightBytes, tables, arena } = model.describe().memory;
  const start = weightBytes + tables;
  const outside = () => {
    const bytes = new Uint8Array(memory.buffer);
    return [Buffer.from(bytes.slice(0, start)), Buffer.from(bytes.slice(start + arena))] as const;
  };
  const [weights, rest] = outside();
  const inputs = model.inputs.map(
    ({ name, shape }) => [name, new Float32Array(sizeOf(shape.map(Math.abs))).fill(0.5)] as const,
  );
  const outputs = model.run(Object.fromEntries(inputs));
  model.outputs.forEach(({ name, shape }) => assert.equal(outputs[name]!.shape.slice(1), shape.slice(1)));
  const [weightsAfter, restAfter] = outside();
  assert.ok(weights.equals(weightsAfter), 'the weights or tables were written');
  assert.ok(rest.equals(restAfter), 'memory after the arena was written');
};

/** Loads and runs a file. @throws unless it is refused with a typed error or runs within its memory, in 10 seconds */
export const survives = async (bytes: Uint8Array, what: string): Promise<void> => {
  const start = process.cpuUsage();
  try {
    using model = await loadModel(bytes, { deterministic: true });
    if (isLarge(model)) outcomes.large++;
    else {
      checkRun(model);
      outcomes.ran++;
    }
  } catch (error) {
    const isTyped = error instanceof FormatError || (error instanceof EngineError && /MiB/.test(error.message));
    assert.ok(isTyped, `${what}: ${(error as Error).stack}\n${Buffer.from(bytes).toString('base64')}`);
    outcomes.refused++;
  }
  const { user, system } = process.cpuUsage(start);
  const seconds = (user + system) / 1e6;
  outcomes.slowest = Math.max(outcomes.slowest, seconds);
  assert.ok(seconds < 10, `${what} took ${seconds} s\n${Buffer.from(bytes).toString('base64')}`);
};

/** Prints how many files were refused and how many ran since the last report. */
export const report = (what: string): void => {
  const { refused, ran, large, slowest } = outcomes;
  console.log(
    `measured: ${what}: ${refused} files refused, ${ran} ran, ${large} were too large to run here; the slowest took ${Math.round(slowest * 1000)} ms of processor time`,
  );
  Object.assign(outcomes, { refused: 0, ran: 0, large: 0, slowest: 0 });
};
