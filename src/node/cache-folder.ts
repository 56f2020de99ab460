// Downloaded models in a folder, for Node, Deno and Bun. Several processes may use it at once.

import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir, platform } from 'node:os';
import { join, resolve } from 'node:path';
import { openCacheStorage } from '../runtime/loading/cache-storage.js';
import type { CacheOption, Entry, Store } from '../runtime/loading/store.js';
import { makeFolder } from './make-folder.js';

/** The folder for caches of applications, as the system defines it. */
const standardFolder = (): string => {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (platform() === 'win32') return LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Caches');
  return XDG_CACHE_HOME || join(homedir(), '.cache');
};

/** The store that the option `cache` names: a folder in the one for caches, or a folder by its absolute path. */
export const openCacheFolder = async (cache: CacheOption): Promise<Store> => {
  if (typeof cache === 'object') return openCacheStorage(cache);
  const folder = resolve(standardFolder(), 'groupwise', typeof cache === 'string' ? cache : 'models');
  await makeFolder(folder);
  return storeIn(folder);
};

/** Files end so; before they are complete they have another name. */
const EXTENSION = '.cached';

/** Milliseconds after which an incomplete file is one that a process left when it ended. */
const MAX_WRITING = 3_600_000;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** Names show neither URLs nor the secrets in them. */
const nameOf = (key: string, url: string): string => `${digest(url)}-${digest(key)}${EXTENSION}`;

const storeIn = (folder: string): Store => {
  let listed: Promise<string[]> | undefined; // once for all files of a load
  const find = async (key: string): Promise<string | undefined> =>
    (await (listed ??= readdir(folder))).find((name) => name.endsWith(`-${digest(key)}${EXTENSION}`));
  return {
    async get(key) {
      const name = await find(key);
      if (!name) return undefined;
      const path = join(folder, name);
      const entry = decode(await readFile(path));
      await utimes(path, new Date(), new Date()).catch(() => {}); // the last one used is removed last
      return entry;
    },
    async put(key, entry) {
      const path = join(folder, nameOf(key, entry.url));
      const incomplete = join(folder, `${randomUUID()}.incomplete`);
      try {
        await writeFile(incomplete, encode(entry));
        await rename(incomplete, path); // readers see the old file or the new one, never a part of it
      } finally {
        await rm(incomplete, { force: true });
      }
    },
    async prune(files, maxBytes) {
      const kept = new Set(files.map(({ key, url }) => nameOf(key, url)));
      const keys = new Set(files.map(({ key }) => digest(key)));
      const hashes = new Map(files.map(({ url, hash }) => [digest(url), hash]));
      /** Whether a file is another copy of these files, or another version of them. */
      const isReplaced = async (name: string): Promise<boolean> => {
        const [url, key] = name.split(/[-.]/) as [string, string];
        if (keys.has(key)) return true;
        return hashes.has(url) && hashes.get(url) !== (await storedHash(join(folder, name)));
      };
      const found = await Promise.all((await readdir(folder)).map((name) => measure(folder, name)));
      let total = 0;
      for (const { name, bytes, used } of found.sort((a, b) => b.used - a.used)) {
        const isOld = name.endsWith(EXTENSION)
          ? (total += bytes) > maxBytes || (!kept.has(name) && (await isReplaced(name)))
          : name.endsWith('.incomplete') && Date.now() - used > MAX_WRITING;
        if (isOld && !kept.has(name)) await rm(join(folder, name), { force: true });
      }
    },
  };
};

/** The hash of a stored file; undefined if it is damaged, or another process has removed it. */
const storedHash = (path: string): Promise<string | undefined> =>
  readFile(path)
    .then((file) => decode(file).hash)
    .catch(() => undefined);

const measure = async (folder: string, name: string): Promise<{ name: string; bytes: number; used: number }> => {
  const found = await stat(join(folder, name)).catch(() => undefined); // another process may have removed it
  return { name, bytes: found?.size ?? 0, used: found?.mtimeMs ?? 0 };
};

/** A line of JSON, then the bytes, which begin at a multiple of 64: models are read without being copied. */
const encode = ({ bytes, ...rest }: Entry): Buffer => {
  const line = JSON.stringify(rest);
  return Buffer.concat([Buffer.from(`${line.padEnd(Math.ceil((line.length + 1) / 64) * 64 - 1)}\n`), bytes]);
};

const decode = (file: Buffer): Entry => {
  const end = file.indexOf('\n');
  const { hash, url, version } = JSON.parse(file.toString('utf8', 0, end)) as Omit<Entry, 'bytes'>;
  return { bytes: new Uint8Array(file.buffer, file.byteOffset + end + 1, file.length - end - 1), hash, url, version };
};
