// Runs the candidates of a table in turns.

import { CandidateProcess, nameOf } from './candidate-process.js';
import { REFERENCE } from '../runtimes/index.js';
import { least, median, relativeDifference } from './statistics.js';

/** Long enough for engines to compile all code with their optimising compiler; the slowest took 1.6 s. */
const WARM_UP_MS = 2500;
const WARM_UP_RUNS = 10;

/** Runtimes differ by some 1e-6 of the largest output; more than this is a mistake. */
const MAX_DIFFERENCE = 1e-4;

/**
 * @param {import('../tables.js').Candidate[]} candidates
 * @param {{ core: number, rounds: number, runs: number }} options
 * @param {(line: string) => void} report called with messages about the progress
 * @returns {Promise<import('../report/results.js').Figure[]>} one for each candidate
 * @throws if a candidate fails or its output is wrong
 */
export const takeTurns = async (candidates, { core, rounds, runs }, report) => {
  const references = await outputsOf(
    candidates.map(({ network }) => network),
    core,
    report,
  );
  const processes = candidates.map((candidate) => new CandidateProcess(candidate, core));
  try {
    const figures = [];
    for (const [i, own] of processes.entries()) {
      report(`loading ${nameOf(candidates[i])}`);
      const { runtime, simd, network } = candidates[i];
      const { output, ...load } = await own.load();
      const difference = relativeDifference(output, references.get(functionOf(network)));
      if (!(difference <= MAX_DIFFERENCE)) {
        throw new Error(
          `${nameOf(candidates[i])}: the output differs from the reference by ${difference}, expected at most ${MAX_DIFFERENCE}`,
        );
      }
      await own.warmUp(WARM_UP_MS, WARM_UP_RUNS);
      figures.push({ runtime, simd, form: network.form, ...load, difference });
    }
    const times = processes.map(() => []);
    for (let round = 1; round <= rounds; round++) {
      report(`round ${round} of ${rounds}`);
      for (const [i, own] of processes.entries()) times[i].push(...(await own.time(runs)));
    }
    return figures.map((figure, i) => {
      const wall = times[i].map(({ wallMs }) => wallMs);
      const cpu = times[i].map(({ cpuMs }) => cpuMs);
      return { ...figure, cpuMs: least(cpu), fastestMs: least(wall), medianMs: median(wall) };
    });
  } finally {
    for (const own of processes) own.stop();
  }
};

/** The reference's output for each function that networks compute, whatever their form. */
const outputsOf = async (networks, core, report) => {
  const outputs = new Map();
  for (const network of networks) {
    if (outputs.has(functionOf(network))) continue;
    const reference = { runtime: REFERENCE, simd: 'plain', network };
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

const functionOf = ({ architecture, groups }) => `${architecture}, ${groups} groups`;
