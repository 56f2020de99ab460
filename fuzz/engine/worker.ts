// The fuzzing of one target: chooses files, changes them, runs them, and keeps those that reach new code. It runs in a thread
// of its own, so that `run.ts` can end it when a file takes forever or too much memory.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { loadTarget } from '../targets.js';
import { checksumOf } from './checksum.js';
import { allocatedBytes, features, literals, newFeatures, startRun } from './coverage.js';
import { dictionary, mutate, picker } from './mutate.js';
import { isAnswer } from './target.js';

/** What `run.ts` gives. `shared` holds the number of executions, the length of the current file and its bytes. */
export type Job = {
  target: string;
  seconds: number;
  seed: number;
  corpus: string;
  known: string[];
  shared: SharedArrayBuffer;
};

/** What the thread tells. */
export type Message =
  | { kind: 'finding'; what: string; detail: string; bytes: Uint8Array }
  | { kind: 'done'; executions: number; seconds: number; features: number; corpus: number };

const { target: name, seconds, seed, corpus, known, shared } = workerData as Job;
const target = await loadTarget(name);
const { maxLength = 4096, limits: { milliseconds = 100, megabytes = 32 } = {} } = target;

const counts = new Uint32Array(shared, 0, 2);
const current = new Uint8Array(shared, 8);
const tell = (message: Message): void => parentPort!.postMessage(message);

/** First lines of findings that were reported: each is reported once. */
const reported = new Set(known);

const report = (what: string, detail: string, bytes: Uint8Array): void => {
  if (reported.has(what)) return;
  reported.add(what);
  tell({ kind: 'finding', what, detail, bytes });
};

/** An error without what differs from file to file, with the place that threw it. */
const signatureOf = (error: unknown): string => {
  const { name: kind = 'thrown', message = String(error), stack = '' } = error as Error;
  const place = /\/((src|fuzz)\/[\w/.-]+):(\d+)/.exec(stack)?.[1] ?? '';
  return `${kind}: ${message
    .replace(/"[^]*"|'[^]*'/, '...')
    .replace(/\d+/g, '#')
    .slice(0, 80)} ${place}`;
};

/** What of a target's run is a finding: an error that is no answer. */
const faultOf = (error: unknown): unknown => (isAnswer(error) ? undefined : error);

/** The finding of a run, if there is one: at once where the target is synchronous, because awaiting costs more than many a run. */
const fault = (bytes: Uint8Array): unknown => {
  try {
    const running = target.run(bytes);
    return running?.then(() => undefined, faultOf);
  } catch (error) {
    return faultOf(error);
  }
};

/** Milliseconds that a file takes. */
const runOnce = (bytes: Uint8Array): number | Promise<number> => {
  counts[1] = bytes.length;
  current.set(bytes);
  startRun();
  const start = performance.now();
  const found = fault(bytes.slice());
  if (found === undefined) {
    counts[0]!++;
    return performance.now() - start;
  }
  return finish(bytes, found, start);
};

const finish = async (bytes: Uint8Array, running: unknown, start: number): Promise<number> => {
  const found = await running;
  counts[0]!++;
  const took = performance.now() - start;
  if (found !== undefined) await explain(bytes, found);
  return took;
};

// Most files are refused, and stack traces would take most of the time: they are recorded for findings only.
Error.stackTraceLimit = 0;

/** Reports an error, with its stack if it occurs again. */
const explain = async (bytes: Uint8Array, first: unknown): Promise<void> => {
  Error.stackTraceLimit = 20;
  const error = (await fault(bytes.slice())) ?? first;
  Error.stackTraceLimit = 0;
  report(signatureOf(error), String((error as Error).stack), bytes);
};

/** Whether the file takes long, three times in a row: in processor time, because other processes may keep it waiting. */
const isSlow = async (bytes: Uint8Array): Promise<boolean> => {
  for (let repeat = 0; repeat < 3; repeat++) {
    const before = process.cpuUsage();
    await runOnce(bytes);
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1000 < milliseconds) return false;
  }
  return true;
};

const files: Uint8Array[] = [];
let fresh = 0;

/** Runs a file and keeps it if it does something new. `origin` says where it is stored already. */
const execute = (bytes: Uint8Array, origin?: string): void | Promise<void> => {
  const took = runOnce(bytes);
  if (typeof took !== 'number') return took.then((milliseconds) => judge(bytes, milliseconds, origin));
  return judge(bytes, took, origin);
};

const judge = (bytes: Uint8Array, took: number, origin?: string): void | Promise<void> => {
  if (newFeatures()) keep(bytes, origin);
  if (allocatedBytes() > megabytes * 2 ** 20) report(`more than ${megabytes} MiB`, `${allocatedBytes()} bytes`, bytes);
  return took > milliseconds ? judgeTime(bytes, took) : undefined;
};

const judgeTime = async (bytes: Uint8Array, took: number): Promise<void> => {
  if (await isSlow(bytes)) report(`more than ${milliseconds} ms`, `${Math.round(took)} ms`, bytes);
};

const keep = (bytes: Uint8Array, origin?: string): void => {
  files.push(bytes);
  if (origin !== undefined) return;
  fresh = files.length;
  if (corpus) writeFileSync(join(corpus, checksumOf(bytes)), bytes);
};

const start = performance.now();
const before = counts[0]!;
if (corpus) mkdirSync(corpus, { recursive: true });
for (const [origin, bytes] of Object.entries(await target.seeds())) await execute(bytes, origin);
if (!files.length) files.push(new Uint8Array(1));
const stored = corpus && existsSync(corpus) ? readdirSync(corpus) : [];
const saved = stored
  .map((file) => new Uint8Array(readFileSync(join(corpus, file))))
  .filter(({ length }) => length <= maxLength);
saved.sort((a, b) => a.length - b.length);
for (const bytes of saved) await execute(bytes, 'corpus');

const words = dictionary(literals.texts, literals.numbers);
const pick = picker(seed);
/** Any file, or one of the last that were found. */
const choose = (): Uint8Array => {
  const recent = fresh && pick(3) === 0 ? Math.min(files.length, 16) : files.length;
  return files[files.length - 1 - pick(recent)]!;
};
// making seeds may take longer than a short session has
const end = performance.now() + seconds * 1000;
while (performance.now() < end) {
  const base = choose();
  for (let repeat = 0; repeat < 64 && performance.now() < end; repeat++) {
    const running = execute(mutate(base, files[pick(files.length)]!, pick, words, maxLength));
    if (running) await running;
  }
}
tell({
  kind: 'done',
  executions: counts[0]! - before,
  seconds: (performance.now() - start) / 1000,
  features,
  corpus: files.length,
});
