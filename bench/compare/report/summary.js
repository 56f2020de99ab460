// Prints what all results say of groupwise and the fastest other WebAssembly runtime: npm run summary. A table for Node, and
// one for Chromium if any was measured there.

import { fastestPeerRows, headOf } from './fastest-peers.js';
import { tableOf } from './markdown.js';
import { unitOf } from './rows.js';
import { measuredTables } from './stored.js';

const summaries = ['node', 'chromium']
  .map((engine) => measuredTables(engine).map(({ results }) => results))
  .filter((all) => all.length)
  .map((all) => tableOf([headOf(unitOf(all[0])), ...all.flatMap(fastestPeerRows)]));

console.log(summaries.join('\n\n'));
