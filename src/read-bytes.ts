// Reads the bytes of models and photos from URLs, responses, blobs and streams: only from where they may come, and never more
// of them than allowed.

import { bytesOf, isBase64, oneOf, tagOf, type Kind } from './arguments.js';
import { type ImageError, type LoadError, shortened } from './errors.js';
import { nextTask } from './next-task.js';

/** Where a model or photo may come from. */
export type SourceKind = 'bytes' | 'url' | 'path';

const ONE_KIND = oneOf(['bytes', 'url', 'path']);

/** The kind of the option `sources`. */
export const SOURCES: Kind = {
  expected: '"bytes", "url" or "path", or a list of these',
  fits: (value) => (Array.isArray(value) ? value.every(ONE_KIND.fits) : ONE_KIND.fits(value)),
};

/** Whether a string is a URL that is fetched. Engines fetch others too: Deno and Bun read file: URLs, Bun s3: URLs. */
export const isFetched = (text: string): boolean => /^(https?|data|blob):/i.test(text);

/** The schemes of URLs that are fetched. */
export const SCHEMES = 'http:, https:, data: and blob:';

/** The scheme of a URL that is neither fetched nor a file, such as `ftp:`; no letter of a drive. */
export const otherScheme = (text: string): string | undefined =>
  /^(?!https?:|file:)[a-z][\w+.-]+:(?=\/\/)/i.exec(text)?.[0];

/** What `fetch` takes a string for. It ignores spaces and control characters before a scheme and in it. */
export const kindOf = (text: string): SourceKind =>
  isFetched(text) || !/^[a-z][\w+.-]*:/i.test(text.replace(/[\0-\x20]+/g, '')) ? 'url' : 'path';

/** @throws an error of class `Failure` if the option `sources` does not allow a string or URL of this kind */
export const checkAllowed = (
  text: string,
  kind: SourceKind,
  sources: SourceKind | readonly SourceKind[] | undefined,
  Failure: typeof LoadError | typeof ImageError,
): void => {
  if (!sources || sources.includes(kind)) return;
  const scheme = otherScheme(text);
  const what = scheme ? `URL of scheme ${scheme} (only ${SCHEMES} are fetched)` : kind;
  throw new Failure(`${shortened(text)} is a ${what}, and option sources is '${sources}': pass the bytes of the file`);
};

/** What is read, and within which limits. */
export type Reading = {
  /** What messages call it, such as `the photo`. */
  what: string;
  /** The class of its errors. */
  Failure: typeof LoadError | typeof ImageError;
  /** Maximum number of bytes. */
  maxBytes: number;
  /** What a string or URL may be; default anything. */
  sources?: SourceKind | readonly SourceKind[] | undefined;
  /** Aborts the transfer. */
  signal?: AbortSignal | undefined;
  /** The most bytes that a file with these first bytes has; 0 if it is not of the expected kind. */
  lengthOf: (head: Uint8Array) => number;
  /** Called after every chunk; `total` is 0 while it is unknown. */
  onBytes?: ((loaded: number, total: number) => void) | undefined;
  /** What the last transfer brought, whole or not, and its answer: another try may go on there. */
  received?: Uint8Array;
  answer?: Response;
};

/** Default of `maxBytes` for models. */
export const MAX_MODEL_BYTES = 2 ** 30;

/** How many bytes `lengthOf` needs, and the first size of the buffer. */
const HEAD = 64;
const FIRST_SIZE = 65536;

/** @throws an error of the reading if it has more than `maxBytes` */
export const checkLength = (bytes: number, { what, Failure, maxBytes }: Omit<Reading, 'lengthOf'>): void => {
  if (bytes > maxBytes) throw new Failure(`${what} has ${bytes} bytes or more; maxBytes is ${maxBytes}`);
};

/**
 * The bytes of a source that has to be read, undefined for any other value. A file whose first bytes are of another kind
 * is not read to its end: the caller gets its beginning, and says what it is.
 *
 * @throws an error of the reading if the source cannot be read, is not allowed or too long; the reason of its signal
 */
export const readBytes = async (source: unknown, reading: Reading): Promise<Uint8Array | undefined> => {
  const kind = tagOf(source);
  if (typeof source === 'string') return readResponse(await fetchResponse(source, reading), reading);
  if (kind === 'URL') return readResponse(await fetchResponse((source as URL).href, reading), reading);
  if (kind === 'Response') return readResponse(source as Response, reading);
  if (kind === 'ReadableStream') return readStream(source as ReadableStream<Uint8Array>, reading);
  if (kind !== 'Blob' && kind !== 'File') return undefined;
  checkLength((source as Blob).size, reading);
  return readStream((source as Blob).stream(), reading);
};

/**
 * Fetches a URL.
 *
 * @param reasonOf why it failed, in words
 * @param init more options of `fetch`
 * @throws as `readBytes`
 */
export const fetchResponse = async (
  url: string,
  reading: Omit<Reading, 'lengthOf'>,
  reasonOf = pageReason,
  init?: RequestInit,
): Promise<Response> => {
  const { what, Failure, sources, signal } = reading;
  checkAllowed(url, kindOf(url), sources, Failure);
  // it is longer than what it holds, and fetching a longer one would copy it several times
  if (/^data:/i.test(url)) checkLength(Math.floor(url.length * 0.75), reading);
  let cause;
  try {
    // a page would ask its own server for a name in base64
    if (!isBase64(url)) return await fetch(url, { signal: signal ?? null, ...init });
  } catch (error) {
    signal?.throwIfAborted();
    cause = error;
  }
  const cure = cureOf(url);
  const message = `cannot fetch ${what} from ${shortened(url)}: ${cure ?? reasonOf(cause)}`;
  // the message of the cause would repeat the password
  const failure = new Failure(message, hasPassword(url) ? {} : { cause });
  throw cure ? failure : temporary(failure);
};

/** Seconds of a Retry-After header: a number or a date. */
const secondsOf = (text: string): number =>
  /\D/.test(text) ? Math.max(0, (Date.parse(text) - Date.now()) / 1000) || 0 : Number(text);

/** Marks an error after which another try may help, after so many seconds. */
const temporary = <Failure extends Error>(error: Failure, retryAfter = 0): Failure =>
  Object.assign(error, { retryAfter });

const hasPassword = (url: string): boolean => /^https?:[\\/]*[^\\/?#]*@/i.test(url.trim());

const cureOf = (url: string): string | undefined => {
  if (isBase64(url)) return "it is a file in base64, not a URL: write 'data:;base64,' before it, or give its bytes";
  if (/^file:/i.test(url)) return "only 'groupwise/node' reads files by URL; in a page let its user choose the file";
  if (hasPassword(url)) return 'it has a password: fetch it with a header, and pass the Response';
  if (/^blob:/i.test(url)) return 'the blob: URL was revoked, or is of another page';
  return /^data:/i.test(url) ? 'the data: URL is malformed' : undefined;
};

/** The innermost cause of an error. */
export const rootOf = (error: unknown): Error & { code?: string } => {
  const { cause } = error as Error;
  return cause ? rootOf(cause) : (error as Error);
};

/** Why a well-formed URL cannot be fetched, as far as pages are told, and the cure where there is one. */
const pageReason = (error: unknown): string => {
  if (globalThis.navigator?.onLine === false) return 'the device is offline';
  const reason = 'the URL is invalid, the server cannot be reached, or it sends no Access-Control-Allow-Origin (CORS)';
  if (typeof location === 'object' && location.protocol === 'file:')
    return `${reason}. A page opened as a file cannot fetch: serve it over http`;
  if (typeof document === 'object') return reason;
  return `${reason}. To read a file by its path, use 'groupwise/node' (${rootOf(error).message})`;
};

/** What helps after an answer of a server. */
const cureFor = (status: number): string => {
  if (status === 206) return ', a part of the file: ask for all of it';
  if (status === 401 || status === 403) return ': fetch it with what the server asks for, and pass the Response';
  if (status === 404 || status === 410) return ': check the URL';
  return status === 429 || status > 499 ? ': try again later' : '';
};

const readResponse = async (response: Response, reading: Reading): Promise<Uint8Array> => {
  const { what, Failure } = reading;
  const { ok, status, statusText, headers, body, url, type } = response;
  try {
    const from = shortened(url) || 'the given Response';
    if (type === 'opaque') throw new Failure(`${from} is opaque: fetch it without mode 'no-cors'`);
    if (!ok || status === 206) {
      const answer = `${status} ${shortened(statusText)}`.trim();
      const failure = new Failure(`cannot fetch ${what} from ${from}: the server answered ${answer}${cureFor(status)}`);
      throw status === 429 || status > 499 ? temporary(failure, secondsOf(headers.get('retry-after') ?? '')) : failure;
    }
    if (!body || response.bodyUsed)
      throw new Failure(`${from} has no body, or its body was already read: pass a clone of it`);
    checkLength(Number(headers.get('content-length')), reading);
    reading.answer = response;
    return await readStream(body, reading);
  } catch (error) {
    // otherwise the connection stays open
    body?.cancel().catch(() => {});
    throw error;
  }
};

const readStream = async (stream: ReadableStream<Uint8Array>, reading: Reading): Promise<Uint8Array> => {
  const { Failure, maxBytes, signal, lengthOf, onBytes } = reading;
  if (stream.locked) throw new Failure('the stream is locked: it is being read elsewhere, or was already read');
  const reader = stream.getReader();
  const abort = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener('abort', abort, { once: true });
  let bytes = new Uint8Array(FIRST_SIZE);
  let loaded = 0;
  let length: number | undefined;
  try {
    for (let chunks = 1; ; chunks++) {
      // a stream that always has a chunk ready would keep timers, and so signals, from their turn
      if (chunks % 4096 === 0) await nextTask();
      const chunk = await nextChunk(reader, loaded, reading);
      if (!chunk) return bytes.subarray(0, loaded);
      checkLength(loaded + chunk.length, reading);
      bytes = withRoom(bytes, loaded + chunk.length, length ?? maxBytes);
      bytes.set(chunk, loaded);
      loaded += chunk.length;
      if (loaded >= HEAD) length ??= lengthOf(bytes.subarray(0, loaded));
      checkLength(length ?? 0, reading);
      if (loaded > length!) return bytes.subarray(0, loaded);
      onBytes?.(loaded, length ?? 0);
    }
  } finally {
    reading.received = bytes.subarray(0, loaded);
    signal?.removeEventListener('abort', abort);
    reader.cancel().catch(() => {});
    reader.releaseLock();
  }
};

/** A buffer with room for `needed` bytes: twice as large as before, where that is at most `most`. */
const withRoom = (bytes: Uint8Array<ArrayBuffer>, needed: number, most: number): Uint8Array<ArrayBuffer> => {
  if (needed <= bytes.length) return bytes;
  const larger = new Uint8Array(Math.max(needed, Math.min(2 * bytes.length, most)));
  larger.set(bytes);
  return larger;
};

/** The next bytes, or undefined at the end. */
const nextChunk = async (
  reader: ReadableStreamDefaultReader<Uint8Array>,
  loaded: number,
  { what, Failure, signal }: Reading,
): Promise<Uint8Array | undefined> => {
  try {
    const { done, value } = await reader.read();
    signal?.throwIfAborted();
    return done ? undefined : bytesOf('a chunk of the stream', value);
  } catch (cause) {
    signal?.throwIfAborted();
    throw temporary(
      new Failure(`reading ${what} was interrupted after ${loaded} bytes: ${rootOf(cause).message}`, { cause }),
    );
  }
};
