// Test runners: Vitest and Jest, in their environments node and jsdom.

import { attemptAll } from '../attempt.js';
import { writeFiles } from '../write-files.js';
import { command, type Bundler, type Place } from './bundler.js';
import { runCommand } from './process.js';

/** A test: the entry that it loads, and what it does with it. */
type Tested = { name: string; entry: string; body: string; expected: string };

const RARE = `const model = await groupwise.loadModel(new Uint8Array(readFileSync('public/rare.gw')));
  const value = String(model.run(Float32Array.of(1, 2, 3, 4, 5, 6)).y.data);`;

const TESTS: readonly Tested[] = [
  { name: 'groupwise', entry: 'groupwise', body: RARE, expected: '1,3,6,10,15,21' },
  { name: 'external', entry: 'groupwise/external', body: RARE, expected: '1,3,6,10,15,21' },
  {
    name: 'convert',
    entry: 'groupwise/convert',
    body: `const bytes = await groupwise.convertOnnx(new Uint8Array(readFileSync('public/network.onnx')));
  const value = String.fromCharCode(...bytes.subarray(1, 3));`,
    expected: 'GW',
  },
  {
    name: 'node',
    entry: 'groupwise/node',
    body: `const classifier = await groupwise.loadClassifier('public/model.gw');
  const [{ label: value }] = await classifier.classify('public/cat.jpg');`,
    expected: 'cat',
  },
];

/** How a runner loads modules: lines before the test, and the expression that loads an entry. */
type Style = { head: string; load: (entry: string) => string };

const IMPORTS: Style = {
  head: "import { readFileSync } from 'node:fs';\nimport { expect, test } from 'vitest';",
  load: (entry) => `await import('${entry}')`,
};
const REQUIRES: Style = {
  head: "const { readFileSync } = require('node:fs');",
  load: (entry) => `require('${entry}')`,
};
const REQUIRES_AND_IMPORTS: Style = { ...REQUIRES, load: IMPORTS.load };

const textOf = (
  runner: string,
  environment: string,
  { head, load }: Style,
  { entry, body, expected }: Tested,
): string =>
  `/** @${runner}-environment ${environment} */
${head}

test('runs', async () => {
  const groupwise = ${load(entry)};
  ${body}
  expect(value).toBe('${expected}');
}, 60_000);
`;

const place = (
  name: string,
  runner: string,
  environment: string,
  style: Style,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Place => ({
  name,
  run: ({ folder }) =>
    attemptAll(TESTS, async (tested) => {
      writeFiles(folder, { 'case.test.js': textOf(runner, environment, style, tested) });
      await runCommand(folder, [command(runner), ...words, 'case.test.js'], env);
      return tested.expected;
    }),
});

const ENVIRONMENTS = ['node', 'jsdom'];

/** Vitest, which loads modules. */
export const vitest: Bundler = {
  name: 'vitest',
  packages: ['vitest', 'jsdom'],
  places: ENVIRONMENTS.map((environment) => place(environment, 'vitest', environment, IMPORTS, ['run'])),
};

const MODULES = { NODE_OPTIONS: '--experimental-vm-modules' };

/** Jest, which requires CommonJS unless Node has an option. */
export const jest: Bundler = {
  name: 'jest',
  packages: ['jest@30', 'jest-environment-jsdom@30'],
  manifest: { type: 'commonjs' },
  places: ENVIRONMENTS.flatMap((environment) => [
    place(environment, 'jest', environment, REQUIRES, ['--ci']),
    place(`${environment}, vm modules`, 'jest', environment, REQUIRES_AND_IMPORTS, ['--ci'], MODULES),
  ]),
  limits: [
    ...ENVIRONMENTS.map((environment) => ({
      kind: 'configurable' as const,
      place: environment,
      cases: ['external', 'convert', 'node'],
      error: /Cannot use import statement|Unexpected token|vm-modules|must use import/i,
      reason: 'needs NODE_OPTIONS=--experimental-vm-modules',
    })),
    {
      kind: 'configurable',
      place: 'jsdom, vm modules',
      cases: ['convert'],
      error: /TextDecoder is not defined/,
      reason: 'jsdom in Jest has no TextDecoder: needs environment node',
    },
  ],
};
