// Times several models fairly: they take turns, and the fastest run of each counts.

import { cpus } from 'node:os';
import { seededFloats } from '../test/support/seeded.js';
import { sizeOf } from '../src/ir/tensor.js';
import type { Model } from '../src/runtime/model.js';

/** The fastest and the median run of a model in milliseconds. */
export type Timing = { fastest: number; median: number };

/** Runs models in turns: each is warmed up, then gets `rounds` rounds of `runs` runs. */
export const interleave = (models: readonly Model[], rounds = 12, runs = 6): Timing[] => {
  const inputs = models.map(inputsOf);
  const times = models.map((): number[] => []);
  const run = (i: number): number => {
    const start = performance.now();
    models[i]!.run(inputs[i]!);
    return performance.now() - start;
  };
  models.forEach((_, i) => {
    const start = performance.now();
    while (performance.now() - start < 1500) run(i);
  });
  for (let round = 0; round < rounds; round++) {
    models.forEach((_, i) => {
      for (let k = 0; k < runs; k++) times[i]!.push(run(i));
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

/** The machine and the date, as every published figure needs them. */
export const conditions = (): string =>
  `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? 'unknown processor'}, ${process.platform} ${process.arch}, Node ${process.version}, one thread`;
