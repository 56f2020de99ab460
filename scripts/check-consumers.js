// Packs the project and uses it as others do: compiles test/package/consumers with the oldest and the newest TypeScript
// that are supported (all with --all), without skipLibCheck, and runs them in Jest without any configuration. Run after
// a build. What it installs stays in build/consumers/ for the next time. Exit code 3: it cannot be installed.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel } from '../build/src/node.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FIXTURES = join(ROOT, 'test/package/consumers');
const FOLDER = join(ROOT, 'build/consumers');
const CANNOT_INSTALL = 3;
const MODEL = join(ROOT, 'models/cifar10-mobilenetv2-flgc8/model.gw');

const VERSIONS = process.argv.includes('--all') ? ['5.4', '5.9', '6.0', '7.0'] : ['5.4', '7.0'];

const PACKAGES = {
  ...Object.fromEntries(VERSIONS.map((version) => [`typescript-${version}`, `npm:typescript@${version}`])),
  '@types/node': '20',
  jest: '30',
  'jest-environment-jsdom': '30',
};

/** Compilations: with and without the types of browsers and of Node, by both ways to resolve modules. */
const COMPILATIONS = [
  { lib: ['es2020'], types: [] },
  { lib: ['es2022'], types: [] },
  { lib: ['es2022'], types: ['node'], more: ['node.mts'] },
  { lib: ['es2022', 'webworker'], types: [] },
  { lib: ['es2022', 'webworker'], types: ['node'], more: ['node.mts'] },
  { lib: ['es2022', 'dom'], types: [], more: ['browser.mts'] },
  { lib: ['es2022', 'dom'], types: ['node'], more: ['browser.mts', 'node.mts'] },
]
  .map(({ more = [], ...libraries }) => ({
    ...libraries,
    files: ['library.mts', 'wrong.mts', 'using.mts', 'commonjs.cts', ...more],
  }))
  .flatMap((compilation) => [
    { ...compilation, module: 'nodenext', moduleResolution: 'nodenext' },
    // bundlers read ES modules
    {
      ...compilation,
      files: compilation.files.filter((file) => !file.endsWith('.cts')),
      module: 'esnext',
      moduleResolution: 'bundler',
    },
  ]);

const run = (command, words, options = {}) =>
  spawnSync(command, words, { cwd: FOLDER, encoding: 'utf8', shell: process.platform === 'win32', ...options });

const must = (what, { status, stdout, stderr }) => {
  if (status !== 0) throw new Error(`${what} failed:\n${stdout}${stderr}`);
  return stdout;
};

/** Whether the packages are there. */
const install = () => {
  mkdirSync(FOLDER, { recursive: true });
  const manifest = JSON.stringify({ private: true, devDependencies: PACKAGES }, undefined, 2);
  const file = join(FOLDER, 'package.json');
  if (existsSync(file) && readFileSync(file, 'utf8') === manifest && existsSync(join(FOLDER, 'node_modules/jest')))
    return true;
  writeFileSync(file, manifest);
  const { status, stderr } = run('npm', [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
  ]);
  if (status !== 0) console.error(stderr);
  return status === 0;
};

/** Unpacks the package as `npm install` would. */
const unpack = () => {
  const env = { ...process.env, npm_config_ignore_scripts: 'true' };
  const [{ filename }] = JSON.parse(
    must('npm pack', run('npm', ['pack', '--json', '--pack-destination', FOLDER], { cwd: ROOT, env })),
  );
  const target = join(FOLDER, 'node_modules/groupwise');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  must('tar', run('tar', ['-xzf', filename, '--strip-components=1', '-C', 'node_modules/groupwise']));
};

const compile = (version, { files, ...options }) => {
  const compilerOptions = { strict: true, noEmit: true, target: 'es2022', skipLibCheck: false, ...options };
  writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const { status, stdout, stderr } = run('node', [`node_modules/typescript-${version}/bin/tsc`, '-p', '.']);
  const { lib, types, moduleResolution } = options;
  const what = `TypeScript ${version}, lib ${lib.join(' and ')}${types.map((name) => `, types ${name}`).join('')}, ${moduleResolution}`;
  console.log(`${status === 0 ? '  ' : '! '}${what}`);
  if (status !== 0) console.log(stdout + stderr);
  return status === 0;
};

/** The outputs that the test in Jest expects, bit for bit. */
const expectedScores = async () => {
  const model = await loadModel(MODEL, { deterministic: true });
  const { scores } = model.run(Float32Array.from({ length: 3 * 32 * 32 }, (_, i) => Math.sin(i)));
  model.dispose();
  return JSON.stringify([...scores.data]);
};

const runJest = async () => {
  for (const environment of ['node', 'jsdom']) {
    const text = `/** @jest-environment ${environment} */\nrequire('./library.jest.js')();\n`;
    writeFileSync(join(FOLDER, `${environment}.test.js`), text);
  }
  const env = { ...process.env, EXPECTED_SCORES: await expectedScores(), NODE_OPTIONS: '' };
  const { status, stderr } = run('npx', ['--no-install', 'jest', '--ci'], { env });
  console.log(`${status === 0 ? '  ' : '! '}Jest with environments node and jsdom`);
  if (status !== 0) console.log(stderr);
  return status === 0;
};

/** Whether everything compiles and runs. */
const check = async () => {
  unpack();
  cpSync(FIXTURES, FOLDER, { recursive: true });
  const results = VERSIONS.flatMap((version) => COMPILATIONS.map((compilation) => compile(version, compilation)));
  return [...results, await runJest()].every(Boolean);
};

if (!install()) {
  console.error(`${Object.keys(PACKAGES).join(', ')} cannot be installed`);
  process.exitCode = CANNOT_INSTALL;
} else if (!(await check())) process.exitCode = 1;
