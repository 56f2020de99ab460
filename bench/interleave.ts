// Times several candidates fairly: they take turns, and the fastest run of each counts.

import { cpus } from 'node:os';
import { seededFloats } from '../test/support/seeded.js';
import { sizeOf } from '../src/ir/tensor.js';
import type { Model } from '../src/runtime/model.js';

/** Milliseconds for which each candidate runs before it is timed. */
const WARM_UP = 1500;

/** The fastest and the median run of a candidate in milliseconds. */
export type Timing = { fastest: number; median: number };

/** Runs models in turns: each is warmed up, then gets `rounds` rounds of `runs` runs. */
export const interleave = (models: readonly Model[], rounds = 12, runs = 6): Timing[] =>
  takeTurns(
    models.map((model) => {
      const inputs = inputsOf(model);
      return () => void model.run(inputs);
    }),
    rounds,
    runs,
  );

/** Times functions in turns: each is warmed up, then gets `rounds` rounds of `runs` calls. */
export const takeTurns = (candidates: readonly (() => void)[], rounds = 12, runs = 6): Timing[] => {
  const times = candidates.map((): number[] => []);
  const timeOf = (run: () => void): number => {
    const start = performance.now();
    run();
    return performance.now() - start;
  };
  for (const run of candidates) {
    const start = performance.now();
    while (performance.now() - start < WARM_UP) run();
  }
  for (let round = 0; round < rounds; round++) {
    candidates.forEach((run, i) => {
      for (let k = 0; k < runs; k++) times[i]!.push(timeOf(run));
    });
  }
  return times.map((own) => {
    own.sort((a, b) => a - b);
    return { fastest: own[0]!, median: own[own.length >> 1]! };
  });
};

const inputsOf = (model: Model): Record<string, Float32Array> =>
  Object.fromEntries(
    model.inputs.map(({ name, shape }) => [name, seededFloats(sizeOf(shape.map(Math.abs)), 99, -1, 1)]),
  );

/** The machine and the date, which every published figure needs. */
export const conditions = (): string =>
  `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? 'unknown processor'}, ${process.platform} ${process.arch}, Node ${process.version}, one thread`;
