// Where downloaded models are kept.

import type { Platform } from '../../platform.js';

/** A store of downloaded models: what `caches.open(name)` returns, or an object with these of its methods. */
export type ModelCache = {
  /** The response that was put for a URL. */
  match(url: string): Promise<Platform<'Response'> | undefined>;
  /** Keeps a response, in place of an earlier one for the same URL. */
  put(url: string, response: Platform<'Response'>): Promise<unknown>;
  /** Removes the response for a URL. */
  delete?(url: string): Promise<unknown>;
  /** The URLs, or requests for them, from the oldest to the newest; without it, old versions are not removed. */
  keys?(): Promise<readonly (string | { readonly url: string })[]>;
};

/** The option `cache`. */
export type CacheOption = boolean | string | ModelCache;

/** A file in a store. */
export type Entry = {
  bytes: Uint8Array;
  /** SHA-256 of the bytes. */
  hash: string;
  /** From where it was downloaded. */
  url: string;
  /** Its version, as the server names it: ETag, or the date of the last change. */
  version: string;
};

/** What names an entry: its key, from where it was downloaded, and the hash of its bytes. */
export type StoredFile = { key: string } & Pick<Entry, 'url' | 'hash'>;

/** An open store. All methods may fail: a disk may be full, a browser may forbid it. It is opened for one load. */
export type Store = {
  get(key: string): Promise<Entry | undefined>;
  put(key: string, entry: Entry): Promise<void>;
  /** Removes other versions of files, and then the oldest entries until at most `maxBytes` are left; never these files. */
  prune(files: readonly StoredFile[], maxBytes: number): Promise<void>;
};
