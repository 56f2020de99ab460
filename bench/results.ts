// Results of the measurements, which docs/benchmarks.md shows: one JSON file for each.

import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeMachine, type Machine } from './harness.js';

const FOLDER = fileURLToPath(new URL('../../bench/results/', import.meta.url));

/** What every published figure needs. */
export type Conditions = { command: string; date: string; machine: Machine };

/** Describes how this process measures; `command` is what a user types. */
export const conditionsOf = (command: string): Conditions => ({
  command,
  date: new Date().toISOString().slice(0, 10),
  machine: describeMachine(),
});

/** Writes the results of a measurement. @returns the path of the file */
export const writeResults = <T extends object>(name: string, results: Conditions & T, folder = FOLDER): string => {
  mkdirSync(folder, { recursive: true });
  const file = resolve(folder, `${name}.json`);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return file;
};

/** A number with as many digits as a figure has. */
export const rounded = (value: number): number => Number(value.toPrecision(5));
