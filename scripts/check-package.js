// Packs the project and the model's package into build/package/ and checks the results: their files are those of
// docs/package-contents.md, and publint and attw (are the types wrong?) find no fault. Run after a build.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const FOLDER = join('build', 'package');
const MODEL = 'models/imagenet-efficientnet-lite0';
const DOCUMENT = 'docs/package-contents.md';

// Packing would build again otherwise.
const env = { ...process.env, npm_config_ignore_scripts: 'true' };

const run = (command, words, options) =>
  spawnSync(command, words, { env, encoding: 'utf8', shell: process.platform === 'win32', ...options });

/** Packs the package in a folder of the project. */
const pack = (folder) => {
  mkdirSync(FOLDER, { recursive: true });
  const workspace = folder === '.' ? [] : ['--workspace', folder];
  const { status, stdout, stderr } = run('npm', ['pack', '--json', '--pack-destination', FOLDER, ...workspace]);
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`);
  const [{ name, filename, files }] = JSON.parse(stdout);
  return { name, tarball: join(FOLDER, filename), paths: files.map(({ path }) => path) };
};

/** Paths in the first column of the table under the heading of a package; `*` is any part of a file name. */
const documentedPatterns = (name) => {
  const [, text = ''] = readFileSync(DOCUMENT, 'utf8').split(`## \`${name}\`\n`);
  const [section] = text.split('\n## ');
  return [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, pattern]) => pattern),
  );
};

const regExpOf = (pattern) => new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`);

const checkContents = ({ name, paths }) => {
  const patterns = documentedPatterns(name);
  const faults = [
    ...paths
      .filter((path) => !patterns.some((pattern) => regExpOf(pattern).test(path)))
      .map((path) => `${path} is in ${name}, but not in ${DOCUMENT}: list it with its reason, or leave it out`),
    ...patterns
      .filter((pattern) => !paths.some((path) => regExpOf(pattern).test(path)))
      .map((pattern) => `${pattern} is in ${DOCUMENT}, but matches no file of ${name}`),
  ];
  for (const fault of faults) console.error(fault);
  return faults.length === 0;
};

const passes = (...words) => run('npx', ['--no-install', ...words], { stdio: 'inherit' }).status === 0;

// Scripts of pages and workers, which are exported for their addresses, not to be imported.
const SCRIPTS = ['groupwise.min.js', 'groupwise-ops.min.js', 'groupwise-loading.min.js', 'groupwise-worker.min.js'];

// From Node 20.19 on `require` loads ES modules, and the resolution of TypeScript before 4.7 (node10) knows no subpaths.
const checkTypes = (tarball) =>
  passes(
    'attw',
    tarball,
    ...['--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm', '--exclude-entrypoints', ...SCRIPTS],
  );

const sdk = pack('.');
const model = pack(MODEL);
const results = [
  checkContents(sdk),
  passes('publint', '--strict'),
  checkTypes(sdk.tarball),
  checkContents(model), // it has no code, so no types either
  passes('publint', '--strict', MODEL),
];
if (results.includes(false)) process.exitCode = 1;
else
  for (const { tarball, paths } of [sdk, model])
    console.log(`${tarball}: ${paths.length} files, all listed in ${DOCUMENT}`);
