// A process for one runtime and one network: loads it, then runs it as often as the parent asks.

import { channelsLast } from '../formats/layout.js';
import { INPUT } from '../networks/network.js';
import { buildNetwork } from '../networks/build.js';
import { floats, uniform } from '../networks/random.js';
import { importRuntime } from '../runtimes/index.js';

const INPUT_SEED = 99;

let run;

const COMMANDS = {
  /** Loads the network and runs it once. */
  async load({ runtime: name, threads, network: choice }) {
    const runtime = await importRuntime(name);
    const network = buildNetwork(choice);
    const shape = network.shapes[INPUT];
    const picture = floats(
      uniform(INPUT_SEED),
      shape.reduce((product, size) => product * size, 1),
      1,
    );
    const input = runtime.channels === 'last' ? channelsLast(picture, shape) : picture;
    const prepared = await runtime.prepare(network);
    const start = performance.now();
    const session = await runtime.load(prepared, threads);
    const loaded = performance.now();
    run = () => runtime.run(session, input);
    const output = await run();
    return { loadMs: loaded - start, firstMs: performance.now() - loaded, output: Array.from(output) };
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
      const [start, cpuStart] = [performance.now(), process.cpuUsage()];
      await run();
      const [wallMs, { user, system }] = [performance.now() - start, process.cpuUsage(cpuStart)];
      times.push({ wallMs, cpuMs: (user + system) / 1000 });
    }
    return times;
  },
};

process.on('message', async ({ command, ...options }) => {
  try {
    process.send({ value: await COMMANDS[command](options) });
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) });
  }
});

// Runtimes keep threads and handles open, which would outlive a parent that was stopped.
process.on('disconnect', () => process.exit());
