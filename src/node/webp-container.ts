// Reads the container of WebP files (RFC 9649): the size of the picture, and the first frame of an animation.

import { ImageError } from '../errors.js';

/** What a WebP file holds. */
export type WebpFile = {
  width: number;
  height: number;
  /** The first frame of an animation: a still WebP file, and its place in the picture, which is transparent around it. */
  frame?: { file: Uint8Array; x: number; y: number };
};

type Chunk = { name: string; data: Uint8Array };

const damaged = (what: string): ImageError => new ImageError(`the WebP file is cut off or damaged: ${what}`);

const nameAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

const uint24 = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);

const uint32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;

// Name, length, data padded to an even length (2.3).
function* chunksOf(bytes: Uint8Array): Generator<Chunk> {
  for (let at = 0; at + 8 <= bytes.length;) {
    const end = at + 8 + uint32(bytes, at + 4);
    if (end > bytes.length) throw damaged(`it ends within chunk ${nameAt(bytes, at)}`);
    yield { name: nameAt(bytes, at), data: bytes.subarray(at + 8, end) };
    at = end + (end & 1);
  }
}

const toChunk = ({ name, data }: Chunk): Uint8Array => {
  const bytes = new Uint8Array(8 + data.length + (data.length & 1));
  bytes.set([...name].map((character) => character.charCodeAt(0)));
  new DataView(bytes.buffer).setUint32(4, data.length, true);
  bytes.set(data, 8);
  return bytes;
};

const ALPHA = 0x10;
const ANIMATED = 2;

// A frame (2.7.1.1) as a file: its header has two bits for what its chunks hold, then its size less one.
const stillFile = (frame: Uint8Array): Uint8Array => {
  const chunks = [...chunksOf(frame.subarray(16))].filter(({ name }) => /^(ALPH|VP8 |VP8L)$/.test(name));
  const header = new Uint8Array(10);
  header[0] = chunks.some(({ name }) => name !== 'VP8 ') ? ALPHA : 0;
  header.set(frame.subarray(6, 12), 4);
  const parts = [{ name: 'VP8X', data: header }, ...chunks].map(toChunk);
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  const body = new Uint8Array(length);
  body.set([0x57, 0x45, 0x42, 0x50]);
  let at = 4;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return toChunk({ name: 'RIFF', data: body });
};

/**
 * Reads the container of a WebP file.
 *
 * @throws {ImageError} if it is cut off, or damaged
 */
export const readWebp = (bytes: Uint8Array): WebpFile => {
  const length = bytes.length < 30 ? Infinity : 8 + uint32(bytes, 4);
  if (length > bytes.length + (length & 1)) throw damaged('it is shorter than its header says');
  const at = 20; // the data of the first chunk
  switch (nameAt(bytes, 12)) {
    case 'VP8 ':
      return { width: uint24(bytes, at + 6) & 0x3fff, height: uint24(bytes, at + 8) & 0x3fff };
    case 'VP8L': {
      const sizes = uint32(bytes, at + 1);
      return { width: (sizes & 0x3fff) + 1, height: ((sizes >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X': {
      const size = { width: uint24(bytes, at + 4) + 1, height: uint24(bytes, at + 7) + 1 };
      return bytes[at]! & ANIMATED ? { ...size, frame: firstFrame(bytes.subarray(12, length), size) } : size;
    }
    default:
      throw damaged('it has no picture');
  }
};

const firstNamed = (bytes: Uint8Array, wanted: string): Uint8Array | undefined => {
  for (const { name, data } of chunksOf(bytes)) if (name === wanted) return data;
  return undefined;
};

const firstFrame = (body: Uint8Array, { width, height }: { width: number; height: number }): WebpFile['frame'] => {
  const frame = firstNamed(body, 'ANMF');
  if (!frame || frame.length < 24) throw damaged('its animation has no frame');
  const [x, y] = [uint24(frame, 0) * 2, uint24(frame, 3) * 2];
  if (x + uint24(frame, 6) + 1 > width || y + uint24(frame, 9) + 1 > height) {
    throw damaged('its first frame is larger than the picture');
  }
  return { file: stillFile(frame), x, y };
};
