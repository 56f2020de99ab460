// What few loads need, in a module that they load: hashes, a second try that resumes, a cache, models in parts, threads.

import type { LoadError } from '../../errors.js';
import { checksum } from '../../format/checksum.js';
import { HEADER, MAGIC } from '../../format/layout.js';
import { parseIndex, readIndex } from '../../format/parts-index.js';
import type { checkLength, readBytes, Reading } from '../../read-bytes.js';
import type { Opener, ReadOptions } from '../read-options.js';
import { CachedFiles } from './cache.js';
import { checkIntegrity } from './integrity.js';
import { besideIndex, joinParts } from './parts.js';
import { headersForRest, withReceived } from './resume.js';

export { addKernels } from '../../kernels/more.js';
export { startCrew } from '../../threads/start-crew.js';
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
  const { cache, integrity, signal } = options;
  const reading = tools.readingOf(options);
  const files = cache ? new CachedFiles(() => tools.opener.openStore(cache)) : undefined;
  const bytes = /\.json([?#]|$)/i.test(name)
    ? await readParts(name, options, tools, reading, files)
    : await readTwice(name, { integrity, files, isWhole: isModel }, tools, reading);
  await files?.prune(signal);
  return bytes;
};

const readParts = async (
  name: string,
  { signal, onProgress }: ReadOptions,
  tools: Tools,
  reading: Reading,
  files: CachedFiles | undefined,
): Promise<Uint8Array> => {
  const ofIndex = {
    ...reading,
    what: 'the index of the model',
    maxBytes: MAX_INDEX,
    lengthOf: () => MAX_INDEX,
    onBytes: undefined,
  };
  const isIndex = (bytes: Uint8Array) => parseIndex(bytes) !== undefined;
  const index = readIndex(await readTwice(name, { files, isWhole: isIndex }, tools, ofIndex));
  tools.checkLength(index.bytes, reading);
  return joinParts(
    index,
    ({ file, integrity, bytes: length }, ending, onBytes) => {
      const ofPart = { ...reading, signal: ending, maxBytes: length, lengthOf: () => length, onBytes };
      const part = besideIndex(tools.opener.locate(name), file);
      return readTwice(part, { integrity, files, isWhole: () => true }, tools, ofPart);
    },
    (loaded) => onProgress?.({ phase: 'download', loaded, total: index.bytes }),
    signal,
  );
};

/** Reads a URL again after a failure that may pass. @throws the error if no try will help */
export const readAgain = (error: LoadError, name: string, tools: Tools, reading: Reading): Promise<Uint8Array> =>
  afterPause(error, reading.signal, () => readOnce(name, { isWhole: isModel }, tools, reading));

/** How a file is checked and kept. */
type Keeping = {
  integrity?: string | undefined;
  files?: CachedFiles | undefined;
  /** Whether bytes are worth keeping. */
  isWhole: (bytes: Uint8Array) => boolean;
};

const readTwice = async (...[name, keeping, tools, reading]: Parameters<typeof readOnce>): Promise<Uint8Array> => {
  try {
    return await readOnce(name, keeping, tools, reading);
  } catch (error) {
    return afterPause(error as LoadError, reading.signal, () => readOnce(name, keeping, tools, reading));
  }
};

const readOnce = async (
  name: string,
  { integrity, files, isWhole }: Keeping,
  { opener, readBytes, checkLength }: Tools,
  reading: Reading,
): Promise<Uint8Array> => {
  const open = async (headers?: Record<string, string>, signal = reading.signal): Promise<Response> => {
    const openWith = (added = headers) => opener.open(name, { ...reading, signal }, added) as Promise<Response>;
    const rest = headersForRest(reading);
    return (rest && withReceived(await openWith(rest), reading)) ?? openWith();
  };
  const read = async (opened: Response): Promise<Uint8Array> => {
    const bytes = (await readBytes(opened, reading))!;
    if (integrity) await checkIntegrity(bytes, integrity);
    return bytes;
  };
  const url = opener.locate(name);
  if (!files || !/^https?:/i.test(url)) return read(await open());
  return files.read({
    url,
    signal: reading.signal,
    integrity,
    isWhole,
    open,
    read,
    check: (length) => checkLength(length, reading),
    onStored: (length) => reading.onBytes?.(length, length),
  });
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
