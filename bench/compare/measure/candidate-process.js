// A candidate in its own process, pinned to one core if the system has taskset.

import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../paths.js';
import { flagsFor } from './simd.js';

/** The script of the process for each engine. @typedef {'node' | 'chromium'} Engine */
const WORKERS = { node: 'worker.js', chromium: 'chromium-worker.js' };

/** Whether processes can be pinned to a core. */
export const canPin = process.platform === 'linux' && spawnSync('taskset', ['--version']).status === 0;

/** A candidate failed; `reason` is the first line of what it said. */
export class CandidateError extends Error {
  name = 'CandidateError';

  constructor(candidate, error, log) {
    super(`${nameOf(candidate)}: ${error}\n${log}`);
    this.reason = error.split('\n', 1)[0];
  }
}

export class CandidateProcess {
  #child;
  #log = '';

  /**
   * @param {import('../tables.js').Candidate} candidate
   * @param {number | null} core null: not pinned
   * @param {Engine} [engine] where it runs; a process for Chromium has a browser of its own
   */
  constructor(candidate, core, engine = 'node') {
    this.candidate = candidate;
    const flags = engine === 'node' ? flagsFor(candidate.simd) : [];
    const node = [process.execPath, ...flags, fileURLToPath(new URL(WORKERS[engine], import.meta.url))];
    const [program, ...words] = canPin && core !== null ? ['taskset', '-c', String(core), ...node] : node;
    this.#child = spawn(program, words, { cwd: fileURLToPath(ROOT), stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream.on('data', (data) => (this.#log += data));
  }

  /** Loads a network, by default the candidate's, and runs it once. */
  load(network = this.candidate.network) {
    const { runtime, threads } = this.candidate;
    return this.#ask({ command: 'load', runtime, threads, network });
  }

  /** Runs for at least `ms` milliseconds and `runs` runs. */
  warmUp(ms, runs) {
    return this.#ask({ command: 'warmUp', ms, runs });
  }

  /**
   * Times some runs: on the clock, and in Node the processor's by all threads of the process.
   * @returns {Promise<{ wallMs: number, cpuMs?: number }[]>}
   */
  time(runs) {
    return this.#ask({ command: 'time', runs });
  }

  stop() {
    this.#child.kill();
  }

  #ask(message) {
    return new Promise((resolve, reject) => {
      const settle = ({ value, error }) => {
        this.#child.off('message', settle).off('exit', ended);
        if (error === undefined) resolve(value);
        else reject(new CandidateError(this.candidate, error, this.#log));
      };
      const ended = (code, signal) => settle({ error: `ended with ${signal ?? `status ${code}`}` });
      this.#child.on('message', settle).on('exit', ended);
      this.#child.send(message, (error) => error && settle({ error: error.message }));
    });
  }
}

/** @param {import('../tables.js').Candidate} candidate */
export const nameOf = ({ runtime, simd, threads, network: { architecture, form } }) =>
  [
    runtime,
    architecture,
    form,
    ...(simd === 'relaxed' ? ['relaxed SIMD'] : []),
    ...(threads > 1 ? [`${threads} threads`] : []),
  ].join(', ');
