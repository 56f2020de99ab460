// The files of a set, and limits on them.

import { SetError } from './set-error.js';

/** Maximum size of a file that is read, in bytes. It also limits what an archive entry unpacks to. */
export const MAX_FILE_BYTES = 2 ** 26;

/** Maximum number of files in a set. */
export const MAX_FILES = 2 ** 22;

/** Maximum size of a path in an archive, in bytes; operating systems have lower limits. */
export const MAX_PATH_BYTES = 2 ** 12;

/** A file of a set, with its path (parts joined by `/`): its bytes, or the reason why they cannot be read. */
export type StoredFile = { path: string; bytes: Uint8Array<ArrayBuffer> } | { path: string; reason: string };

/** The files of a set. */
export type Files = {
  /** Paths of all files, in any order. */
  paths: readonly string[];
  /** Reads these files one at a time, each once, in any order. */
  read: (wanted: ReadonlySet<string>) => AsyncIterable<StoredFile>;
};

/** The reason why a file of more than `MAX_FILE_BYTES` is not read. */
export const tooLarge = (bytes: number): string => `the file has ${bytes} bytes; the limit is ${MAX_FILE_BYTES}`;

/** Maximum number of characters of a path in a message. */
const MAX_NAME = 100;

/** A path in a message. */
export const nameOf = (path: string): string => `'${path.length > MAX_NAME ? `…${path.slice(1 - MAX_NAME)}` : path}'`;

/** @throws {SetError} if the path of an entry has too many bytes */
export const checkPathLength = (bytes: number, entry: number): void => {
  if (bytes > MAX_PATH_BYTES)
    throw new SetError(
      `entry ${entry} of the archive has a path of ${bytes} bytes; the limit is ${MAX_PATH_BYTES}: pack the set again with shorter paths`,
    );
};

/** The entries of an archive by path, without a leading `./`. */
export class Entries<Entry> {
  private readonly known = new Map<string, Entry>();

  /**
   * Adds an entry. @returns its path in normal form
   *
   * @throws {SetError} if it leads outside the archive or is a duplicate, or if there are too many
   */
  add(name: string, entry: Entry): string {
    const path = name.replace(/^(\.\/+)+/, '').replace(/\/{2,}/g, '/');
    if (/^([/\\]|[a-z]:)/i.test(path) || path.split(/[/\\]/).includes('..')) {
      throw new SetError(
        `the archive has the path ${nameOf(name)}, which leads outside it: pack the set again with relative paths`,
      );
    }
    if (this.known.has(path)) throw new SetError(`the archive contains ${nameOf(path)} twice: pack the set again`);
    if (this.known.size >= MAX_FILES) throw new SetError(`the set has more than ${MAX_FILES} files`);
    this.known.set(path, entry);
    return path;
  }

  /** All paths. */
  get paths(): string[] {
    return [...this.known.keys()];
  }

  /** The paths among these that there are, with their entries, in the order of the archive. */
  *among(wanted: ReadonlySet<string>): Iterable<[path: string, entry: Entry]> {
    for (const [path, entry] of this.known) if (wanted.has(path)) yield [path, entry];
  }
}
