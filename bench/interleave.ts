// Times several candidates fairly: they take turns, and the fastest run of each counts.

import { cpus } from 'node:os';
import { seededFloats } from '../test/support/seeded.js';
import { sizeOf } from '../src/ir/tensor.js';
import type { Model } from '../src/runtime/model.js';

/** The fastest and the median run of a candidate, and the processor time of the cheapest one, in milliseconds. */
export type Timing = { fastest: number; median: number; cpu: number };

/** How candidates take turns. */
export type Turns = {
  rounds?: number;
  /** Runs in a round; may depend on how long the last run of the warm-up took. */
  runs?: number | ((milliseconds: number) => number);
  /** Milliseconds for which each candidate runs before it is timed. */
  warmUp?: number;
};

/** Runs models in turns: each is warmed up, then gets `rounds` rounds of `runs` runs. */
export const interleave = (models: readonly Model[], turns: Turns = {}): Timing[] =>
  takeTurns(
    models.map((model) => {
      const inputs = inputsOf(model);
      return () => void model.run(inputs);
    }),
    turns,
  );

/** Times functions in turns: each is warmed up, then gets `rounds` rounds of `runs` calls. */
export const takeTurns = (
  candidates: readonly (() => void)[],
  { rounds = 12, runs = 6, warmUp = 1500 }: Turns = {},
): Timing[] => {
  const measured = candidates.map((run) => {
    const last = warmedUp(run, warmUp);
    return { run, count: typeof runs === 'number' ? runs : runs(last), wall: [] as number[], cpu: Infinity };
  });
  for (let round = 0; round < rounds; round++) {
    for (const own of measured) {
      for (let k = 0; k < own.count; k++) {
        const { wall, cpu } = timeOf(own.run);
        own.wall.push(wall);
        own.cpu = Math.min(own.cpu, cpu);
      }
    }
  }
  return measured.map(({ wall, cpu }) => {
    wall.sort((a, b) => a - b);
    return { fastest: wall[0]!, median: wall[wall.length >> 1]!, cpu };
  });
};

/** Runs for some time, at least once. @returns milliseconds of the last run */
const warmedUp = (run: () => void, milliseconds: number): number => {
  const start = performance.now();
  let last: number;
  do last = timeOf(run).wall;
  while (performance.now() - start < milliseconds);
  return last;
};

const timeOf = (run: () => void): { wall: number; cpu: number } => {
  const [start, cpuStart] = [performance.now(), process.cpuUsage()];
  run();
  const [wall, { user, system }] = [performance.now() - start, process.cpuUsage(cpuStart)];
  return { wall, cpu: (user + system) / 1000 };
};

const inputsOf = (model: Model): Record<string, Float32Array> =>
  Object.fromEntries(
    model.inputs.map(({ name, shape }) => [name, seededFloats(sizeOf(shape.map(Math.abs)), 99, -1, 1)]),
  );

/** The machine and the date, which every published figure needs. */
export const conditions = (): string =>
  `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? 'unknown processor'}, ${process.platform} ${process.arch}, Node ${process.version}, one thread`;
