// Pixels as a PNG file.

import { deflateSync } from 'node:zlib';
import type { Pixels } from '../image/pixels.js';
import { crc32 } from './crc32.js';

/** A chunk: length, type, data, CRC-32 of type and data. */
const chunk = (type: string, data: Uint8Array): Buffer => {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), data.length + 8);
  return bytes;
};

/** RGB pixels as a PNG file (ISO/IEC 15948): rows as differences from the row above. */
export const encodePng = ({ data, width, height, channels }: Pixels): Buffer => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (width * 3 + 1));
  const valueAt = (y: number, x: number, c: number) => (y < 0 ? 0 : data[(y * width + x) * channels + c]!);
  let at = 0;
  for (let y = 0; y < height; y++) {
    rows[at++] = 2;
    for (let x = 0; x < width; x++) for (let c = 0; c < 3; c++) rows[at++] = valueAt(y, x, c) - valueAt(y - 1, x, c);
  }
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array(0)),
  ]);
};
