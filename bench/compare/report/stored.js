// The results of all tables that were measured.

import { existsSync, readFileSync } from 'node:fs';
import { RESULTS } from '../paths.js';
import { TABLES } from '../tables.js';

/** @typedef {import('../measure/candidate-process.js').Engine} Engine */

/** Name of the files with the results of a table, without extension. @param {string} table @param {Engine} engine */
export const fileNameOf = (table, engine) => (engine === 'node' ? table : `${table}-${engine}`);

/**
 * Each table by the name of its files, with its results or null if it was not measured in this engine. @param {Engine} engine
 */
export const storedResults = (engine) =>
  Object.entries(TABLES).map(([key, table]) => {
    const name = fileNameOf(key, engine);
    const file = new URL(`${name}.json`, RESULTS);
    /** @type {import('./results.js').Results | null} */
    const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
    return { name, table, results };
  });

/** The tables with other runtimes that were measured in an engine. @param {Engine} engine */
export const measuredTables = (engine) =>
  storedResults(engine).filter(({ table, results }) => results && table.kind !== 'threads');
