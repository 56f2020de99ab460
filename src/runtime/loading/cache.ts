// Reads URLs through a store of what was downloaded before.

import { untilAborted } from '../../arguments.js';
import type { LoadError } from '../../errors.js';
import { checkIntegrity } from './integrity.js';
import type { Entry, Store, StoredFile } from './store.js';

/** A download, as the cache sees it. */
export type Download = {
  /** The absolute URL. */
  url: string;
  signal: AbortSignal | undefined;
  /** The expected hash, if it is known. */
  integrity: string | undefined;
  /** Asks for it. @throws {LoadError} if there is no answer; the reason of a signal, which is `signal` unless another is given */
  open(headers?: Record<string, string>, signal?: AbortSignal): Promise<Response>;
  /** The bytes of the answer. @throws {LoadError} if it is an error, is interrupted, or the hash differs */
  read(response: Response): Promise<Uint8Array>;
  /** Whether bytes are worth keeping: never a page of an error, or half a file. */
  isWhole(bytes: Uint8Array): boolean;
  /** @throws if a file of so many bytes is too large */
  check(bytes: number): void;
  /** Called in place of a download. */
  onStored(bytes: number): void;
};

/** Maximum bytes of all models in a store. */
const MAX_BYTES = 2 ** 29;

/** Milliseconds that a server has to begin its answer where a stored file can be used instead. */
const MAX_WAIT = 10_000;

/**
 * The files of one load, which are read through a store: a model, or its parts and their index. A store that fails counts
 * as empty.
 */
export class CachedFiles {
  readonly #open: () => Promise<Store>;
  readonly #files: StoredFile[] = [];
  #opening: Promise<Store | undefined> | undefined;
  #hasNew = false;

  /** @param open opens the store, when the first file is read */
  constructor(open: () => Promise<Store>) {
    this.#open = open;
  }

  /**
   * The bytes of a file: from the store if the hash is known and there, or if the server says that the file has not changed,
   * cannot be reached, or does not answer in time.
   *
   * @throws {LoadError} if they are not in the store and cannot be downloaded; the reason of the signal
   */
  async read(download: Download): Promise<Uint8Array> {
    const { signal } = download;
    const store = await untilAborted((this.#opening ??= unlessItFails(this.#open())), signal);
    if (!store) return download.read(await download.open());
    const key = keyOf(download);
    const getting = store.get(key).then((entry) => undamaged(entry, download));
    const stored = await untilAborted(unlessItFails(getting), signal);
    if (stored) this.#files.push({ key, url: stored.url, hash: stored.hash });
    const take = ({ bytes }: Entry): Uint8Array => {
      download.onStored(bytes.length);
      return bytes;
    };
    if (stored && download.integrity) return take(stored);
    try {
      const response = await (stored ? answerInTime(download, stored.version) : download.open());
      if (stored && (!response || isSame(stored, response))) {
        response?.body?.cancel().catch(() => {});
        return take(stored);
      }
      const bytes = await download.read(response!);
      await untilAborted(unlessItFails(this.#keep(store, key, download, bytes, response!)), signal);
      return bytes;
    } catch (error) {
      signal?.throwIfAborted(); // its reason may be anything
      if (stored && (error as LoadError).retryAfter !== undefined) return take(stored);
      throw error;
    }
  }

  /** Removes old versions of the files, and the oldest ones if there is too much, unless nothing new was stored. */
  async prune(signal: AbortSignal | undefined): Promise<void> {
    const store = await this.#opening;
    if (store && this.#hasNew) await untilAborted(unlessItFails(store.prune(this.#files, MAX_BYTES)), signal);
  }

  async #keep(store: Store, key: string, download: Download, bytes: Uint8Array, response: Response): Promise<void> {
    if (!download.isWhole(bytes) || /no-store/i.test(response.headers.get('cache-control') ?? '')) return;
    const { url } = download;
    const entry = { bytes, hash: await hashOf(bytes), url, version: versionOf(response) };
    this.#files.push({ key, url, hash: entry.hash });
    try {
      await store.put(key, entry);
    } catch {
      await store.prune(this.#files, 0); // there is no room
      await store.put(key, entry);
    }
    this.#hasNew = true;
  }
}

/** What a server answers to the question whether a file has changed; undefined if it does not answer in time. */
const answerInTime = async ({ open, signal }: Download, version: string): Promise<Response | undefined> => {
  const ending = new AbortController();
  const abort = () => ending.abort(signal!.reason);
  signal?.addEventListener('abort', abort);
  const timer = setTimeout(() => ending.abort(), MAX_WAIT);
  try {
    return await open(conditionsOf(version), ending.signal);
  } catch (error) {
    if (ending.signal.aborted && !signal?.aborted) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
};

/** Files whose hash is known have the same key wherever they come from. Browsers take keys that are URLs only. */
const keyOf = ({ url, integrity }: Download): string =>
  integrity ? `https://groupwise.invalid/${encodeURIComponent(integrity)}` : url.replace(/#.*$/s, '');

const unlessItFails = <Result>(work: Promise<Result>): Promise<Result | undefined> => work.catch(() => undefined);

/** An entry, unless its bytes have changed since it was written, or are not the expected ones. */
const undamaged = async (entry: Entry | undefined, { integrity, check }: Download): Promise<Entry | undefined> => {
  if (!entry || entry.hash !== (await hashOf(entry.bytes))) return undefined;
  if (integrity) await checkIntegrity(entry.bytes, integrity);
  check(entry.bytes.length);
  return entry;
};

const hashOf = async (bytes: Uint8Array): Promise<string> => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
};

const versionOf = ({ headers }: Response): string => headers.get('etag') ?? headers.get('last-modified') ?? '';

/** Headers that ask whether a version is still the newest one. */
const conditionsOf = (version: string): Record<string, string> => {
  if (!version) return {};
  return /^(W\/)?"/.test(version) ? { 'if-none-match': version } : { 'if-modified-since': version };
};

/** Whether an answer says that the stored version is the newest one. */
const isSame = (stored: Entry, response: Response): boolean =>
  response.status === 304 || (response.ok && stored.version !== '' && versionOf(response) === stored.version);
