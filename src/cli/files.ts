// Files named on the command line; `-` is the standard input or output.

import { readFile, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { LoadError } from '../errors.js';
import { UsageError } from './options.js';

/** The name that stands for the standard input and output. */
export const STANDARD = '-';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
  ENOTDIR: 'a part of its path is no folder',
};

/** The same bytes without the methods of a Buffer, whose `slice` does not copy. */
const plainBytes = ({ buffer: memory, byteOffset, length }: Buffer): Uint8Array => new Uint8Array(memory, byteOffset, length);

let standardInputRead = false;

const readStandardInput = async (): Promise<Uint8Array> => {
  if (standardInputRead) throw new UsageError('only one file can be the standard input');
  standardInputRead = true;
  return plainBytes(await buffer(process.stdin));
};

/** The bytes of a file. @throws {LoadError} that says why it cannot be read */
export const readInput = async (path: string): Promise<Uint8Array> => {
  if (path === STANDARD) return readStandardInput();
  try {
    return plainBytes(await readFile(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new LoadError(`cannot read ${path}: ${REASONS[code ?? ''] ?? message}`, { cause: error });
  }
};

/** The text of a file. @throws {LoadError} as `readInput` */
export const readText = async (path: string): Promise<string> =>
  new TextDecoder().decode(await readInput(path)); // without the byte order mark

/** The value of a JSON file. @throws {LoadError} if it is none */
export const readJson = async (path: string): Promise<unknown> => parseJson(await readText(path), path);

/** The value of JSON text. @throws {LoadError} that names the file */
export const parseJson = (text: string, path: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LoadError(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
};

/** Writes a file. @throws {LoadError} that says why it cannot be written */
export const writeOutput = async (path: string, bytes: Uint8Array): Promise<void> => {
  if (path === STANDARD) {
    await new Promise<void>((done, fail) => process.stdout.write(bytes, (error) => (error ? fail(error) : done())));
    return;
  }
  try {
    await writeFile(path, bytes);
  } catch (error) {
    throw new LoadError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
};
