// Models and photos from files, by path or file: URL.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { shortened, tagOf } from '../arguments.js';
import { ImageError, LoadError } from '../errors.js';
import type { PhotoOptions } from '../image/photo-options.js';
import { pixelsFromSource, type ImageSource } from '../image/source.js';
import type { Pixels } from '../image/pixels.js';
import { readSource, type ModelSource, type ReadOptions } from '../runtime/model-source.js';
import { decodeImage } from './decode.js';
import { reasonOf } from './reason.js';

const FETCHED = /^(https?|data|blob):/i;

/** The path of a local file that `source` names; undefined where it is something else. */
const pathOf = (source: unknown, Failure: typeof LoadError | typeof ImageError): string | undefined => {
  const text = tagOf(source) === 'URL' ? (source as URL).href : source;
  if (typeof text !== 'string' || FETCHED.test(text)) return undefined;
  if (!/^file:/i.test(text)) return text;
  try {
    return fileURLToPath(text);
  } catch (error) {
    throw new Failure(`cannot read ${shortened(text)}: ${(error as Error).message}`, { cause: error });
  }
};

const readPath = async (
  path: string,
  signal: AbortSignal | undefined,
  Failure: typeof LoadError | typeof ImageError,
) => {
  try {
    const { buffer, byteOffset, length } = await readFile(path, { signal });
    return new Uint8Array(buffer, byteOffset, length);
  } catch (error) {
    signal?.throwIfAborted();
    throw new Failure(`cannot read ${shortened(path)}: ${reasonOf(error, path)}`, { cause: error });
  }
};

/**
 * The bytes of a model: of a path or a file: URL, or of whatever `groupwise` takes.
 *
 * @throws {LoadError} as `readSource`
 */
export const readModelFile = async (source: ModelSource, options: ReadOptions): Promise<Uint8Array> => {
  const path = pathOf(source, LoadError);
  if (path === undefined) return readSource(source, options);
  const bytes = await readPath(path, options.signal, LoadError);
  options.onProgress?.({ phase: 'download', loaded: bytes.length, total: bytes.length });
  return readSource(bytes, options);
};

/**
 * The upright pixels of a photo: a path, a file: URL, an encoded file as bytes, or whatever `groupwise` takes.
 *
 * @throws {ImageError} if it cannot be read or decoded
 */
export const pixelsFromPath = async (source: ImageSource, options: PhotoOptions = {}): Promise<Pixels> => {
  const path = pathOf(source, ImageError);
  const bytes = path === undefined ? undefined : await readPath(path, options.signal, ImageError);
  return pixelsFromSource(bytes ?? source, options, decodeImage);
};
