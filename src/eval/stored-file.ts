// The files of a set, and limits on them.

import { SetError } from './set-error.js';

/** Maximum size of a file that is read, in bytes. It also limits what an archive entry unpacks to. */
export const MAX_FILE_BYTES = 2 ** 26;

/** Maximum number of files in a set. */
export const MAX_FILES = 2 ** 22;

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

/** The paths of an archive, without a leading `./`. */
export class PathList {
  private readonly known = new Set<string>();

  /**
   * Adds a path and returns its normal form.
   *
   * @throws {SetError} if it leads outside the archive or is a duplicate, or if there are too many
   */
  add(name: string): string {
    const path = name.replace(/^(\.\/+)+/, '').replace(/\/{2,}/g, '/');
    if (/^([/\\]|[a-z]:)/i.test(path) || path.split(/[/\\]/).includes('..')) {
      throw new SetError(
        `the archive has the path '${name}', which leads outside it: pack the set again with relative paths`,
      );
    }
    if (this.known.has(path)) throw new SetError(`the archive contains '${path}' twice: pack the set again`);
    if (this.known.size >= MAX_FILES) throw new SetError(`the set has more than ${MAX_FILES} files`);
    this.known.add(path);
    return path;
  }

  /** All paths. */
  get paths(): string[] {
    return [...this.known];
  }
}
