// The comparison with other runtimes, with those that are installed: each network of its tables once, at a small size.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

/** What the harness, which is JavaScript, exports to this test. */
type Choice = { architecture: string; groups: number; form: string; size?: number; zeros?: number };
type Candidate = { runtime: string; simd: string; threads: number; network: Choice };
type Loaded = { output: number[] };
type Process = { load: (network?: Choice) => Promise<Loaded>; stop: () => void };
type Key = { runtime: string; threads: number; form: string };
type Turns = { figures: (Key & { cpuMs: number })[]; failures: (Key & { reason: string })[] };
type Harness = {
  CandidateProcess: new (candidate: Candidate, core: number | null) => Process;
  importRuntime: (name: string) => Promise<{ packageName: string | null; forms: string[] }>;
  relativeDifference: (output: number[], reference: number[]) => number;
  TABLES: Record<string, { networks: Choice[] }>;
  takeTurns: (candidates: Candidate[], options: object, report: () => void) => Promise<Turns>;
};

const FOLDER = pathToFileURL(join(process.cwd(), 'bench/compare/'));
const load = async (file: string): Promise<Harness> => (await import(new URL(file, FOLDER).href)) as Harness;
const { CandidateProcess } = await load('measure/candidate-process.js');
const { importRuntime } = await load('runtimes/index.js');
const { relativeDifference } = await load('measure/statistics.js');
const { TABLES } = await load('tables.js');
const { takeTurns } = await load('measure/take-turns.js');

const MAX_DIFFERENCE = 1e-4;
const DENSE = 'dense';

/** The networks of all tables at sizes that a test can run, with one number of groups and one share of zeros each. */
const networks = [
  ...new Map(
    Object.values(TABLES)
      .flatMap((table) => table.networks)
      .map((network) => ({ ...network, size: network.architecture.startsWith('depthwise') ? 7 : 64 }))
      .map((network) => [`${network.architecture} ${network.form} ${network.zeros ? 'zeros' : ''}`, network]),
  ).values(),
];

const isInstalled = (packageName: string | null): boolean =>
  packageName === null || existsSync(new URL(`node_modules/${packageName}/package.json`, FOLDER));

const start = (runtime: string): Process =>
  new CandidateProcess({ runtime, simd: 'plain', threads: 1, network: networks[0]! }, null);

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
const sameAs = ({ form }: Choice): string => (form === DENSE ? form : 'masked');

for (const runtime of ['groupwise', 'litert', 'tfjs', 'ort-web', 'ort-node']) {
  const { packageName, forms } = await importRuntime(runtime);
  if (!isInstalled(packageName)) {
    console.log(`skipped  ${runtime}: its package is not installed in bench/compare`);
    continue;
  }
  test(`${runtime} computes all networks that are compared as ONNX Runtime does`, async () => {
    const own = start(runtime);
    try {
      for (const [i, network] of networks.entries()) {
        if (network.form !== DENSE && !forms.includes(network.form)) continue;
        const { output } = await own.load(network);
        assert.ok(output.some((value) => Math.abs(value) > 1e-3));
        const difference = references ? relativeDifference(output, references[i]!) : 0;
        assert.ok(difference <= MAX_DIFFERENCE, `${network.architecture}, ${network.form}: ${difference}`);
      }
    } finally {
      own.stop();
    }
  });
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
    assert.ok(figures.every(({ cpuMs }) => cpuMs > 0));
    assert.equal(
      failures.map(({ runtime }) => runtime),
      ['tfjs'],
    );
    assert.match(failures[0]!.reason, 'Error: ');
  });

  test('a table is measured and written', () => {
    const folder = mkdtempSync(join(tmpdir(), 'compare-'));
    const words = ['mobilenetv3', '--peers', '', '--rounds', '1', '--runs', '1', '--out', folder];
    const { status, stdout } = spawnSync(process.execPath, ['bench/compare/compare.js', ...words], {
      encoding: 'utf8',
    });
    assert.is(status, 0);
    assert.match(stdout, /\| \*\*groupwise [\d.]+\*\* \| plain \| [\d.]+ \|/);
    const { figures } = JSON.parse(readFileSync(join(folder, 'mobilenetv3.json'), 'utf8')) as Turns;
    assert.is(figures.length, 1);
    rmSync(folder, { recursive: true });
  });
}

test.run();
