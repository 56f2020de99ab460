// A page for one runtime and one network: chromium-worker.js passes on what the parent asks.

import { importRuntime } from '../runtimes/index.js';
import { candidateIn } from './candidate.js';
import { unpacked } from './packed.js';

globalThis.answer = candidateIn({
  engine: 'page',
  async open({ runtime: name, prepared: address }) {
    const runtime = await importRuntime(name);
    const response = await fetch(address);
    return { runtime, ...unpacked(await response.arrayBuffer()) };
  },
});
