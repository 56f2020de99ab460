// Prints what all results say of groupwise and the fastest other WebAssembly runtime: npm run summary.

import { existsSync, readFileSync } from 'node:fs';
import { RESULTS } from '../paths.js';
import { TABLES } from '../tables.js';
import { fastestPeerRows, HEAD } from './fastest-peers.js';
import { tableOf } from './markdown.js';

const rows = Object.entries(TABLES)
  .filter(([, { kind }]) => kind !== 'threads')
  .map(([name]) => new URL(`${name}.json`, RESULTS))
  .filter((file) => existsSync(file))
  .flatMap((file) => fastestPeerRows(JSON.parse(readFileSync(file, 'utf8'))));

console.log(tableOf([HEAD, ...rows]));
