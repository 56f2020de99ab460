// Fuzzes a target for a while in a thread, and starts it again after a file that ends or stops it.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { checksumOf } from './checksum.js';
import { INSTRUMENTED } from './instrument.js';
import type { Job, Message } from './worker.js';

/** Seconds without progress after which a file counts as endless. */
const MAX_SECONDS = 20;
const HEAP_MEGABYTES = 1024;
const MAX_FILE = 2 ** 20;

/** What to do. */
export type Session = {
  target: string;
  seconds: number;
  seed: number;
  /** Folder of files that reach different code, which grows; empty to keep none. */
  corpus: string;
  /** Folder for files that are findings. */
  findings: string;
};

/** What a session did. */
export type Summary = { executions: number; seconds: number; features: number; corpus: number; findings: string[] };

type Ended = Extract<Message, { kind: 'done' }> | undefined;

/** Runs until the time is up or a file ends the thread. */
const runThread = (job: Job, found: (what: string, detail: string, bytes: Uint8Array) => void): Promise<Ended> =>
  new Promise((done) => {
    const counts = new Uint32Array(job.shared, 0, 2);
    const current = (): Uint8Array => new Uint8Array(job.shared, 8, counts[1]).slice();
    const worker = new Worker(pathToFileURL(resolve(INSTRUMENTED, 'fuzz/engine/worker.js')), {
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    });
    let [last, ended] = [-1, undefined as Ended];
    const watch = setInterval(() => {
      if (counts[0] === last) {
        found(`no end within ${MAX_SECONDS} s`, '', current());
        void worker.terminate();
      }
      last = counts[0]!;
    }, MAX_SECONDS * 1000);
    worker.on('message', (message: Message) => {
      if (message.kind === 'done') ended = message;
      else found(message.what, message.detail, message.bytes);
    });
    worker.on('error', (error) => found(`the thread ended: ${error.message}`, String(error.stack), current()));
    worker.on('exit', () => {
      clearInterval(watch);
      done(ended);
    });
  });

/** Fuzzes a target. Findings are saved and printed when they occur. */
export const fuzzTarget = async ({ target, seconds, seed, corpus, findings }: Session): Promise<Summary> => {
  const names: string[] = [];
  const known: string[] = [];
  const found = (what: string, detail: string, bytes: Uint8Array): void => {
    known.push(what);
    const file = join(findings, `${target}-${checksumOf(bytes)}`);
    names.push(file);
    mkdirSync(findings, { recursive: true });
    writeFileSync(file, bytes);
    console.log(`FINDING  ${target}: ${what}\n  ${file} (${bytes.length} bytes)\n  ${detail.replace(/\n/g, '\n  ')}`);
  };
  const shared = new SharedArrayBuffer(8 + MAX_FILE);
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  let ended: Ended;
  for (let round = 0; elapsed() < seconds && !ended && round < 100; round++) {
    ended = await runThread({ target, seconds: seconds - elapsed(), seed: seed + round, corpus, known, shared }, found);
  }
  const { features = 0, corpus: kept = 0 } = ended ?? {};
  return { executions: new Uint32Array(shared)[0]!, seconds: elapsed(), features, corpus: kept, findings: names };
};
