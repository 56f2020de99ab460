// Runs the candidates of a table in turns.

import { functionOf, maxDifferenceOf } from './agreement.js';
import { CandidateProcess, nameOf } from './candidate-process.js';
import { OURS, REFERENCE } from '../runtimes/index.js';
import { least, median, relativeDifference } from './statistics.js';

/** Long enough for engines to compile all code with their optimising compiler; the slowest took 1.6 s. */
const WARM_UP_MS = 2500;
const WARM_UP_RUNS = 10;

/**
 * @typedef {import('../report/results.js').Figure} Figure
 * @typedef {import('../report/results.js').Failure} Failure
 *
 * @param {import('../tables.js').Candidate[]} candidates
 * @param {object} options
 * @param {number | null} options.core
 * @param {import('./candidate-process.js').Engine} [options.engine] of the candidates; the reference runs in Node
 * @param {number} options.rounds
 * @param {number} options.runs of a round
 * @param {number} [options.warmUpMs]
 * @param {(line: string) => void} report called with messages about the progress
 * @returns {Promise<{ figures: Figure[], failures: Failure[] }>} one of either for each candidate
 * @throws if groupwise or the reference fails, or an output is wrong
 */
export const takeTurns = async (candidates, options, report) => {
  const { core, engine, rounds, runs, warmUpMs = WARM_UP_MS } = options;
  const references = await outputsOf(candidates, core, report);
  const sameBits = bitChecker();
  const [processes, measured, failures] = [[], [], []];
  try {
    for (const candidate of candidates) {
      report(`loading ${nameOf(candidate)}`);
      const own = new CandidateProcess(candidate, core, engine);
      processes.push(own);
      const { runtime, simd, threads, network } = candidate;
      const key = { runtime, simd, threads, architecture: network.architecture, form: network.form };
      const loaded = await own.load().catch((error) => ({ error }));
      if (loaded.error) {
        if (runtime === OURS) throw loaded.error;
        report(loaded.error.message);
        failures.push({ ...key, reason: loaded.error.reason });
        own.stop();
        continue;
      }
      const { output, ...load } = loaded;
      const difference = checkedDifference(candidate, output, references);
      sameBits(candidate, output);
      await own.warmUp(warmUpMs, warmUpMs ? WARM_UP_RUNS : 0);
      measured.push({ own, times: [], figure: { ...key, ...load, difference } });
    }
    for (let round = 1; round <= rounds; round++) {
      report(`round ${round} of ${rounds}`);
      for (const { own, times } of measured) times.push(...(await own.time(runs)));
    }
    return { figures: measured.map(figureOf), failures };
  } finally {
    for (const own of processes) own.stop();
  }
};

const figureOf = ({ figure, times }) => {
  const wall = times.map(({ wallMs }) => wallMs);
  const cpu = times.flatMap(({ cpuMs }) => cpuMs ?? []);
  return { ...figure, ...(cpu.length && { cpuMs: least(cpu) }), fastestMs: least(wall), medianMs: median(wall) };
};

/** How much an output differs from the reference's. @throws if that is too much */
const checkedDifference = (candidate, output, references) => {
  const difference = relativeDifference(output, references.get(functionOf(candidate.network)));
  const most = maxDifferenceOf(candidate.network);
  if (difference <= most) return difference;
  throw new Error(
    `${nameOf(candidate)}: the output differs from the reference by ${difference}, expected at most ${most}`,
  );
};

/** A function that throws if an output differs, by any bit, from that of the same candidate with another number of threads. */
const bitChecker = () => {
  const known = new Map();
  return ({ threads, ...candidate }, output) => {
    const key = JSON.stringify(candidate);
    const other = known.get(key);
    if (!other) known.set(key, output);
    else if (!output.every((value, i) => Object.is(value, other[i])))
      throw new Error(
        `${nameOf({ threads, ...candidate })}: the output has other bits than with another number of threads`,
      );
  };
};

/** The reference's output for each function that networks compute, whatever their form. */
const outputsOf = async (candidates, core, report) => {
  const outputs = new Map();
  for (const { network } of candidates) {
    if (outputs.has(functionOf(network))) continue;
    const reference = { runtime: REFERENCE, simd: 'plain', threads: 1, network };
    report(`reference: ${nameOf(reference)}`);
    const own = new CandidateProcess(reference, core);
    try {
      outputs.set(functionOf(network), (await own.load()).output);
    } finally {
      own.stop();
    }
  }
  return outputs;
};
