// Takes PNG files apart, so that changes reach their pixels, and puts them together with valid checksums.

import { deflateSync, inflateSync } from 'node:zlib';
import { crc32 } from '../../src/node/crc32.js';

const SIGNATURE = 8;
const PIXELS = 'IDAT';
/** The name of a chunk whose contents are compressed when the file is put together. */
const PLAIN_PIXELS = 'iDAT';

type Chunk = { name: string; data: Uint8Array };

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** The chunks of a file; the last may be cut off. */
const chunksOf = (bytes: Uint8Array): Chunk[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE; at + 8 <= bytes.length;) {
    const end = at + 8 + view.getUint32(at);
    chunks.push({ name: latin1(bytes.subarray(at + 4, at + 8)), data: bytes.subarray(at + 8, end) });
    at = end + 4;
  }
  return chunks;
};

const chunk = ({ name, data }: Chunk): Uint8Array => {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(Buffer.from(name, 'latin1'), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
};

const withChunks = (bytes: Uint8Array, chunks: readonly Chunk[]): Uint8Array =>
  new Uint8Array(Buffer.concat([bytes.subarray(0, SIGNATURE), ...chunks.map(chunk)]));

/** The file with its pixels in one uncompressed chunk; undefined if they cannot be inflated. */
export const inflated = (bytes: Uint8Array): Uint8Array | undefined => {
  const chunks = chunksOf(bytes);
  const pixels = chunks.filter(({ name }) => name === PIXELS).map(({ data }) => data);
  const at = chunks.findIndex(({ name }) => name === PIXELS);
  try {
    const plain = { name: PLAIN_PIXELS, data: new Uint8Array(inflateSync(Buffer.concat(pixels))) };
    return withChunks(
      bytes,
      chunks.flatMap((one, i) => (i === at ? plain : one.name === PIXELS ? [] : one)),
    );
  } catch {
    return undefined;
  }
};

/** The file with valid checksums, and its uncompressed chunks compressed. */
export const deflated = (bytes: Uint8Array): Uint8Array =>
  withChunks(
    bytes,
    chunksOf(bytes).map(({ name, data }) =>
      name === PLAIN_PIXELS ? { name: PIXELS, data: deflateSync(data, { level: 1 }) } : { name, data },
    ),
  );
