// A process of Node for one runtime: loads networks and runs them as often as the parent asks.

import { importRuntime } from '../runtimes/index.js';
import { candidateIn } from './candidate.js';
import { prepareFor } from './prepare.js';

const answer = candidateIn({
  engine: 'node',
  async open({ runtime: name, network }) {
    const runtime = await importRuntime(name);
    return { runtime, ...(await prepareFor(runtime, network)) };
  },
  processorMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
});

process.on('message', async (message) => process.send(await answer(message)));

// Runtimes keep threads and handles open, which would outlive a parent that was stopped.
process.on('disconnect', () => process.exit());
