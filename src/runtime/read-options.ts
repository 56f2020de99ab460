// What callers set about reading a model, and how entries differ in it.

import { BOOLEAN, FUNCTION, integer, SIGNAL, STRING, type Kind, type Kinds } from '../arguments.js';
import type { Platform } from '../platform.js';
import { SOURCES, type Reading, type SourceKind } from '../read-bytes.js';
import type { CacheOption, ModelCache, Store } from './loading/store.js';

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
