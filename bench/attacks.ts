// Measures attacks: processor time and peak memory of inputs that cost far more than their size, each in a process of its
// own. `node build/bench/attacks.js [DIST] [PART...]` takes the build in DIST, default dist, and the attacks whose kind or
// name contain one of the parts. The aim: 100 ms and 20 ms per megabyte of input; three times its size in memory.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Attack, Build } from '../test/support/attacks/attack.js';

const SECONDS = 60;
const FOLDER = fileURLToPath(new URL('../test/support/attacks/', import.meta.url));
const SELF = fileURLToPath(import.meta.url);

const kinds = (): string[] =>
  readdirSync(FOLDER)
    .map((name) => /^(\w+)\.js$/.exec(name)?.[1])
    .filter((name) => name !== undefined && name !== 'attack') as string[];

const attacksOf = async (kind: string): Promise<readonly Attack[]> =>
  ((await import(pathToFileURL(`${FOLDER}${kind}.js`).href)) as { attacks: readonly Attack[] }).attacks;

const load = async (dist: string): Promise<Build> => {
  const entry = (name: string) => pathToFileURL(resolve(dist, name)).href;
  return {
    node: (await import(entry('node.js'))) as Build['node'],
    convert: (await import(entry('convert.js'))) as Build['convert'],
    cli: async (...words) => {
      process.argv = [process.execPath, 'groupwise', ...words];
      await import(entry('cli.js'));
    },
  };
};

/** What a process reports: processor seconds, megabytes above those before the call, and how it ended. */
type Report = { bytes: number; seconds: number; megabytes: number; outcome: string };

const megabytes = (): number => process.resourceUsage().maxRSS / 1024;

const measureHere = async (dist: string, kind: string, index: number): Promise<Report> => {
  const build = await load(dist);
  const { bytes, run, close } = await (await attacksOf(kind))[index]!.prepare();
  const [memory, before] = [megabytes(), process.cpuUsage()];
  let outcome = 'done';
  try {
    await run(build);
  } catch (error) {
    outcome = `${(error as Error).name}: ${(error as Error).message.split('\n')[0]!.slice(0, 110)}`;
  }
  const { user, system } = process.cpuUsage(before);
  close?.();
  return { bytes, seconds: (user + system) / 1e6, megabytes: megabytes() - memory, outcome };
};

const measure = (dist: string, kind: string, index: number): Report => {
  const { stdout, status, signal } = spawnSync(process.execPath, [SELF, '--one', dist, kind, String(index)], {
    encoding: 'utf8',
    timeout: SECONDS * 1000,
    killSignal: 'SIGKILL',
  });
  const line = stdout.trim().split('\n').at(-1)!;
  if (status === 0 && line.startsWith('{')) return JSON.parse(line) as Report;
  const outcome = signal === 'SIGKILL' ? `more than ${SECONDS} s` : `the process ended with ${status ?? signal}`;
  return { bytes: 0, seconds: NaN, megabytes: NaN, outcome };
};

const words = process.argv.slice(2);
if (words[0] === '--one') {
  const report = await measureHere(words[1]!, words[2]!, Number(words[3]));
  process.stdout.write(`\n${JSON.stringify(report)}\n`, () => process.exit(0));
} else {
  const dist = words[0] && existsSync(words[0]) ? words.shift()! : 'dist';
  console.log('| attack | bytes | seconds | megabytes | outcome |\n|---|--:|--:|--:|---|');
  for (const kind of kinds()) {
    for (const [index, { name }] of (await attacksOf(kind)).entries()) {
      if (words.length && !words.some((part) => `${kind} ${name}`.includes(part))) continue;
      const { bytes, seconds, megabytes: memory, outcome } = measure(dist, kind, index);
      console.log(`| ${kind}: ${name} | ${bytes} | ${seconds.toFixed(2)} | ${memory.toFixed(0)} | ${outcome} |`);
    }
  }
}
