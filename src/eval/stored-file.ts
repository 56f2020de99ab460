// Files of a set, and the bounds within which they are read.

import { SetError } from './set-error.js';

/** Bytes of the largest file that is read; at most this much of a picture is in memory, whatever an archive unpacks to. */
export const MOST_BYTES = 2 ** 26;

/** Most files of a set. */
export const MOST_FILES = 2 ** 22;

/** A file of a set with its path, whose parts are joined by `/`: its bytes, or why it has none. */
export type StoredFile = { path: string; bytes: Uint8Array<ArrayBuffer> } | { path: string; reason: string };

/** The files of a set. */
export type Files = {
  /** Paths of all files, in an order of their own. */
  paths: readonly string[];
  /** Reads these files, each once, one after the other in an order of their own. */
  read: (wanted: ReadonlySet<string>) => AsyncIterable<StoredFile>;
};

/** Why a file of more than `MOST_BYTES` is not read. */
export const tooLarge = (bytes: number): string => `the file has ${bytes} bytes; at most ${MOST_BYTES} are read`;

/**
 * Paths of an archive as they are compared: without `./` in front.
 *
 * @throws {SetError} if one leads out of the archive, is there twice, or there are too many
 */
export class PathList {
  private readonly known = new Set<string>();

  /** Takes a path and returns it in the form in which it is compared. */
  add(name: string): string {
    const path = name.replace(/^(\.\/+)+/, '').replace(/\/{2,}/g, '/');
    if (/^([/\\]|[a-z]:)/i.test(path) || path.split(/[/\\]/).includes('..')) {
      throw new SetError(
        `the archive has the path '${name}', which leads out of it: pack the set again with relative paths`,
      );
    }
    if (this.known.has(path)) throw new SetError(`the archive has '${path}' twice: pack the set again`);
    if (this.known.size >= MOST_FILES) throw new SetError(`the set has more than ${MOST_FILES} files`);
    this.known.add(path);
    return path;
  }

  /** All paths. */
  get paths(): string[] {
    return [...this.known];
  }
}
