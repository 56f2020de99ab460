// Decodes AVIF files with the optional package @jsquash/avif, which holds libavif.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { ImageError } from '../errors.js';
import type { Orientation } from '../image/orientation.js';
import { checkPixels, type Pixels } from '../image/pixels.js';
import { checkStatedSize, visitBoxes } from '../image/stated-size.js';
import { orient } from '../image/turn.js';
import { notCompiled, providedDecoder } from './decoders.js';
import { decodeWith, type Factory } from './emscripten.js';
import { notImported } from './optional.js';

const PACKAGE = '@jsquash/avif';

const importFactory = async (): Promise<Factory> => {
  try {
    const imported: unknown = await import('@jsquash/avif/codec/dec/avif_dec.js');
    return (imported as { default: Factory }).default;
  } catch (error) {
    throw notImported('AVIF', PACKAGE, error);
  }
};

/** @throws {EngineError} if the engine has no files or compiles no bytes */
const compileInstalled = async (): Promise<WebAssembly.Module> => {
  try {
    const path = createRequire(import.meta.url).resolve(`${PACKAGE}/codec/dec/avif_dec.wasm`);
    return await WebAssembly.compile(await readFile(path));
  } catch (error) {
    throw notCompiled('avif', error);
  }
};

const load = async (): Promise<[Factory, WebAssembly.Module]> => [
  await importFactory(),
  providedDecoder('avif') ?? (await compileInstalled()),
];

let loaded: Promise<[Factory, WebAssembly.Module]> | undefined;

// EXIF's number for turns of 0, 90, 180 and 270 degrees to the left, without a mirror, then with axis 0 and axis 1.
const TURNS: readonly (readonly Orientation[])[] = [
  [1, 8, 3, 6],
  [4, 5, 2, 7],
  [2, 7, 4, 5],
];

/** Memory for each pixel that is allowed, of which the result takes 4 bytes a pixel; the decoder needs 15 to 24. */
const BYTES_A_PIXEL = 12;

/**
 * Decodes an AVIF file, turned upright by its own properties; RGBA. The conversion from YUV is the package's: it differs
 * from Pillow's by a few levels.
 *
 * @throws {ImageError} if the package is missing, or the file cut off, damaged or larger than `maxPixels`,
 *   {EngineError} if the engine compiles no bytes and no decoder was provided
 */
export const decodeAvif = async (bytes: Uint8Array, maxPixels: number): Promise<Pixels> => {
  checkStatedSize(bytes, maxPixels);
  const properties = new Map<string, number>();
  visitBoxes(bytes, (name, at) => {
    if (/^(ispe|irot|imir)$/.test(name) && !properties.has(name)) properties.set(name, at);
  });
  const size = properties.get('ispe');
  if (size === undefined || size + 12 > bytes.length) throw new ImageError('the AVIF file is cut off or damaged');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pixels = view.getUint32(size + 4) * view.getUint32(size + 8);
  loaded ??= load();
  loaded.catch(() => (loaded = undefined));
  const [factory, module] = await loaded;
  const pixelBytes = maxPixels * BYTES_A_PIXEL - pixels * 4;
  const picture = checkPixels(await decodeWith('AVIF', factory, module, bytes, pixelBytes, 8), maxPixels);
  const byteOf = (name: string): number | undefined => {
    const at = properties.get(name);
    return at === undefined ? undefined : bytes[at];
  };
  const mirror = byteOf('imir');
  const turns = TURNS[mirror === undefined ? 0 : (mirror & 1) + 1]!;
  return orient(picture, turns[(byteOf('irot') ?? 0) & 3]!);
};
