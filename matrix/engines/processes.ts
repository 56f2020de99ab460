// Node, Deno and Bun: the cases in a process, with every entry.

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Missing, type Field, type Outcome, type Row, type Setting } from '../field.js';
import { install, installOptional } from '../install.js';
import { serve } from '../serve.js';

/** A program that runs scripts, and how it is found. */
type Program = {
  name: string;
  /** An environment variable with its path. */
  variable: string;
  /** The package that holds it, and where. */
  package: string;
  path: string;
  /** Arguments before a script. */
  flags: readonly string[];
};

const ENTRIES = ['groupwise/node', 'groupwise', 'groupwise/external', 'require'];
const MAX_SECONDS = 120;

/** Output of a program. @throws with what it wrote to stderr if it fails */
export const runProgram = (command: string, args: readonly string[], cwd: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, timeout: MAX_SECONDS * 1000, killSignal: 'SIGKILL' });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (data) => (output += String(data)));
    child.stderr.on('data', (data) => (errors += String(data)));
    child.on('error', reject);
    child.on('close', (code, signal) =>
      code === 0 ? resolve(output) : reject(new Error(`${signal ?? `exit code ${code}`}: ${errors || output}`)),
    );
  });

/** The path of a program: from its variable, else from its package, which is installed. */
const find = ({ name: field, variable, package: name, path }: Program, folder: string): string => {
  const given = process.env[variable] ?? (field === RUNNING ? process.execPath : undefined);
  if (given) return given;
  installOptional(folder, name);
  const found = join(folder, 'node_modules', path);
  if (!existsSync(found)) throw new Missing(`${name} has no ${path} on this platform (set ${variable} to its path)`);
  return found;
};

/** The outcomes of one entry; a single failed one if the process ends without them. */
const rowOf = async (place: string, run: () => Promise<string>): Promise<Row> => {
  try {
    return { place, outcomes: JSON.parse((await run()).trim().split('\n').at(-1)!) as Outcome[] };
  } catch (error) {
    return { place, outcomes: [{ name: 'start', outcome: 'failed', reason: (error as Error).message }] };
  }
};

const runIn = async (program: Program, { tarball, folder, files }: Setting) => {
  const command = find(program, folder);
  install(folder, tarball);
  cpSync('build/matrix', join(folder, 'matrix'), { recursive: true });
  using server = await serve({ folders: { files } });
  const rows: Row[] = [];
  for (const entry of ENTRIES) {
    const args = [...program.flags, 'matrix/places/process.js', entry, files, `${server.origin}/files`];
    rows.push(await rowOf(entry, () => runProgram(command, args, folder)));
  }
  const [version = ''] = /\d+(\.\d+)+/.exec(spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout) ?? [];
  return { version, rows };
};

const field = (program: Program): Field => ({
  name: program.name,
  kind: 'engine',
  run: (setting) => runIn(program, setting),
});

/** The field of the Node that runs this. */
const RUNNING = `node-${process.versions.node.split('.')[0]}`;

const platform = `${process.platform}-${process.arch}`;

const node = (version: number): Program => ({
  name: `node-${version}`,
  variable: `NODE_${version}`,
  package: `node-${platform}@${version}`,
  path: `node-${platform}/bin/node`,
  flags: [],
});

export const processes: readonly Field[] = [
  ...[20, 22, 24, 26].map(node),
  {
    name: 'deno',
    variable: 'DENO',
    package: 'deno',
    path: `@deno/${platform}-glibc/deno`,
    flags: ['run', '--allow-all'],
  },
  { name: 'bun', variable: 'BUN', package: 'bun', path: `@oven/bun-${platform}/bin/bun`, flags: [] },
].map(field);
