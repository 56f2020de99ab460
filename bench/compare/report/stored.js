// The results of all tables that were measured.

import { existsSync, readFileSync } from 'node:fs';
import { RESULTS } from '../paths.js';
import { TABLES } from '../tables.js';

/** Each table by its name, with its results or null if it was not measured. */
export const storedResults = () =>
  Object.entries(TABLES).map(([name, table]) => {
    const file = new URL(`${name}.json`, RESULTS);
    /** @type {import('./results.js').Results | null} */
    const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
    return { name, table, results };
  });
