// Decodes AVIF files with the optional package @jsquash/avif, which holds libavif.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { ImageError } from '../errors.js';
import type { Orientation } from '../image/orientation.js';
import { checkSize, type Pixels } from '../image/pixels.js';
import { orient } from '../image/turn.js';
import { decodeWith, type Factory } from './emscripten.js';
import { loadOptional } from './optional.js';

const PACKAGE = '@jsquash/avif';

const load = async (): Promise<[Factory, WebAssembly.Module]> => {
  const imported: unknown = await import('@jsquash/avif/codec/dec/avif_dec.js');
  const { default: factory } = imported as { default: Factory };
  const path = createRequire(import.meta.url).resolve(`${PACKAGE}/codec/dec/avif_dec.wasm`);
  return [factory, await WebAssembly.compile(await readFile(path))];
};

let loaded: Promise<[Factory, WebAssembly.Module]> | undefined;

const nameAt = (view: DataView, at: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));

/** Bytes of a box's own fields before the boxes in it (ISO/IEC 14496-12, 23008-12): version and flags. */
const CONTAINERS: Readonly<Record<string, number>> = { meta: 4, iprp: 0, ipco: 0 };

/** Finds the properties of the picture: where the data of each box in meta, iprp, ipco begins. */
const findProperties = (view: DataView, start: number, end: number, found: Map<string, number>): void => {
  for (let at = start; at + 8 <= end;) {
    const length = view.getUint32(at);
    const next = length === 0 ? end : at + length;
    if (length === 1 || next < at + 8 || next > end) return;
    const name = nameAt(view, at + 4);
    const fields = CONTAINERS[name];
    if (fields !== undefined) findProperties(view, at + 8 + fields, next, found);
    else if (!found.has(name)) found.set(name, at + 8);
    at = next;
  }
};

// EXIF's number for turns of 0, 90, 180 and 270 degrees to the left, without a mirror, then with axis 0 and axis 1.
const TURNS: readonly (readonly Orientation[])[] = [
  [1, 8, 3, 6],
  [4, 5, 2, 7],
  [2, 7, 4, 5],
];

/**
 * Decodes an AVIF file, turned upright by its own properties; RGBA. The conversion from YUV is the package's: it differs
 * from Pillow's by a few levels.
 *
 * @throws {ImageError} if the package is missing, or the file cut off, damaged or too large
 */
export const decodeAvif = async (bytes: Uint8Array): Promise<Pixels> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const properties = new Map<string, number>();
  findProperties(view, 0, bytes.length, properties);
  const size = properties.get('ispe');
  if (size === undefined || size + 12 > bytes.length) throw new ImageError('the AVIF file is cut off or damaged');
  checkSize(view.getUint32(size + 4), view.getUint32(size + 8), 'the AVIF file');
  loaded ??= loadOptional('AVIF', PACKAGE, load);
  loaded.catch(() => (loaded = undefined));
  const [factory, module] = await loaded;
  const pixels = await decodeWith('AVIF', factory, module, bytes, 8);
  const byteOf = (name: string): number | undefined =>
    properties.has(name) ? view.getUint8(properties.get(name)!) : undefined;
  const mirror = byteOf('imir');
  const turns = TURNS[mirror === undefined ? 0 : (mirror & 1) + 1]!;
  return orient(pixels, turns[(byteOf('irot') ?? 0) & 3]!);
};
