// Reading the bytes of a model from any source.

import {
  BOOLEAN,
  FUNCTION,
  integer,
  isBase64,
  refuse,
  SIGNAL,
  STRING,
  tagOf,
  toBytes,
  type Kind,
  type Kinds,
} from '../arguments.js';
import { LoadError } from '../errors.js';
import { HEADER, MAGIC } from '../format/layout.js';
import type { Platform } from '../platform.js';
import {
  checkLength,
  fetchResponse,
  MAX_MODEL_BYTES,
  readBytes,
  SOURCES,
  type Reading,
  type SourceKind,
} from '../read-bytes.js';
import { loadLoading } from './loading/load.js';
import type { CacheOption, ModelCache, Store } from './loading/store.js';

/** A model: its bytes, or where to get them. A string is a URL. */
export type ModelSource =
  string | ArrayBuffer | ArrayBufferView | Platform<'URL' | 'Response' | 'ReadableStream' | 'Blob'>;

/** Progress of a load. */
export type Progress = {
  /** First the file is downloaded, then the network is planned. */
  phase: 'download' | 'plan';
  /** Bytes in `download`, layers in `plan`. */
  loaded: number;
  /** The total; 0 while it is unknown. */
  total: number;
};

/** Options of `readSource`. */
export type ReadOptions = {
  /** Aborts the load. */
  signal?: Platform<'AbortSignal'>;
  /** Called while bytes arrive, and once when the layers are ready. */
  onProgress?: (progress: Progress) => void;
  /**
   * Expected hash: `sha256-`, `sha384-` or `sha512-` and the digest in base64. As in HTML, there may be several with
   * spaces between them; the bytes must have one of those of the longest kind.
   */
  integrity?: string;
  /**
   * Keeps downloaded models, so that later loads need no download and work offline: `true`, the name of a cache, or
   * your own store. Default false. Pages use Cache Storage, `groupwise/node` a folder.
   */
  cache?: CacheOption;
  /** Maximum bytes of a model that is read from a URL, path, stream, `Blob` or `Response`; default 2^30. */
  maxBytes?: number;
  /**
   * What a string or URL may be: `url` for http:, https:, data: and blob: URLs, `path` for files by path or file: URL,
   * `bytes` for neither. Default: all that the entry reads.
   */
  sources?: SourceKind | readonly SourceKind[];
};

const CACHE: Kind = {
  expected: 'true, false, a name, or an object with match and put',
  fits: (value) =>
    BOOLEAN.fits(value) || (STRING.fits(value) && value !== '') || FUNCTION.fits((value as ModelCache | null)?.put),
};

/** The kinds of `ReadOptions`. */
export const READ_OPTIONS: Kinds<ReadOptions> = {
  signal: SIGNAL,
  onProgress: FUNCTION,
  integrity: STRING,
  cache: CACHE,
  maxBytes: integer(1, Number.MAX_SAFE_INTEGER),
  sources: SOURCES,
};

/** How an entry reads URLs. */
export type Opener = {
  /** Opens what a string names. @throws an error of the reading; the reason of its signal */
  open(name: string, reading: Reading, headers?: Record<string, string>): Promise<Response | ReadableStream>;
  /** Makes a URL absolute. */
  locate(name: string): string;
  /** Reads kernels from a file; undefined for a URL that is fetched. */
  readKernels?: (name: string) => Promise<Uint8Array | undefined>;
  /** Opens the store of downloaded models. */
  openStore(cache: CacheOption): Promise<Store>;
};

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
