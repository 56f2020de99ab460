// The time of two models, measured in turns so that both see the same machine.

import type { Model } from '../runtime/model.js';
import type { TensorLike } from '../ir/tensor.js';

/** The least time of a run of each, in milliseconds. */
export type Times = { before: number; after: number };

/** Runs of each model that are not measured, and the time that measuring takes. */
const [WARMUP, MILLISECONDS] = [5, 4000];

/** Runs of each model at least and at most. */
const [MIN_RUNS, MAX_RUNS] = [10, 300];

/** Measures both models on a photo; `onRun` is called after runs of both, with the share of the work that is done. */
export const measureTimes = (
  before: Model,
  after: Model,
  input: TensorLike,
  onRun: (share: number) => void = () => {},
): Times => {
  for (let i = 0; i < WARMUP; i++) [before, after].forEach((model) => model.run(input));
  const times: Times = { before: Infinity, after: Infinity };
  const start = performance.now();
  for (let run = 0; run < MIN_RUNS || (run < MAX_RUNS && performance.now() - start < MILLISECONDS); run++) {
    times.before = Math.min(times.before, timeOf(before, input));
    times.after = Math.min(times.after, timeOf(after, input));
    onRun(
      Math.min(Math.max((run + 1) / MAX_RUNS, (performance.now() - start) / MILLISECONDS), (run + 1) / MIN_RUNS, 1),
    );
  }
  return times;
};

const timeOf = (model: Model, input: TensorLike): number => {
  const start = performance.now();
  model.run(input);
  return performance.now() - start;
};
