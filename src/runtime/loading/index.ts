// What few loads need, in a module that they load: hashes, a second try, a cache, models in parts.

import type { LoadError } from '../../errors.js';
import { checksum } from '../../format/checksum.js';
import { HEADER, MAGIC } from '../../format/layout.js';
import { parseIndex, readIndex } from '../../format/parts-index.js';
import type { checkLength, readBytes, Reading } from '../../read-bytes.js';
import type { Opener, ReadOptions } from '../model-source.js';
import { readCached } from './cache.js';
import { checkIntegrity } from './integrity.js';
import { besideIndex, joinParts } from './parts.js';

export { openCacheStorage } from './cache-storage.js';
export { checkIntegrity };

/** Functions of the modules that are loaded already. */
export type Tools = {
  opener: Opener;
  readBytes: typeof readBytes;
  checkLength: typeof checkLength;
  readingOf: (options: ReadOptions) => Reading;
};

/** Whether bytes are a model, from the first to the last one, and not damaged. */
const isModel = (bytes: Uint8Array): boolean => {
  if (bytes.length < HEADER.end || !MAGIC.every((byte, i) => bytes[i] === byte)) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return (
    view.getUint32(HEADER.length, true) === bytes.length &&
    view.getUint32(HEADER.checksum, true) === checksum(bytes.subarray(HEADER.length))
  );
};

/** Maximum bytes of an index. */
const MAX_INDEX = 2 ** 20;

/** Maximum seconds of the pause before the second try; servers that ask for more get none. */
const MAX_PAUSE = 10;

/** Reads a model that a URL or path names: in parts if it names an index, and through a cache with the option `cache`. */
export const readNamed = async (name: string, options: ReadOptions, tools: Tools): Promise<Uint8Array> => {
  const { signal, onProgress } = options;
  const reading = tools.readingOf(options);
  if (!/\.json([?#]|$)/i.test(name)) return readTwice(name, options, tools, reading, isModel);
  const ofIndex = { ...reading, what: 'the index of the model', maxBytes: MAX_INDEX, lengthOf: () => MAX_INDEX };
  const isIndex = (bytes: Uint8Array) => parseIndex(bytes) !== undefined;
  const bytes = await readTwice(
    name,
    { ...options, integrity: undefined },
    tools,
    { ...ofIndex, onBytes: undefined },
    isIndex,
  );
  const index = readIndex(bytes);
  tools.checkLength(index.bytes, reading);
  return joinParts(
    index,
    ({ file, integrity, bytes: length }, ending, onBytes) => {
      const ofPart = { ...reading, signal: ending, maxBytes: length, lengthOf: () => length, onBytes };
      return readTwice(
        besideIndex(tools.opener.locate(name), file),
        { ...options, integrity },
        tools,
        ofPart,
        () => true,
      );
    },
    (loaded) => onProgress?.({ phase: 'download', loaded, total: index.bytes }),
    signal,
  );
};

/** Reads a URL again after a failure that may pass. @throws the error if no try will help */
export const readAgain = (error: LoadError, name: string, tools: Tools, reading: Reading): Promise<Uint8Array> =>
  afterPause(error, reading.signal, () => readOnce(name, {}, tools, reading, isModel));

const readTwice = async (
  ...[name, options, tools, reading, isWhole]: Parameters<typeof readOnce>
): Promise<Uint8Array> => {
  try {
    return await readOnce(name, options, tools, reading, isWhole);
  } catch (error) {
    return afterPause(error as LoadError, reading.signal, () => readOnce(name, options, tools, reading, isWhole));
  }
};

const readOnce = async (
  name: string,
  { cache, integrity }: ReadOptions,
  { opener, readBytes, checkLength }: Tools,
  reading: Reading,
  isWhole: (bytes: Uint8Array) => boolean,
): Promise<Uint8Array> => {
  const open = (headers?: Record<string, string>) => opener.open(name, reading, headers);
  const read = async (opened: Response | ReadableStream): Promise<Uint8Array> => {
    const bytes = (await readBytes(opened, reading))!;
    if (integrity) await checkIntegrity(bytes, integrity);
    return bytes;
  };
  const url = opener.locate(name);
  if (!cache || !/^https?:/i.test(url)) return read(await open());
  return readCached(
    {
      url,
      signal: reading.signal,
      integrity,
      isWhole,
      open: open as (headers?: Record<string, string>) => Promise<Response>,
      read,
      check: (length) => checkLength(length, reading),
      onStored: (length) => reading.onBytes?.(length, length),
    },
    opener.openStore(cache),
  );
};

/** @throws the error if another try will not help, the reason of the signal */
const afterPause = async <Result>(
  error: LoadError,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> => {
  signal?.throwIfAborted();
  const { retryAfter = Infinity } = error;
  if (retryAfter > MAX_PAUSE || globalThis.navigator?.onLine === false) throw error;
  await pause((retryAfter || 0.5 + Math.random() / 2) * 1000, signal);
  return work();
};

const pause = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
