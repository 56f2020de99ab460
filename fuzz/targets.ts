// All targets by name.

import { existsSync, readdirSync } from 'node:fs';
import type { Target } from './engine/target.js';

/** The names of the targets; compiled targets without a source are left over from before a change. */
export const targetNames = (): string[] =>
  readdirSync('build/fuzz/targets')
    .filter((name) => name.endsWith('.js') && existsSync(`fuzz/targets/${name.replace(/js$/, 'ts')}`))
    .map((name) => name.slice(0, -3));

/** The target of a name. */
export const loadTarget = async (name: string): Promise<Target> =>
  ((await import(`./targets/${name}.js`)) as { target: Target }).target;
