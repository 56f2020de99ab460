// Models and photos from files, by path or file: URL, and from URLs, with the reason where they cannot be fetched.

import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { refuse, tagOf } from '../arguments.js';
import { shortened } from '../errors.js';
import type { PhotoOptions } from '../image/photo-options.js';
import type { PhotoReader } from '../image/prepare.js';
import { isRemote, pixelsFromSource, readingOf as readingOfPhoto, type ImageSource } from '../image/source.js';
import type { Pixels } from '../image/pixels.js';
import {
  checkAllowed,
  checkLength,
  fetchResponse,
  isFetched,
  MAX_MODEL_BYTES,
  otherScheme,
  readBytes,
  SCHEMES,
  type Reading,
} from '../read-bytes.js';
import { readingOf as readingOfModel, readSource } from '../runtime/model-source.js';
import type { Opener, ReadOptions } from '../runtime/read-options.js';
import type { CacheOption } from '../runtime/loading/store.js';
import { decodeImage } from './decode.js';
import { fetchReason, nameReason } from './name-reason.js';

/** Longest path in characters: no system takes longer ones, and refusing a string of 500 MB would copy it. */
const MAX_PATH = 32_767;

/** The file or response that a string or URL names; any other source as it is. */
const opened = async <Source>(source: Source, reading: Reading): Promise<Source | Response | ReadableStream> => {
  const text = tagOf(source) === 'URL' ? (source as URL).href : source;
  return typeof text === 'string' ? openNamed(text, reading) : source;
};

/** The file or response that a path or URL names. @throws an error of the reading; the reason of its signal */
const openNamed = async (
  text: string,
  reading: Reading,
  headers?: Record<string, string>,
): Promise<Response | ReadableStream> => {
  reading.signal?.throwIfAborted();
  const [base64] = /^data:[^,]{0,200};base64,/i.exec(text) ?? [];
  if (base64 && !text.includes('%')) return decoded(text, base64.length, reading);
  if (isFetched(text)) return fetchResponse(text, reading, fetchReason, headers && { headers });
  checkAllowed(text, 'path', reading.sources, reading.Failure);
  const scheme = otherScheme(text);
  const fault = scheme
    ? `the scheme ${scheme} is not supported; ${SCHEMES} are`
    : text.length > MAX_PATH && nameReason(text);
  if (fault) throw new reading.Failure(`cannot read ${shortened(text)}: ${fault}`);
  // file systems and streams take Node a while to load
  const { openFile } = await import('./open-file.js');
  return openFile(pathOf(text, reading), reading);
};

/** The bytes of a data: URL after its head: Node's `fetch` takes six times their memory. */
const decoded = (text: string, head: number, reading: Reading): ReadableStream<Uint8Array> => {
  checkAllowed(text, 'url', reading.sources, reading.Failure);
  checkLength(Math.floor((text.length - head) * 0.75), reading);
  return new Blob([Buffer.from(text.slice(head), 'base64')]).stream();
};

const pathOf = (text: string, { Failure }: Reading): string => {
  if (!/^file:/i.test(text)) return text;
  try {
    return fileURLToPath(text);
  } catch (error) {
    throw new Failure(`cannot read ${shortened(text)}: ${(error as Error).message}`, { cause: error });
  }
};

/** @throws {ArgumentError} if a cache is neither named by one folder nor by an absolute path */
const checkCacheName = (cache: CacheOption): void => {
  if (typeof cache === 'string' && !isAbsolute(cache) && /[\\/]|^\.{1,2}$/.test(cache))
    refuse('option cache', cache, 'the name of a folder, or an absolute path');
};

/** How models are read by path and URL; downloaded ones are kept in a folder. */
export const fileOpener: Opener = {
  open: openNamed,
  locate: (name) => name,
  readKernels: (name) => readKernels(name),
  openStore(cache) {
    checkCacheName(cache);
    return import('./cache-folder.js').then(({ openCacheFolder }) => openCacheFolder(cache));
  },
};

/** The bytes of kernels by path or file: URL; undefined for a URL that is fetched. @throws {LoadError} */
const readKernels = async (name: string): Promise<Uint8Array | undefined> => {
  if (isFetched(name)) return undefined;
  const reading = { ...readingOfModel({}), what: 'the kernels', lengthOf: () => MAX_MODEL_BYTES };
  return readBytes(await openNamed(name, reading), reading);
};

/** The bytes of a model that a path, a URL or the index of its parts names. @throws as `loadModel` */
export const readModelFile = (name: string, options: ReadOptions): Promise<Uint8Array> =>
  readSource(name, options, fileOpener);

/**
 * The upright pixels of a photo: a path, a file: URL, an encoded file as bytes, or whatever `groupwise` takes.
 *
 * @throws {ImageError} if it cannot be read or decoded
 */
export const pixelsFromPath = async (source: ImageSource, options: PhotoOptions = {}): Promise<Pixels> => {
  options.signal?.throwIfAborted();
  return pixelsFromSource((await download(source, options)) ?? source, options, decodeImage);
};

/** The bytes of a source that has to be read. Nothing may come between opening a file and reading it, which closes it. */
const download = async (source: ImageSource, options: PhotoOptions): Promise<Uint8Array | undefined> => {
  const reading = readingOfPhoto(options);
  return readBytes(await opened(source, reading), reading);
};

/** Photos as Node, Deno and Bun read them: a string is a path or a URL. */
export const filePhotos: PhotoReader<ImageSource> = {
  isRemote: (source) => isRemote(source, (text) => isFetched(text) && !/^data:/i.test(text)),
  download,
  readPixels: pixelsFromPath,
};
