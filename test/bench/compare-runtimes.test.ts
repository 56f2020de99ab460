// The comparison with other runtimes, with those that are installed: each network of its tables once, at a small size, in Node
// and in Chromium.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hasBrowser, noteSkippedWithoutBrowser } from '../support/browser.js';

/** What the harness, which is JavaScript, exports to this test. */
type Choice = { architecture: string; groups: number; form: string; size?: number; zeros?: number };
type Candidate = { runtime: string; simd: string; threads: number; network: Choice };
type Engine = 'node' | 'chromium';
type Loaded = { output: number[] };
type Process = { load: (network?: Choice) => Promise<Loaded>; stop: () => void };
type Key = { runtime: string; threads: number; form: string };
type Turns = { figures: (Key & { cpuMs?: number; fastestMs: number })[]; failures: (Key & { reason: string })[] };
type Machine = { machine: { browser: string } };
type Harness = {
  CandidateProcess: new (candidate: Candidate, core: number | null, engine: Engine) => Process;
  importRuntime: (
    name: string,
  ) => Promise<{ packageName: string | null; forms: string[]; importIn: { page?: unknown } }>;
  maxDifferenceOf: (network: Choice) => number;
  relativeDifference: (output: number[], reference: number[]) => number;
  TABLES: Record<string, { networks: Choice[] }>;
  takeTurns: (candidates: Candidate[], options: object, report: () => void) => Promise<Turns>;
};

const FOLDER = pathToFileURL(join(process.cwd(), 'bench/compare/'));
const load = async (file: string): Promise<Harness> => (await import(new URL(file, FOLDER).href)) as Harness;
const { CandidateProcess } = await load('measure/candidate-process.js');
const { importRuntime } = await load('runtimes/index.js');
const { maxDifferenceOf } = await load('measure/agreement.js');
const { relativeDifference } = await load('measure/statistics.js');
const { TABLES } = await load('tables.js');
const { takeTurns } = await load('measure/take-turns.js');

const DENSE = 'dense';
const INT8 = 'int8';

/** The networks of all tables at sizes that a test can run, with one number of groups and one share of zeros each. */
const networks = [
  ...new Map(
    Object.values(TABLES)
      .flatMap((table) => table.networks)
      .map((network) => ({ ...network, size: network.architecture.startsWith('depthwise') ? 7 : 64 }))
      .map((network) => [`${network.architecture} ${network.form} ${network.zeros ? 'zeros' : ''}`, network]),
  ).values(),
];

/** Those that Chromium runs too: all forms, and all ops but pooling. */
const IN_CHROMIUM: readonly string[] = ['mobilenetv2', 'yolox-nano'];

const isInstalled = (packageName: string | null): boolean =>
  packageName === null || existsSync(new URL(`node_modules/${packageName}/package.json`, FOLDER));

const start = (runtime: string, engine: Engine = 'node'): Process =>
  new CandidateProcess({ runtime, simd: 'plain', threads: 1, network: networks[0]! }, null, engine);

noteSkippedWithoutBrowser('runtimes of the comparison in Chromium');

const test = suite('runtimes of the comparison');

let references: number[][] | undefined;

test.before(async () => {
  if (!isInstalled('onnxruntime-node')) return;
  const reference = start('ort-node');
  references = [];
  for (const network of networks) references.push((await reference.load({ ...network, form: sameAs(network) })).output);
  reference.stop();
});

/** The form that defines what all forms compute. */
const sameAs = ({ form }: Choice): string => ([DENSE, INT8].includes(form) ? form : 'masked');

for (const runtime of ['groupwise', 'litert', 'tfjs', 'ort-web', 'ort-node']) {
  const { packageName, forms, importIn } = await importRuntime(runtime);
  if (!isInstalled(packageName)) {
    console.log(`skipped  ${runtime}: its package is not installed in bench/compare`);
    continue;
  }
  const engines: Engine[] = importIn.page && hasBrowser ? ['node', 'chromium'] : ['node'];
  for (const engine of engines) {
    test(`${runtime} computes the networks that are compared as ONNX Runtime does, in ${engine}`, async () => {
      const own = start(runtime, engine);
      try {
        for (const [i, network] of networks.entries()) {
          if (network.form !== DENSE && !forms.includes(network.form)) continue;
          if (engine === 'chromium' && !IN_CHROMIUM.includes(network.architecture)) continue;
          const { output } = await own.load(network);
          assert.ok(output.some((value) => Math.abs(value) > 1e-3));
          const difference = references ? relativeDifference(output, references[i]!) : 0;
          assert.ok(difference <= maxDifferenceOf(network), `${network.architecture}, ${network.form}: ${difference}`);
        }
      } finally {
        own.stop();
      }
    });
  }
}

if (isInstalled('onnxruntime-node')) {
  const small: Choice = { architecture: 'mobilenetv2', groups: 4, form: 'padded', size: 32 };
  const candidate = (runtime: string, threads = 1): Candidate => ({ runtime, simd: 'plain', threads, network: small });

  test('candidates take turns, and one that cannot run a network does not stop the others', async () => {
    const candidates = [candidate('groupwise'), candidate('groupwise', 2), candidate('tfjs'), candidate('ort-web')];
    const options = { core: null, rounds: 2, runs: 1, warmUpMs: 0 };
    const { figures, failures } = await takeTurns(candidates, options, () => {});
    assert.equal(
      figures.map(({ runtime, threads }) => `${runtime} ${threads}`),
      ['groupwise 1', 'groupwise 2', 'ort-web 1'],
    );
    assert.ok(figures.every(({ cpuMs }) => cpuMs! > 0));
    assert.equal(
      failures.map(({ runtime }) => runtime),
      ['tfjs'],
    );
    assert.match(failures[0]!.reason, 'Error: ');
  });

  /** Measures groupwise alone. @returns the Markdown, and the contents of the file that is written */
  const measure = (file: string, ...words: string[]): { markdown: string; written: Turns & Machine } => {
    const folder = mkdtempSync(join(tmpdir(), 'compare-'));
    try {
      const alone = ['--peers', '', '--rounds', '1', '--runs', '1', '--out', folder];
      const { status, stdout, stderr } = spawnSync(process.execPath, ['bench/compare/compare.js', ...words, ...alone], {
        encoding: 'utf8',
      });
      assert.is(status, 0, stderr);
      return { markdown: stdout, written: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Turns & Machine };
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test('a table is measured and written', () => {
    const { markdown, written } = measure('mobilenetv3.json', 'mobilenetv3');
    assert.match(markdown, /\| \*\*groupwise [\d.]+\*\* \| plain \| [\d.]+ \|/);
    assert.is(written.figures.length, 1);
  });

  if (hasBrowser) {
    test('in Chromium, candidates take turns, and one that cannot run a network does not stop the others', async () => {
      const candidates = [candidate('groupwise'), candidate('tfjs'), candidate('ort-web')];
      const options = { core: null, engine: 'chromium', rounds: 2, runs: 1, warmUpMs: 0 };
      const { figures, failures } = await takeTurns(candidates, options, () => {});
      assert.equal(
        figures.map(({ runtime }) => runtime),
        ['groupwise', 'ort-web'],
      );
      assert.ok(figures.every(({ cpuMs, fastestMs }) => cpuMs === undefined && fastestMs > 0));
      assert.equal(
        failures.map(({ runtime }) => runtime),
        ['tfjs'],
      );
      assert.match(failures[0]!.reason, 'Error: ');
    });

    test('a table is measured in Chromium and written', () => {
      const { markdown, written } = measure('mobilenetv3-chromium.json', 'mobilenetv3', '--chromium');
      assert.match(markdown, /^# MobileNetV3-Large in Chromium\n/);
      assert.match(markdown, /\| \*\*groupwise [\d.]+\*\* \| relaxed \| [\d.]+ \|/);
      assert.match(written.machine.browser, /^Chromium \d+\./);
      assert.is(written.figures.length, 1);
    });
  }
}

test.run();
