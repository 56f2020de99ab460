// What a candidate does when it is asked to, the same in a process of Node and in a page.

/**
 * @typedef {object} Place
 * @property {'node' | 'page'} engine
 * @property {(options: { runtime: string, network: object }) => Promise<Opened>} open
 *   finds the runtime, and the network and the picture in its format
 * @property {() => number} [processorMs] processor time of all threads so far, in milliseconds; pages have none
 *
 * @typedef {object} Opened
 * @property {import('../runtimes/index.js').Runtime} runtime
 * @property {unknown} prepared
 * @property {Float32Array} input
 */

/**
 * A candidate, as the function that answers messages. @param {Place} place
 * @returns {(message: { command: string }) => Promise<{ value: any } | { error: string }>}
 */
export const candidateIn = ({ engine, open, processorMs }) => {
  let run;

  const COMMANDS = {
    /** Loads the network and runs it once. */
    async load({ threads, ...options }) {
      const { runtime, prepared, input } = await open(options);
      const start = performance.now();
      const session = await runtime.load(await runtime.importIn[engine](threads), prepared, threads);
      const loaded = performance.now();
      run = () => runtime.run(session, input);
      const output = await run();
      const fileBytes = (prepared.bytes ?? prepared).byteLength;
      return { loadMs: loaded - start, firstMs: performance.now() - loaded, fileBytes, output: Array.from(output) };
    },

    /** Runs for some time, until engines have compiled all code with their best compiler. */
    async warmUp({ ms, runs }) {
      const start = performance.now();
      for (let i = 0; i < runs || performance.now() - start < ms; i++) await run();
    },

    /** Times a number of runs, after one that does not count, because the caches are full of another process's data. */
    async time({ runs }) {
      await run();
      const times = [];
      for (let i = 0; i < runs; i++) {
        const [start, cpuStart] = [performance.now(), processorMs?.()];
        await run();
        const [wallMs, cpuEnd] = [performance.now() - start, processorMs?.()];
        times.push(processorMs ? { wallMs, cpuMs: cpuEnd - cpuStart } : { wallMs });
      }
      return times;
    },
  };

  return async ({ command, ...options }) => {
    try {
      return { value: await COMMANDS[command](options) };
    } catch (error) {
      return { error: String(error?.stack ?? error) };
    }
  };
};
