// Reads the pictures of a set and classifies them on several threads.

import type { Files } from './stored-file.js';
import type { Failure, Outcome } from './outcome.js';
import { PICTURES_PER_THREAD, Pool } from './pool.js';
import type { Setup } from './worker.js';

/** The outcomes of all pictures, in any order, and the time in seconds, not counting the loading of the model. */
export type Classified = { outcomes: Outcome[]; failures: Failure[]; seconds: number };

/**
 * Classifies pictures. At most `PICTURES_PER_THREAD` per thread are in memory, plus one that is being read.
 *
 * @param truths the class index of every picture, by path
 * @throws {SetError} if an archive is damaged, {EngineError} if a thread cannot load the model or ends
 */
export const classifyAll = async (
  files: Files,
  truths: ReadonlyMap<string, number>,
  { workers, setup, onPicture }: { workers: number; setup: Setup; onPicture: () => void },
): Promise<Classified> => {
  const pool = new Pool(workers, setup);
  const outcomes: Outcome[] = [],
    failures: Failure[] = [];
  const running = new Set<Promise<void>>();
  let failed: Error | undefined;
  const classify = async (image: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
    const truth = truths.get(image)!;
    const done = await pool.classify(bytes, { truth });
    if ('failure' in done) failures.push({ image, reason: done.failure.message });
    else outcomes.push({ image, truth, ...done.answer });
    onPicture();
  };
  try {
    await pool.ready();
    const start = performance.now();
    for await (const file of files.read(new Set(truths.keys()))) {
      if (failed) break;
      if ('reason' in file) {
        failures.push({ image: file.path, reason: file.reason });
        onPicture();
        continue;
      }
      const own: Promise<void> = classify(file.path, file.bytes)
        .catch((error: Error) => void (failed ??= error))
        .finally(() => running.delete(own));
      running.add(own);
      if (running.size >= workers * PICTURES_PER_THREAD) await Promise.race(running);
    }
    await Promise.all(running);
    if (failed) throw failed;
    return { outcomes, failures, seconds: (performance.now() - start) / 1000 };
  } finally {
    await pool.close();
  }
};
