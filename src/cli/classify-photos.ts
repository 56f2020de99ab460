// Classifies photos in this thread or on several, and gives the results in the order of the photos.

import { availableParallelism } from 'node:os';
import { LoadError } from '../errors.js';
import { PICTURES_PER_THREAD, Pool } from '../eval/pool.js';
import type { Setup } from '../eval/worker.js';
import { MAX_PHOTO_BYTES } from '../image/photo-options.js';
import type { ImageClassifier, RankOptions } from '../node.js';
import type { Classified, Failed } from './classification-writer.js';
import { inCommandWords } from './command-words.js';
import { isModel, nameOf, readInput, withChoices } from './files.js';
import type { Interruption } from './interruption.js';

/** A file on the command line, with its bytes if it was read already, or the reason why it is not a photo. */
export type File = { path: string; bytes?: Uint8Array; refusal?: Error };

/** How photos are classified. */
export type Work = {
  classifier: ImageClassifier;
  /** What a thread needs to load the same classifier. */
  setup: Setup;
  rank: RankOptions;
  /** Number of threads; by default as many as pay off. */
  workers: number | undefined;
  interruption: Interruption;
  onResult: (one: Classified | Failed) => void;
};

/** Photos that are classified in this thread before it is decided whether more threads pay off. */
const FIRST_PHOTOS = 4;

/** Minimum work of a thread in milliseconds, several times what it takes to start it and to load a model. */
const MIN_THREAD_MS = 750;

/** The bytes of a photo. @throws {LoadError} if it cannot be read, or is a model */
const readPhoto = async ({ path, bytes, refusal }: File): Promise<Uint8Array> => {
  if (refusal) throw refusal;
  const read = (): Promise<Uint8Array> => readInput(path, () => MAX_PHOTO_BYTES);
  const isWord = /^\w[\w-]*$/.test(path);
  const photo = bytes ?? (await (isWord ? withChoices(read, 'if it is a model, name it before the photos') : read()));
  if (isModel(photo)) throw new LoadError(`${nameOf(path)} is a model: name it before the photos`);
  return photo;
};

const classified = (image: string, milliseconds: number, results: Classified['results']): Classified => ({
  image,
  milliseconds: Number(milliseconds.toFixed(3)),
  results,
});

const failed = (image: string, error: Error): Failed => ({ image, reason: inCommandWords(error.message), error });

const classifyHere = async (photo: File, { classifier, rank }: Work): Promise<Classified | Failed> => {
  try {
    const bytes = await readPhoto(photo);
    const start = performance.now();
    const results = await classifier.classify(bytes, rank);
    return classified(photo.path, performance.now() - start, results);
  } catch (error) {
    return failed(photo.path, error as Error);
  }
};

/** An error of a thread, as one of this thread. */
const asError = ({ message, ...fields }: { name: string; message: string; stack?: string }): Error =>
  Object.assign(new Error(message), fields);

/** Calls `onResult` for the results of photos in their order, whichever is done first. */
class InOrder {
  private readonly done = new Map<number, Classified | Failed>();
  private next = 0;

  constructor(private readonly onResult: Work['onResult']) {}

  put(index: number, result: Classified | Failed): void {
    this.done.set(index, result);
    for (let first; (first = this.done.get(this.next)); this.next++) {
      this.done.delete(this.next);
      this.onResult(first);
    }
  }

  /** Gives the results that wait for earlier photos, which will have none. */
  flush(): void {
    for (const index of [...this.done.keys()].sort((a, b) => a - b)) this.onResult(this.done.get(index)!);
    this.done.clear();
  }
}

/** At most `PICTURES_PER_THREAD` photos a thread are in memory, and one that is being read. */
const classifyOnThreads = async (photos: readonly File[], threads: number, work: Work): Promise<void> => {
  const { setup, rank, interruption, onResult } = work;
  const pool = new Pool(threads, setup);
  const results = new InOrder(onResult);
  const running = new Set<Promise<void>>();
  let broken: Error | undefined;
  const classify = async (index: number, path: string, bytes: Uint8Array): Promise<void> => {
    const done = await pool.classify(new Uint8Array(bytes), { rank });
    const result =
      'failure' in done
        ? failed(path, asError(done.failure))
        : classified(path, done.answer.milliseconds, done.answer.results);
    if (!interruption.signal) results.put(index, result);
  };
  const classifyAll = async (): Promise<void> => {
    await pool.ready();
    for (const [index, photo] of photos.entries()) {
      if (interruption.signal || broken) break;
      const bytes = await readPhoto(photo).catch((error: Error) => error);
      if (bytes instanceof Error) {
        results.put(index, failed(photo.path, bytes));
        continue;
      }
      const own: Promise<void> = classify(index, photo.path, bytes)
        .catch((error: Error) => void (broken ??= error))
        .finally(() => running.delete(own));
      running.add(own);
      if (running.size >= threads * PICTURES_PER_THREAD) await Promise.race(running);
    }
    await Promise.all(running);
    if (broken && !interruption.signal) throw broken;
  };
  try {
    await Promise.race([classifyAll(), interruption.caught]);
  } finally {
    results.flush();
    await pool.close();
  }
};

/** How many threads pay off for work that one thread does in `milliseconds`. */
const worthwhile = (milliseconds: number): number =>
  Math.min(availableParallelism(), Math.floor(milliseconds / MIN_THREAD_MS));

/** Photos that are left for several threads. */
type Rest = { photos: readonly File[]; threads: number };

/** Classifies photos in this thread. @returns the rest once threads pay off for it, if their number is not given */
const classifyInTurn = async (photos: readonly File[], work: Work): Promise<Rest | undefined> => {
  const { workers, interruption, onResult } = work;
  let fastest = Infinity;
  for (const [index, photo] of photos.entries()) {
    const start = performance.now();
    const result = await classifyHere(photo, work);
    if (interruption.signal) return undefined;
    onResult(result);
    fastest = Math.min(fastest, performance.now() - start);
    if (workers !== undefined || index + 1 !== FIRST_PHOTOS) continue;
    const rest = photos.slice(FIRST_PHOTOS);
    const threads = worthwhile(fastest * rest.length);
    if (threads > 1) return { photos: rest, threads };
  }
  return undefined;
};

/**
 * Classifies photos in this thread; with `workers`, or if there are so many that threads pay off, on threads.
 *
 * @throws {EngineError} if a thread cannot load the model or ends
 */
export const classifyPhotos = async (photos: readonly File[], work: Work): Promise<void> => {
  const given = Math.min(work.workers ?? 1, photos.length);
  if (given > 1) return classifyOnThreads(photos, given, work);
  const rest = await Promise.race([classifyInTurn(photos, work), work.interruption.caught]);
  if (rest) return classifyOnThreads(rest.photos, rest.threads, work);
};
