// Prints what all results say of groupwise and the fastest other WebAssembly runtime: npm run summary.

import { fastestPeerRows, HEAD } from './fastest-peers.js';
import { tableOf } from './markdown.js';
import { storedResults } from './stored.js';

const rows = storedResults()
  .filter(({ table, results }) => results && table.kind !== 'threads')
  .flatMap(({ results }) => fastestPeerRows(results));

console.log(tableOf([HEAD, ...rows]));
