// Packs the project and uses it as others do: compiles test/package/consumers with the oldest and the newest TypeScript
// that are supported (all with --all), without skipLibCheck, and runs them in Jest without any configuration. Run after
// a build. What it installs stays in build/consumers/ for the next time. Exit code 3: it cannot be installed.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Missing } from '../build/matrix/field.js';
import { install, installOptional, packPackage } from '../build/matrix/install.js';
import { loadModel } from '../build/src/node.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FIXTURES = join(ROOT, 'test/package/consumers');
const FOLDER = join(ROOT, 'build/consumers');
const CANNOT_INSTALL = 3;
const MODEL = join(ROOT, 'models/cifar10-fast-flgc4/model.gw');

const VERSIONS = process.argv.includes('--all') ? ['5.2', '5.4', '5.9', '6.0', '7.0'] : ['5.2', '7.0'];

const PACKAGES = [
  ...VERSIONS.map((version) => `typescript-${version}@npm:typescript@${version}`),
  '@types/node@20',
  'jest@30',
  'jest-environment-jsdom@30',
];

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

mkdirSync(FOLDER, { recursive: true });
writeFileSync(join(FOLDER, 'package.json'), '{ "private": true }');
try {
  installOptional(FOLDER, ...PACKAGES);
  install(FOLDER, packPackage(FOLDER));
  cpSync(FIXTURES, FOLDER, { recursive: true });
  const results = VERSIONS.flatMap((version) => COMPILATIONS.map((compilation) => compile(version, compilation)));
  results.push(await runJest());
  if (!results.every(Boolean)) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof Missing)) throw error;
  console.error(error.message);
  process.exitCode = CANNOT_INSTALL;
}
