// All cases.

import type { Outcome } from '../field.js';
import { runCases, type Case, type World } from './case.js';
import { loading } from './loading.js';

/** All cases, in the order of the table. */
export const suite: readonly Case[] = [...loading];

/** Runs all cases in a place. */
export const runSuite = (world: World): Promise<Outcome[]> => runCases(suite, world);
