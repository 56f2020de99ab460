// Files that the command line names and commands read; `-` is standard input.

import { createReadStream } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { ArgumentError, FormatError, LoadError, escaped } from '../errors.js';
import { isText } from '../converter/onnx/protobuf.js';
import { describeBytes, networkFormat, showStart } from '../file-kinds.js';
import { cureOfPart } from '../format/part-name.js';
import { parseIndex } from '../format/parts-index.js';
import { readModelFile } from '../node/paths.js';
import { reasonOf } from '../node/reason.js';
import { shorten } from '../report/text.js';
import { rememberInput } from './files-read.js';
import { note } from './output.js';
import { UsageError } from './options.js';

/** The name of standard input and output. */
export const STANDARD = '-';

/** Maximum number of characters of a path in a message. */
const MAX_NAME = 150;

/** A file in a sentence. */
export const nameOf = (path: string): string =>
  path === STANDARD ? 'standard input' : shorten(escaped(path), MAX_NAME) || "''";

/** Options whose values are files, and whose contents may not fit the file that they are for. */
type OptionFiles = { labels?: string; preprocess?: string };

/** The option that an error is about, with its file. */
const optionOf = (error: Error, files: OptionFiles): string | undefined => {
  if (!(error instanceof ArgumentError)) return undefined;
  const [option] = /^(labels|preprocess)\b/.exec(error.argument ?? '') ?? [];
  const file = option && files[option as keyof OptionFiles];
  return file && `--${option} ${nameOf(file)}`;
};

/** Runs `work` on a file; messages of errors begin with the file's name, or with the option that is wrong. */
export const naming = async <T>(path: string, work: () => T | Promise<T>, options: OptionFiles = {}): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && !(error instanceof UsageError))
      error.message = `${optionOf(error, options) ?? nameOf(path)}: ${error.message}${error instanceof FormatError ? cureOfPart(path) : ''}`;
    throw error;
  }
};

/** The same bytes as a plain Uint8Array: the `slice` of a Buffer does not copy. */
const plainBytes = ({ buffer: memory, byteOffset, length }: Buffer): Uint8Array =>
  new Uint8Array(memory, byteOffset, length);

let standardInputRead = false;

const TWICE = 'only one file can be standard input';

/** @throws {UsageError} if more than one file is standard input */
export const checkStandardInput = (paths: readonly (string | undefined)[]): void => {
  if (paths.filter((path) => path === STANDARD).length > 1) throw new UsageError(TWICE);
};

/** Maximum size of the file of a network or array, in bytes. */
export const MAX_NETWORK_BYTES = 2 ** 31;

/** Maximum size of a text file, in bytes. */
const MAX_TEXT_BYTES = 2 ** 26;

/** Bytes that show what a file is. */
const HEAD = 512;

/** Waiting for a pipe or a terminal this long, in milliseconds, is worth a note. */
const SILENCE = 2000;

/** Maximum number of bytes that are read at once; Node takes no 2^31. */
const MAX_CHUNK = 2 ** 30;

/**
 * The most bytes that a file with this beginning may have; 0 for a file of another kind, of which only the beginning is read, so
 * that an error can say what it is.
 */
export type Bound = (head: Uint8Array) => number;

let waiting = 0;

/** Whether a pipe or terminal is being read: Node cannot end while it opens a pipe that nobody writes to. */
export const isWaiting = (): boolean => waiting > 0;

/** The bytes of a stream. @throws {LoadError} as soon as there are too many */
const readStream = async (path: string, stream: Readable, bound: Bound): Promise<Uint8Array> => {
  const timer = setTimeout(() => note(`groupwise: waiting for ${nameOf(path)}`), SILENCE);
  const chunks: Buffer[] = [];
  let total = 0;
  let most: number | undefined;
  waiting++;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      clearTimeout(timer);
      chunks.push(chunk);
      total += chunk.length;
      if (total >= HEAD) most ??= bound(Buffer.concat(chunks));
      if (most === 0) break;
      if (total > most!) throw new LoadError(`${nameOf(path)} has more than ${most} bytes; at most that many are read`);
    }
  } finally {
    waiting--;
    clearTimeout(timer);
  }
  return plainBytes(Buffer.concat(chunks, total));
};

const readStandardInput = async (bound: Bound): Promise<Uint8Array> => {
  if (standardInputRead) throw new UsageError(TWICE);
  standardInputRead = true;
  const bytes = await readStream(STANDARD, process.stdin, bound);
  if (!bytes.length) throw new LoadError('standard input is empty');
  return bytes;
};

/** The first `size` bytes of a file, even if it grows meanwhile. */
const readUpTo = async (file: FileHandle, size: number): Promise<Uint8Array> => {
  const bytes = new Uint8Array(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await file.read(bytes, length, Math.min(size - length, MAX_CHUNK), length);
    if (!bytesRead) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
};

const readRegular = async (path: string, bound: Bound): Promise<Uint8Array> => {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    const head = buffer.subarray(0, bytesRead);
    const most = bound(head);
    if (!most) return plainBytes(head);
    if (size > most) throw new LoadError(`${nameOf(path)} has ${size} bytes; at most ${most} are read`);
    return await readUpTo(file, size);
  } finally {
    await file.close();
  }
};

/** The bytes of a file, pipe or device: only files say how many there are, except those of /proc. */
const readPath = async (path: string, bound: Bound): Promise<Uint8Array> => {
  const found = await stat(path);
  await rememberInput(path);
  if (found.isFile() && found.size) return readRegular(path, bound);
  return readStream(path, createReadStream(path), bound);
};

/** The bytes of a file. @throws {LoadError} with the reason if it cannot be read, or has more bytes than its bound */
export const readInput = async (path: string, bound: Bound): Promise<Uint8Array> => {
  if (path === STANDARD) return readStandardInput(bound);
  try {
    return await readPath(path, bound);
  } catch (error) {
    if (error instanceof LoadError) throw error;
    throw new LoadError(`cannot read ${nameOf(path)}: ${reasonOf(error, path)}`, { cause: error });
  }
};

/** The formats of networks that are read. */
const MODELS = ['groupwise model', 'ONNX model', 'TensorFlow Lite model'];

/** Whether bytes are a network that is read. */
export const isModel = (bytes: Uint8Array): boolean => MODELS.includes(networkFormat(bytes) ?? '');

/** The `Bound` of networks. An ONNX file may begin with the key of any field; texts and zeros are no keys. */
export const networkBound: Bound = (head) => {
  const isUnknown = head[0]! > 7 && !isText(head) && !describeBytes(head, 'network');
  return isModel(head) || isUnknown ? MAX_NETWORK_BYTES : 0;
};

/** Whether a name is not that of one file, but the URL of a model, or the index of its parts. */
export const isAddress = (path: string): boolean => isWebAddress(path) || /\.json$/i.test(path);

/** Whether a name is a URL that is downloaded. */
export const isWebAddress = (path: string): boolean => /^https?:\/\//i.test(path);

/** Remembers that an index is read, and the parts beside it. */
const rememberParts = async (index: string): Promise<void> => {
  await rememberInput(index);
  const found = await readInput(index, () => MAX_TEXT_BYTES).catch(() => undefined); // reading the model says why
  const { parts = [] } = (found && parseIndex(found)) ?? {};
  for (const { file } of parts) await rememberInput(join(dirname(index), file));
};

let cache = true;

/** Downloads everything, and keeps none of it: `--no-cache`. */
export const useNoCache = (): void => void (cache = false);

/** The bytes of a model by its address; downloads are kept for later, unless `--no-cache` is given. @throws {LoadError} or {FormatError} if it is none */
const readAddress = async (address: string): Promise<Uint8Array> => {
  if (!isWebAddress(address)) await rememberParts(address);
  const bytes = await readModelFile(address, { cache, maxBytes: MAX_NETWORK_BYTES }).catch((error: unknown) => {
    throw error instanceof FormatError ? new LoadError(`${nameOf(address)}: ${error.message}`) : error;
  });
  if (networkFormat(bytes) === 'groupwise model') return bytes;
  const found = describeBytes(bytes, 'network') ?? showStart(bytes);
  throw new LoadError(
    `${nameOf(address)} is ${found}; only model files (.gw) and their parts (.json) are downloaded${cureOfPart(address)}`,
  );
};

/** The bytes of a model file or network: a file, an index of parts, or a URL of these two. @throws as `readInput` */
export const readNetwork = (path: string): Promise<Uint8Array> =>
  isAddress(path) ? readAddress(path) : readInput(path, networkBound);

/** The text of a file, without the byte order mark. @throws {LoadError} if it cannot be read or is not UTF-8 */
export const readText = async (path: string): Promise<string> => {
  const bytes = await readInput(path, () => MAX_TEXT_BYTES);
  try {
    if (bytes.includes(0)) throw new RangeError('it contains zero bytes');
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const [kind] = describeBytes(bytes, 'network')?.split(':') ?? [];
    throw new LoadError(`${nameOf(path)} is not a text file in UTF-8${kind ? ` but ${kind}` : ''}`, { cause: error });
  }
};

/** Runs `read`. @throws as it does; a `LoadError` says what else the option takes */
export const withChoices = async <T>(read: () => Promise<T>, choices: string): Promise<T> => {
  try {
    return await read();
  } catch (error) {
    if (error instanceof LoadError) error.message += `; ${choices}`;
    throw error;
  }
};

/** The value of a JSON file. @throws {LoadError} if it is not JSON */
export const readJson = async (path: string): Promise<unknown> => parseJson(await readText(path), path);

/** The value of JSON text. @throws {LoadError} with the name of the file */
export const parseJson = (text: string, path: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LoadError(`${nameOf(path)} is not JSON: ${(error as Error).message.replace(/\s+/g, ' ')}`, {
      cause: error,
    });
  }
};
