// Files that commands write; `-` is standard output.

import { access, constants, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { LoadError } from '../errors.js';
import { makeFolder as makeLevels } from '../node/make-folder.js';
import { reasonOf } from '../node/reason.js';
import { nameOf, STANDARD } from './files.js';
import { checkNoInput } from './files-read.js';
import { UsageError } from './options.js';
import { complain, noteWritten } from './output.js';

const WRITE_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  EEXIST: 'it is a file',
};

const unwritable = (path: string, error: unknown): LoadError => {
  const { code, path: named } = error as NodeJS.ErrnoException;
  const reason = named === '' ? reasonOf(error) : (WRITE_REASONS[code ?? ''] ?? reasonOf(error));
  return new LoadError(`cannot write ${nameOf(path)}: ${reason}`, { cause: error });
};

/** Ends the process when its output cannot be written: silently if nobody reads it any more, as after `| head`. */
export const endWithStandardOutput = (): void => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    complain(`groupwise: ${unwritable('standard output', error).message}`);
    process.exit(1);
  });
};

/** Runs `work` to completion before a signal can end the process, so that no file is left half written. */
const uninterrupted = async (work: () => Promise<void>): Promise<void> => {
  let caught: NodeJS.Signals | undefined;
  const hold = (signal: NodeJS.Signals) => void (caught = signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, hold);
  try {
    await work();
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, hold);
    if (caught) process.kill(process.pid, caught);
  }
};

/** Writes a file. @throws {LoadError} with the reason if it cannot be written, {UsageError} if it is an input */
export const writeOutput = async (path: string, bytes: Uint8Array): Promise<void> => {
  if (path === STANDARD) {
    // never done if it fails: then `endWithStandardOutput` ends the process
    await new Promise<void>((done) => process.stdout.write(bytes, (error) => (error ? undefined : done())));
    return;
  }
  await uninterrupted(async () => {
    await checkOutput(path);
    await writeFile(path, bytes).catch((error: unknown) => {
      throw unwritable(path, error);
    });
  });
};

/** Writes a page for browsers, and says so. @throws as `writeOutput` */
export const writePage = async (path: string, page: string): Promise<void> => {
  const bytes = new TextEncoder().encode(page);
  await writeOutput(path, bytes);
  if (path !== STANDARD) noteWritten(path, bytes);
};

/** @throws {UsageError} if more than one option writes to standard output: options that are false do not */
export const checkStandardOutput = (options: Readonly<Record<string, boolean | undefined>>): void => {
  const [first, second] = Object.keys(options).filter((name) => options[name]);
  if (second !== undefined) throw new UsageError(`${first} and ${second} cannot both go to standard output`);
};

/** @throws {UsageError} if `-o` and `--html` name the same file */
export const checkPage = (output: string, html: string | undefined): void => {
  if (html !== undefined && html !== STANDARD && resolve(html) === resolve(output))
    throw new UsageError(`-o and --html both name ${nameOf(output)}: give the page another name`);
};

/**
 * Call this once the inputs are open, so that a wrong output is refused before any work; writes nothing.
 *
 * @throws {LoadError} if a file cannot be written, {UsageError} if it is an input
 */
export const checkOutput = async (path: string): Promise<void> => {
  if (path === STANDARD) return;
  await checkNoInput(path, nameOf(path));
  try {
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    await access(found ? path : dirname(path), constants.W_OK);
  } catch (error) {
    throw unwritable(path, error);
  }
};

/**
 * Creates a folder and its missing parents. @throws {LoadError} with the folder that cannot be created and the reason
 */
export const makeFolder = async (path: string): Promise<void> => {
  try {
    await makeLevels(resolve(path));
  } catch (error) {
    const { code, path: level = path } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT'
      ? new LoadError(`cannot write ${nameOf(level)}: this file system does not allow new folders`, { cause: error })
      : unwritable(level, error);
  }
};
