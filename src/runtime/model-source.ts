// Reading the bytes of a model from any source.

import {
  FUNCTION,
  integer,
  isBase64,
  notFetched,
  refuse,
  shortened,
  SIGNAL,
  STRING,
  tagOf,
  toBytes,
  type Kinds,
} from '../arguments.js';
import { GroupwiseError, LoadError } from '../errors.js';
import type { Platform } from '../platform.js';
import { SOURCES, type SourceKind } from '../string-sources.js';
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

/** Runs `work` on a model from a path or URL; an error of groupwise names it. */
export const namingSource = async <T>(source: unknown, work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const name = typeof source === 'string' || tagOf(source) === 'URL' ? shortened(String(source)) : '';
    if (error instanceof GroupwiseError && !error.message.includes(name)) error.message = `${name}: ${error.message}`;
    throw error;
  }
};

const readFrom = async (source: ModelSource, options: ReadOptions): Promise<Uint8Array> => {
  if (typeof source === 'string') return download(source, options);
  switch (tagOf(source)) {
    case 'URL':
      return download((source as URL).href, options);
    case 'Response':
      return readResponse(source as Response, options);
    case 'Blob':
    case 'File':
      return readStream((source as Blob).stream(), options);
    case 'ReadableStream':
      return readStream(source as ReadableStream<Uint8Array>, options);
    default:
      return refuse('the source of the model', source, 'bytes, a URL, a Response, a ReadableStream or a Blob');
  }
};

const download = async (url: string, options: ReadOptions): Promise<Uint8Array> => {
  let response: Response;
  try {
    response = await fetch(url, { signal: options.signal ?? null });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new LoadError(`cannot fetch the model from ${shortened(url)}: ${reasonOf(url)}`, { cause: error });
  }
  return readResponse(response, options);
};

/** Why something cannot be fetched. */
const reasonOf = (url: string): string =>
  isBase64(url)
    ? "it is a file in base64, not a URL: write 'data:;base64,' before it, or give its bytes"
    : notFetched();

const readResponse = async (response: Response, options: ReadOptions): Promise<Uint8Array> => {
  if (!response.ok) {
    throw new LoadError(
      `cannot fetch the model from ${shortened(response.url) || 'the given Response'}: the server answered ${response.status} ${response.statusText}`,
    );
  }
  if (!response.body)
    throw new LoadError(`the response from ${shortened(response.url)} has no body, or its body was already read`);
  return readStream(response.body, options);
};

/**
 * Reads a stream to its end. The model's header states its length: a longer stream, or one that is not a model, is
 * not read any further; `readModel` then reports what is wrong.
 */
const readStream = async (
  stream: ReadableStream<Uint8Array>,
  { signal, onProgress }: ReadOptions,
): Promise<Uint8Array> => {
  if (stream.locked) throw new LoadError('the stream is locked: it is being read elsewhere, or was already read');
  const reader = stream.getReader();
  const abort = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener('abort', abort, { once: true });
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  let total = 0;
  try {
    for (;;) {
      const chunk = await nextChunk(reader, loaded, signal);
      if (!chunk) return join(chunks, loaded);
      chunks.push(chunk);
      loaded += chunk.length;
      if (loaded >= HEADER.end) total ||= declaredLength(join(chunks, loaded));
      onProgress?.({ phase: 'download', loaded, total });
      if (loaded >= HEADER.end && loaded > total) return join(chunks, loaded);
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    void reader.cancel().catch(() => {});
    reader.releaseLock();
  }
};

/** The next bytes, or undefined at the end. */
const nextChunk = async (
  reader: ReadableStreamDefaultReader<Uint8Array>,
  loaded: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> => {
  try {
    const { done, value } = await reader.read();
    signal?.throwIfAborted();
    return done ? undefined : value;
  } catch (error) {
    signal?.throwIfAborted();
    throw new LoadError(
      `the download of the model was interrupted after ${loaded} bytes: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
};

/** The length that a model's header states, or 0. */
const declaredLength = (head: Uint8Array): number =>
  head.length >= HEADER.end && MAGIC.every((byte, i) => head[i] === byte)
    ? new DataView(head.buffer, head.byteOffset).getUint32(HEADER.length, true)
    : 0;

const join = (chunks: readonly Uint8Array[], length: number): Uint8Array => {
  if (chunks.length === 1) return chunks[0]!;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
};

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
