// Downloaded models in the Cache Storage of a browser, or in a store of the application with the same methods.

import type { CacheOption, Entry, ModelCache, Store } from './store.js';

/** The name of the cache for `cache: true`. */
const NAME = 'groupwise';

/** Headers of stored responses. */
const [HASH, URL_HEADER, VERSION, LENGTH] = [
  'x-groupwise-sha256',
  'x-groupwise-url',
  'x-groupwise-version',
  'content-length',
] as const;

/** @throws {DOMException} if the browser forbids it, {ReferenceError} if it has none, as on pages without https */
export const openCacheStorage = async (cache: CacheOption): Promise<Store> =>
  storeOf(typeof cache === 'object' ? cache : await caches.open(typeof cache === 'string' ? cache : NAME));

const storeOf = (cache: ModelCache): Store => ({
  async get(key) {
    const response = await cache.match(key);
    if (!response) return undefined;
    const read = (name: string) => response.headers.get(name) ?? '';
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { bytes, hash: read(HASH), url: decodeURI(read(URL_HEADER)), version: read(VERSION) };
  },
  async put(key, entry) {
    await cache.put(key, responseOf(entry));
  },
  async prune(files, maxBytes) {
    if (!cache.keys || !cache.delete) return;
    const kept = new Set(files.map(({ key }) => key));
    const hashes = new Map(files.map(({ url, hash }) => [encodeURI(url), hash]));
    const names = (await cache.keys()).map((name) => (typeof name === 'string' ? name : name.url));
    let total = 0;
    for (const name of names.reverse()) {
      const headers = (await cache.match(name))?.headers;
      if (!headers?.has(HASH)) continue; // not ours: the application may keep other files there
      total += Number(headers.get(LENGTH));
      const current = hashes.get(headers.get(URL_HEADER)!) ?? headers.get(HASH);
      if (!kept.has(name) && (total > maxBytes || current !== headers.get(HASH))) await cache.delete(name);
    }
  },
});

const responseOf = ({ bytes, hash, url, version }: Entry): Response =>
  new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      'content-type': 'application/octet-stream',
      [LENGTH]: String(bytes.length),
      [HASH]: hash,
      [URL_HEADER]: encodeURI(url), // headers are Latin-1
      [VERSION]: version,
    },
  });
