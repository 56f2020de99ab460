// Reading the bytes of a model from any source.

import { FUNCTION, integer, refuse, SIGNAL, STRING, toBytes, type Kinds } from '../arguments.js';
import { LoadError } from '../errors.js';
import type { Platform } from '../platform.js';
import { readBytes, SOURCES, type Reading, type SourceKind } from '../read-bytes.js';
import { HEADER, MAGIC } from '../format/layout.js';

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
  /** Maximum bytes of a model that is read from a URL, path, stream, `Blob` or `Response`; default 2^30. */
  maxBytes?: number;
  /**
   * What a string or URL may be: `url` for http:, https:, data: and blob: URLs, `path` for files by path or file: URL,
   * `bytes` for neither. Default: all that the entry reads.
   */
  sources?: SourceKind | readonly SourceKind[];
};

/** Default of `maxBytes`. */
const MAX_MODEL_BYTES = 2 ** 30;

/** The kinds of `ReadOptions`. */
export const READ_OPTIONS: Kinds<ReadOptions> = {
  signal: SIGNAL,
  onProgress: FUNCTION,
  integrity: STRING,
  maxBytes: integer(1, Number.MAX_SAFE_INTEGER),
  sources: SOURCES,
};

/**
 * The bytes of a source.
 *
 * @throws {LoadError} if they cannot be fetched or read, or their hash differs from `integrity`
 * @throws the signal's reason if it is aborted
 */
export const readSource = async (source: ModelSource, options: ReadOptions): Promise<Uint8Array> => {
  options.signal?.throwIfAborted();
  const bytes = toBytes(source) ?? (await readFrom(source, options));
  options.signal?.throwIfAborted();
  if (options.integrity !== undefined) await checkIntegrity(bytes, options.integrity);
  return bytes;
};

const readFrom = async (source: ModelSource, options: ReadOptions): Promise<Uint8Array> =>
  (await readBytes(source, readingOf(options))) ??
  refuse('the source of the model', source, 'bytes, a URL, a Response, a ReadableStream or a Blob', 'source');

/** How the bytes of a model are read. */
export const readingOf = ({ signal, sources, maxBytes = MAX_MODEL_BYTES, onProgress }: ReadOptions): Reading => ({
  what: 'the model',
  Failure: LoadError,
  maxBytes,
  sources,
  signal,
  lengthOf: declaredLength,
  onBytes: (loaded, total) => onProgress?.({ phase: 'download', loaded, total }),
});

/** The length that a model's header states, 0 for other files. */
const declaredLength = (head: Uint8Array): number =>
  MAGIC.every((byte, i) => head[i] === byte)
    ? new DataView(head.buffer, head.byteOffset).getUint32(HEADER.length, true)
    : 0;

const HASHES: Readonly<Record<string, string>> = { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' };

const checkIntegrity = async (bytes: Uint8Array, integrity: string): Promise<void> => {
  const hashes = integrity.trim().split(/\s+/);
  const name = hashes
    .map((hash) => hash.slice(0, 6))
    .sort()
    .at(-1)!;
  if (!hashes.every((hash) => /^sha(256|384|512)-./.test(hash)))
    return refuse('integrity', integrity, 'sha256-, sha384- or sha512- and a digest in base64');
  if (typeof crypto === 'undefined' || !crypto.subtle) {
    throw new LoadError('integrity needs crypto.subtle, which browsers offer only on secure pages (https)');
  }
  const digest = new Uint8Array(await crypto.subtle.digest(HASHES[name]!, bytes as Uint8Array<ArrayBuffer>));
  const found = `${name}-${btoa(String.fromCharCode(...digest))}`;
  if (!hashes.includes(found)) throw new LoadError(`the model's hash is ${found}; ${integrity} was expected`);
};
