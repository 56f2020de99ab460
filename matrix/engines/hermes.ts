// Hermes, the engine of React Native: the cases with `groupwise/asmjs`, since it has no WebAssembly.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { runInHermes } from '../../test/support/hermes.js';
import { Missing, type Field, type Outcome, type Setting } from '../field.js';
import { install, installOptional } from '../install.js';

const PLACE = 'groupwise/asmjs';
const PATHS: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'linux64-bin/hermes',
  darwin: 'osx-bin/hermes',
  win32: 'win64-bin/hermes.exe',
};

/** A script that prints the outcomes. It finds the files by name in the constants of `runInHermes`, in hexadecimal. */
const script = (names: readonly string[]): string => `
import * as library from '${PLACE}';
import { runSuite } from '${resolve('build/matrix/cases/suite.js')}';

const files = { ${names.map((name) => `'${name}': ${constantOf(name)}`).join(', ')} };
const read = async (name) => Uint8Array.from(files[name].match(/../g), (digits) => parseInt(digits, 16));
runSuite({ library, read, exactKernels: 'scalar', decodes: false, seconds: Infinity }).then(
  (outcomes) => print(JSON.stringify(outcomes)),
  (error) => print('failed: ' + error + '\\n' + error.stack),
);
`;

const constantOf = (name: string): string => `file_${name.replace(/\W/g, '_')}`;

const find = (folder: string): string => {
  if (process.env.HERMES) return process.env.HERMES;
  installOptional(folder, 'hermes-engine-cli');
  const path = join(folder, 'node_modules/hermes-engine-cli', PATHS[process.platform] ?? '');
  if (!existsSync(path)) throw new Missing('no hermes for this platform (set HERMES to its path)');
  return path;
};

/** The outcomes in the last line. @throws with all that was printed if there are none */
const outcomesOf = (lines: readonly string[]): Outcome[] => {
  const last = lines.at(-1)!;
  if (!last.startsWith('[')) throw new Error(`Hermes prints no outcomes: ${lines.join('\n')}`);
  return JSON.parse(last) as Outcome[];
};

const run = async ({ tarball, folder, files }: Setting) => {
  const command = find(folder);
  install(folder, tarball);
  const names = readdirSync(files);
  const constants = names.map((name) => [constantOf(name), readFileSync(join(files, name)).toString('hex')]);
  const entry = join(folder, 'node_modules/groupwise/dist/asmjs.js');
  const lines = await runInHermes(script(names), Object.fromEntries(constants) as Record<string, string>, {
    command,
    entry,
  });
  const outcomes = outcomesOf(lines);
  const { stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
  return { version: /release version: ([\d.]+)/.exec(stdout)?.[1] ?? '', rows: [{ place: PLACE, outcomes }] };
};

export const hermes: Field = { name: 'hermes', kind: 'engine', run };
