// Reading the bytes of a model from any source.

import { isBase64, refuse, tagOf, toBytes } from '../arguments.js';
import { LoadError } from '../errors.js';
import { HEADER, MAGIC } from '../format/layout.js';
import type { Platform } from '../platform.js';
import { checkLength, fetchResponse, MAX_MODEL_BYTES, readBytes, type Reading } from '../read-bytes.js';
import { loadLoading } from './loading/load.js';
import type { Opener, ReadOptions } from './read-options.js';

/** A model: its bytes, or where to get them. A string is a URL. */
export type ModelSource =
  string | ArrayBuffer | ArrayBufferView | Platform<'URL' | 'Response' | 'ReadableStream' | 'Blob'>;

/** How pages read URLs: what was downloaded before is in their Cache Storage. */
export const pageOpener: Opener = {
  // the browser asks on its own behalf whether a file has changed
  open: (url, reading, headers) => fetchResponse(url, reading, undefined, headers?.range ? { headers } : undefined),
  locate: (url) => {
    if (isBase64(url)) return url; // reading it says so
    try {
      return new URL(url, typeof document === 'object' ? document.baseURI : location.href).href;
    } catch {
      return url; // fetching it says what is wrong with it
    }
  },
  openStore: async (cache) => (await loadLoading()).openCacheStorage(cache),
};

/**
 * The bytes of a source.
 *
 * @throws {LoadError} if they cannot be fetched or read, or their hash differs from `integrity`
 * @throws the signal's reason if it is aborted
 */
export const readSource = async (
  source: ModelSource,
  options: ReadOptions,
  opener = pageOpener,
): Promise<Uint8Array> => {
  options.signal?.throwIfAborted();
  const name = tagOf(source) === 'URL' ? (source as URL).href : source;
  const bytes =
    toBytes(name) ??
    (typeof name === 'string' ? await readNamed(name, options, opener) : await readFrom(name, options));
  options.signal?.throwIfAborted();
  if (options.integrity !== undefined) await (await loadLoading()).checkIntegrity(bytes, options.integrity);
  return bytes;
};

const readFrom = async (source: unknown, options: ReadOptions): Promise<Uint8Array> =>
  (await readBytes(source, readingOf(options))) ??
  refuse('the source of the model', source, 'bytes, a URL, a Response, a ReadableStream or a Blob', 'source');

/** Reads what a string names. Few loads need more than one request. */
const readNamed = async (name: string, options: ReadOptions, opener: Opener): Promise<Uint8Array> => {
  const rest = { opener, readBytes, checkLength, readingOf };
  if (options.cache || /\.json([?#]|$)/i.test(name)) return (await loadLoading()).readNamed(name, options, rest);
  const reading = readingOf(options);
  try {
    return (await readBytes(await opener.open(name, reading), reading))!;
  } catch (error) {
    options.signal?.throwIfAborted(); // its reason may be anything
    if ((error as LoadError).retryAfter === undefined) throw error;
    return (await loadLoading(error)).readAgain(error as LoadError, name, rest, reading);
  }
};

/** How the bytes of a model are read. */
export const readingOf = ({ signal, sources, maxBytes = MAX_MODEL_BYTES, onProgress }: ReadOptions): Reading => {
  let most = 0; // a second try begins at 0 again
  return {
    what: 'the model',
    Failure: LoadError,
    maxBytes,
    sources,
    signal,
    lengthOf: declaredLength,
    onBytes: (loaded, total) => {
      if (loaded > most) onProgress?.({ phase: 'download', loaded: (most = loaded), total });
    },
  };
};

/** The length that a model's header states, 0 for other files. */
const declaredLength = (head: Uint8Array): number =>
  MAGIC.every((byte, i) => head[i] === byte)
    ? new DataView(head.buffer, head.byteOffset).getUint32(HEADER.length, true)
    : 0;
