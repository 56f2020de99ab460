// All cases.

import type { Outcome } from '../field.js';
import { calls } from './calls.js';
import { runCases, type Case, type World } from './case.js';
import { loading } from './loading.js';
import { numbers } from './numbers.js';
import { pictures } from './pictures.js';
import { refusal } from './refusal.js';
import { worker } from './worker.js';

/** All cases, in the order of the table. */
export const suite: readonly Case[] = [...loading, ...numbers, ...pictures, ...calls, ...worker];

/** Runs all cases in a place, or the one of places that may not compile WebAssembly. */
export const runSuite = (world: World): Promise<Outcome[]> =>
  runCases(world.compiles === false ? [refusal] : suite, world);
