// Packs the project into build/package/ and checks the result: its files are those of docs/package-contents.md, and publint
// and attw (are the types wrong?) find no fault. Run after a build.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const FOLDER = join('build', 'package');
const DOCUMENT = 'docs/package-contents.md';

// Packing would build again otherwise.
const env = { ...process.env, npm_config_ignore_scripts: 'true' };

const run = (command, words, options) =>
  spawnSync(command, words, { env, encoding: 'utf8', shell: process.platform === 'win32', ...options });

const pack = () => {
  mkdirSync(FOLDER, { recursive: true });
  const { status, stdout, stderr } = run('npm', ['pack', '--json', '--pack-destination', FOLDER]);
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`);
  const [{ filename, files }] = JSON.parse(stdout);
  return { tarball: join(FOLDER, filename), paths: files.map(({ path }) => path) };
};

/** Paths in the first column of the table; `*` is any part of a file name. */
const documentedPatterns = () =>
  [...readFileSync(DOCUMENT, 'utf8').matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, pattern]) => pattern),
  );

const regExpOf = (pattern) => new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`);

const checkContents = (paths) => {
  const patterns = documentedPatterns();
  const faults = [
    ...paths
      .filter((path) => !patterns.some((pattern) => regExpOf(pattern).test(path)))
      .map((path) => `${path} is in the package, but not in ${DOCUMENT}: list it with its reason, or leave it out`),
    ...patterns
      .filter((pattern) => !paths.some((path) => regExpOf(pattern).test(path)))
      .map((pattern) => `${pattern} is in ${DOCUMENT}, but matches no file of the package`),
  ];
  for (const fault of faults) console.error(fault);
  return faults.length === 0;
};

const passes = (...words) => run('npx', ['--no-install', ...words], { stdio: 'inherit' }).status === 0;

// From Node 20.19 on `require` loads ES modules, and the resolution of TypeScript before 4.7 (node10) knows no subpaths.
const checkTypes = (tarball) => passes('attw', tarball, '--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm');

const { tarball, paths } = pack();
const results = [checkContents(paths), passes('publint', '--strict'), checkTypes(tarball)];
if (results.includes(false)) process.exitCode = 1;
else console.log(`${tarball}: ${paths.length} files, all listed in ${DOCUMENT}`);
