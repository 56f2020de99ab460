// Threads of an evaluation: their ends, their time, interruptions.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { classifyAll } from '../../src/eval/classify-all.js';
import { Pool } from '../../src/eval/pool.js';
import type { Files } from '../../src/eval/stored-file.js';
import { writeZip } from '../support/archives.js';
import { at, FOLDERS, model, pictures, prepareSet, save } from '../support/eval-set.js';

const test = suite('eval threads');

test.before(async () => void (await prepareSet()));

/** Files that come one after the other, each after a while. */
const slowly = (bytes: Uint8Array, count: number, milliseconds: number): Files => {
  const paths = Array.from({ length: count }, (_, i) => `${i}.png`);
  const read = async function* () {
    for (const path of paths) {
      await new Promise((done) => setTimeout(done, milliseconds));
      yield { path, bytes: new Uint8Array(bytes) };
    }
  };
  return { paths, read };
};

const failureOf = async (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => assert.unreachable(),
    (error: Error) => error,
  ) as Promise<Error>;

test('threads that cannot load the model, or have ended, end the evaluation', async () => {
  const late = slowly(pictures[0]!.bytes, 3, 500);
  const truths = new Map(late.paths.map((path) => [path, 0]));
  const broken = { model: new Uint8Array(100), options: {} };
  const error = await failureOf(
    classifyAll(late, truths, { workers: 2, setup: broken, onPicture: () => assert.unreachable() }),
  );
  assert.equal(
    [error.name, /a worker ended: not a groupwise model/.test(error.message)],
    ['EngineError', true],
    error.message,
  );
  for (const setup of [broken, { model: readFileSync(model), options: {} }]) {
    const pool = new Pool(2, setup);
    await pool.ready().catch(() => {});
    await pool.close();
    assert.is((await failureOf(pool.classify(new Uint8Array(pictures[0]!.bytes), { truth: 0 }))).name, 'EngineError');
  }
});

test('the time is that of reading and classifying, without loading the model', async () => {
  const setup = { model: readFileSync(model), options: {} };
  const work = { workers: 1, setup, onPicture: () => {} };
  const begun = performance.now();
  const none = await classifyAll(slowly(pictures[0]!.bytes, 0, 0), new Map(), work);
  const all = (performance.now() - begun) / 1000;
  assert.ok(none.seconds < all / 4, `${none.seconds} of ${all} s`);
  const late = slowly(pictures[0]!.bytes, 2, 100);
  const { outcomes, seconds } = await classifyAll(late, new Map(late.paths.map((path) => [path, 0])), work);
  assert.ok(outcomes.length === 2 && seconds > 0.19, `${seconds} s`);
});

test('an interrupted evaluation leaves no report, and one that is being written is finished', async () => {
  const many = pictures.flatMap(({ bytes }, i) =>
    Array.from({ length: 60 }, (_, k) => ({ name: `${FOLDERS[i % FOLDERS.length]!}/${i}-${k}.png`, bytes })),
  );
  save('many.zip', writeZip(many));
  const child = spawn(process.execPath, [
    'dist/cli.js',
    'eval',
    model,
    at('many.zip'),
    '--workers',
    '1',
    '--html',
    at('half.html'),
  ]);
  child.stderr.once('data', () => child.kill('SIGINT'));
  const signal = await new Promise((done) => child.on('close', (_, own) => done(own)));
  assert.equal([signal, existsSync(at('half.html'))], ['SIGINT', false]);
  const script = `import { writeOutput } from './build/src/cli/output-files.js'; const done = writeOutput(${JSON.stringify(at('long'))}, new Uint8Array(2 ** 26)); process.kill(process.pid, 'SIGINT'); await done; await new Promise(() => setInterval(() => {}, 1000));`;
  const written = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 60_000 });
  assert.equal([written.signal, statSync(at('long')).size], ['SIGINT', 2 ** 26]);
});

test.run();
