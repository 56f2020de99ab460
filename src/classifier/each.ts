// Classifies photos one after the other, and yields the classes or the error of each.

import { check, type Kind } from '../arguments.js';
import { ImageError, ShapeError } from '../errors.js';
import type { Ending } from './ending.js';
import { itemsOf } from './items-of.js';
import type { Classification } from './rank.js';

/** What `classifyEach` yields for a photo that has classes. */
export type PhotoClasses = {
  /** The position among the photos. */
  index: number;
  /** The most probable classes, best first. */
  results: Classification[];
  /** Never there: it tells the two kinds of results apart. */
  error?: never;
};

/** What `classifyEach` yields for a photo that cannot be classified. */
export type PhotoFailure = {
  /** The position among the photos. */
  index: number;
  /** Why it cannot be classified: an `ImageError` or `ShapeError`. */
  error: Error;
  /** Never there: it tells the two kinds of results apart. */
  results?: never;
};

/** What `classifyEach` yields: the classes of a photo, or why it has none. */
export type PhotoResult = PhotoClasses | PhotoFailure;

/** Default of the option `concurrency`. */
export const DEFAULT_CONCURRENCY = 2;

const ITERABLE: Kind = {
  expected: 'a list or iterable of photos',
  // the bytes of a buffer would be taken for photos
  fits: (value) =>
    typeof value === 'object' &&
    !!value &&
    !ArrayBuffer.isView(value) &&
    (Symbol.iterator in value || Symbol.asyncIterator in value),
};

/** Whether an error is the fault of a photo, so that other photos may still be classified. */
export const isOfPhoto = (error: unknown): error is ImageError | ShapeError =>
  error instanceof ImageError || error instanceof ShapeError;

/** Runs `work` on one of several photos; an error that is the photo's fault says which. */
export const namingPhoto = async <T>(
  photos: readonly unknown[],
  index: number,
  work: () => T | Promise<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (photos.length > 1 && isOfPhoto(error)) error.message = `photo ${index}: ${error.message}`;
    throw error;
  }
};

/**
 * Yields the classes of each photo, or why it has none, in the order of the photos.
 *
 * @param ahead how many photos are classified at a time
 * @param ending ends the wait for the next photo, as the signal does
 * @throws what `classify` throws, unless it is the fault of a photo; the reason of the signal or of the end
 */
export const resultsOfEach = <Photo>(
  photos: Iterable<Photo> | AsyncIterable<Photo>,
  ahead: number,
  signal: AbortSignal | undefined,
  ending: Ending | undefined,
  classify: (photo: Photo) => Promise<Classification[]>,
): AsyncGenerator<PhotoResult, void, undefined> => {
  check('classifyEach: the photos', photos, ITERABLE, 'images');
  const resultOf = async (photo: Photo, index: number): Promise<PhotoResult> => {
    try {
      return { index, results: await classify(photo) };
    } catch (error) {
      if (isOfPhoto(error)) return { index, error };
      throw error;
    }
  };
  return (async function* () {
    const wait = ending?.wait(signal);
    try {
      yield* inOrder(itemsOf(photos, wait ? wait.signal : signal), ahead, resultOf);
    } finally {
      wait?.release();
    }
  })();
};

async function* inOrder<Photo>(
  photos: AsyncIterable<Photo>,
  ahead: number,
  resultOf: (photo: Photo, index: number) => Promise<PhotoResult>,
): AsyncGenerator<PhotoResult, void, undefined> {
  const started: Promise<PhotoResult>[] = [];
  let index = 0;
  for await (const photo of photos) {
    const result = resultOf(photo, index++);
    result.catch(() => {}); // thrown when its turn comes, if the caller still listens
    started.push(result);
    if (started.length >= ahead) yield await started.shift()!;
  }
  for (const result of started) yield await result;
}
