// Reads a URL through a storage of what was downloaded before.

import type { LoadError } from '../../errors.js';
import { checkIntegrity } from './integrity.js';
import type { Entry, Store } from './store.js';

/** A download, as the cache sees it. */
export type Download = {
  /** The absolute URL. */
  url: string;
  signal: AbortSignal | undefined;
  /** The expected hash, if it is known. */
  integrity: string | undefined;
  /** Asks for it. @throws {LoadError} if there is no answer */
  open(headers?: Record<string, string>): Promise<Response>;
  /** The bytes of the answer. @throws {LoadError} if it is an error, is interrupted, or the hash differs */
  read(response: Response): Promise<Uint8Array>;
  /** Whether bytes are worth keeping: never a page of an error, or half a file. */
  isWhole(bytes: Uint8Array): boolean;
  /** @throws if a file of so many bytes is too large */
  check(bytes: number): void;
  /** Called in place of a download. */
  onStored(bytes: number): void;
};

/** Maximum bytes of all models in a storage. */
const MAX_BYTES = 2 ** 29;

/**
 * The bytes of a URL: from the storage if the hash is known and there, or if the server says that the file has not changed,
 * or cannot be reached. A storage that fails counts as empty.
 *
 * @throws {LoadError} if they are not in the storage and cannot be downloaded
 */
export const readCached = async (download: Download, opening: Promise<Store>): Promise<Uint8Array> => {
  const store = await unlessItFails(opening);
  if (!store) return download.read(await download.open());
  const key = keyOf(download);
  const stored = await unlessItFails(store.get(key).then((entry) => undamaged(entry, download)));
  const take = ({ bytes }: Entry): Uint8Array => {
    download.onStored(bytes.length);
    return bytes;
  };
  if (stored && download.integrity) return take(stored);
  try {
    const response = await download.open(stored && conditionsOf(stored.version));
    if (stored && isSame(stored, response)) {
      response.body?.cancel().catch(() => {});
      return take(stored);
    }
    const bytes = await download.read(response);
    await unlessItFails(keep(store, key, download, bytes, response));
    return bytes;
  } catch (error) {
    download.signal?.throwIfAborted(); // its reason may be anything
    if (stored && (error as LoadError).retryAfter !== undefined) return take(stored);
    throw error;
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

const keep = async (
  store: Store,
  key: string,
  download: Download,
  bytes: Uint8Array,
  response: Response,
): Promise<void> => {
  if (!download.isWhole(bytes) || /no-store/i.test(response.headers.get('cache-control') ?? '')) return;
  const { url } = download;
  const entry = { bytes, hash: await hashOf(bytes), url, version: versionOf(response) };
  try {
    await store.put(key, entry);
  } catch {
    await store.prune(key, url, 0); // there is no room
    await store.put(key, entry);
  }
  await store.prune(key, url, MAX_BYTES);
};
