// Runs the cases in a page or worker of a browser, and posts the outcomes to the server.

import type { Library, World } from '../cases/case.js';
import { runSuite } from '../cases/suite.js';

/** Runs all cases. `origin` is the server; `more` says how this place differs from a page that it serves. */
export const runAt = async (
  place: string,
  origin: string,
  library: Library,
  more: Partial<World> = {},
): Promise<void> => {
  const outcomes = await runSuite({
    library,
    read: async (name) => new Uint8Array(await (await fetch(`${origin}/files/${name}`)).arrayBuffer()),
    locate: (name) => `${origin}/files/${name}`,
    kernels: `${origin}/package/dist/kernels/simd.wasm`,
    ...more,
  });
  await fetch(`${origin}/outcomes/${place}`, { method: 'POST', mode: 'no-cors', body: JSON.stringify(outcomes) });
};
