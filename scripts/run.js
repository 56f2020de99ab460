// Runs a command of the command line in a checkout, and builds it first if the built one is missing or older than its sources:
// `node scripts/run.js classify photo.jpg`.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLI = join(ROOT, 'dist/cli.js');

/** What the built command line is made from. */
const SOURCES = ['src', 'assembly', 'package.json', 'rollup.config.js', 'tsconfig.json', 'asconfig.json'];

/** What commands need before anything is worth building. */
const NEEDED = { classify: 'photos: npm run classify -- photo.jpg', bench: 'a model: npm run bench -- model.gw' };

/** Folders that the build writes into the sources. */
const GENERATED = /(^|[/\\])generated([/\\]|$)/;

const changed = (path) => statSync(path).mtimeMs;

const newest = (path) => {
  if (!statSync(path).isDirectory()) return changed(path);
  const files = readdirSync(path, { recursive: true }).filter((name) => !GENERATED.test(name));
  return Math.max(...files.map((name) => changed(join(path, name))));
};

const isBuilt = () => existsSync(CLI) && SOURCES.every((name) => newest(join(ROOT, name)) <= changed(CLI));

const [command, ...words] = process.argv.slice(2);
const run = (program, ...args) => spawnSync(program, args, { stdio: 'inherit', shell: program === 'npm' }).status ?? 1;

if (NEEDED[command] && !words.length) {
  console.error(`groupwise: give ${NEEDED[command]}`);
  process.exitCode = 2;
} else {
  const built = isBuilt() ? 0 : run('npm', '--prefix', `"${ROOT}"`, 'run', '--silent', 'build');
  process.exitCode = built || run(process.execPath, CLI, command, ...words);
}
