// Memory over many frames of a camera's size, and over many loads: `node build/bench/pages/endurance.js`.
//   --only node,chromium,firefox   where to measure (default: all)
//   --modes here,worker            on the main thread, in a worker (default: both)
//   --frames 200000                frames in each place and mode
//   --cycles 1000                  models that are loaded, run and disposed
// The frames come as fast as they are classified. Heaps are measured after a collection of garbage where the engine has one
// to ask for; slopes are least squares over the second half, per 100,000 frames or 1,000 cycles.

import { parseArgs } from 'node:util';
import { enduranceInNode } from './endurance-node.js';
import { enduranceInChromium, enduranceInFirefox } from './endurance-pages.js';
import type { Sample } from './endure.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'node,chromium,firefox' },
    modes: { type: 'string', default: 'here,worker' },
    frames: { type: 'string', default: '200000' },
    cycles: { type: 'string', default: '1000' },
  },
});

/** Megabytes that a measure grows by in `per` steps, by least squares over the second half of the samples. */
const slopeOf = (samples: readonly Sample[], measure: (sample: Sample) => number, per: number): number => {
  const half = samples.slice(samples.length >> 1);
  const mean = (of: (sample: Sample) => number) => half.reduce((sum, sample) => sum + of(sample), 0) / half.length;
  const [x, y] = [mean(({ done }) => done), mean(measure)];
  const covariance = mean((sample) => (sample.done - x) * (measure(sample) - y));
  return (covariance / mean(({ done }) => (done - x) ** 2)) * per;
};

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(2).padStart(8);

/** Prints the memory of a run: its start, its end, and its slopes. */
const show = (name: string, samples: readonly Sample[], per: number): void => {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  const hours = (last.time - first.time) / 3_600_000;
  for (const measure of ['heap', 'resident'] as const) {
    if (first[measure] === undefined) continue;
    const of = (sample: Sample): number => sample[measure]!;
    const middle = samples[samples.length >> 1]!;
    const perHour = (of(last) - of(middle)) / ((last.time - middle.time) / 3_600_000);
    console.log(
      `${name.padEnd(28)} ${measure.padEnd(9)} ${megabytes(of(first))} -> ${megabytes(of(last))} MB, ` +
        `${megabytes(slopeOf(samples, of, per))} MB per ${per}, ${megabytes(perHour)} MB per hour (${last.done} in ${hours.toFixed(2)} h)`,
    );
  }
};

const PLACES = { node: enduranceInNode, chromium: enduranceInChromium, firefox: enduranceInFirefox };

const [frames, cycles] = [Number(values.frames), Number(values.cycles)];
for (const place of values.only.split(',') as (keyof typeof PLACES)[]) {
  for (const mode of values.modes.split(',') as ('here' | 'worker')[]) {
    const result = await PLACES[place]({ frames, cycles, worker: mode === 'worker' });
    show(`${place}, ${mode}, frames`, result.frames, 100_000);
    show(`${place}, ${mode}, cycles`, result.cycles, 1_000);
  }
}
