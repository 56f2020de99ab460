// The peak of this machine: how many multiply-accumulates per second one core computes if it does nothing else.

import type { Peak } from '../report/profile.js';
import { LANES, peakModule } from './peak-module.js';

/**
 * How many vectors are in work at a time: results of multiply-add take up to 8 cycles, in which two or more others can begin,
 * but a loop is slow if its vectors do not fit in the registers (16 or 32). The fastest loop counts.
 */
const CHAINS = [12, 13, 16, 24];

/** Multiply-accumulates of a call, some 150 microseconds, and calls of each loop: enough for the engine to optimise it. */
const PER_CALL = 2 ** 22,
  CALLS = 200;

/** A factor and a term with which all chains stay between 0 and the number of chains. */
const [FACTOR, TERM] = [0.5, 0.5];

type Loop = { macs: number; run: () => number };

const loopOf = (chains: number, fused: boolean): Loop => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(peakModule(chains, fused)));
  const run = exports.run as (times: number, factor: number, term: number) => number;
  const times = Math.round(PER_CALL / chains / LANES);
  return { macs: times * chains * LANES, run: () => run(times, FACTOR, TERM) };
};

const fastest = (fused: boolean): number => {
  const loops = CHAINS.map((chains) => loopOf(chains, fused));
  let peak = 0;
  for (let call = 0; call < CALLS; call++) {
    for (const { macs, run } of loops) {
      const start = performance.now();
      run();
      peak = Math.max(peak, (macs / (performance.now() - start)) * 1000);
    }
  }
  return peak;
};

/** Measures the peak, in some 0.3 seconds. */
export const measurePeak = (): Peak => ({
  simd: fastest(false),
  ...(WebAssembly.validate(peakModule(1, true)) && { relaxed: fastest(true) }),
});
