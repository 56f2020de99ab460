// Writes tar and zip archives for tests.

import { crc32, deflateRawSync } from 'node:zlib';
import { packTar } from 'modern-tar';

/** A file of an archive. `claim` is the size that a zip archive states, if it is false. */
export type Packed = { name: string; bytes: Uint8Array; claim?: number };

/** A tar archive. */
export const writeTar = async (files: readonly Packed[]): Promise<Uint8Array> =>
  packTar(files.map(({ name, bytes }) => ({ header: { name, size: bytes.length, type: 'file' }, body: bytes })));

/** A zip archive (PKWARE APPNOTE). Files are alternately deflated and stored. */
export const writeZip = (files: readonly Packed[]): Buffer => {
  const bodies: Buffer[] = [],
    table: Buffer[] = [];
  let at = 0;
  files.forEach(({ name, bytes, claim = bytes.length }, i) => {
    const deflated = i % 2 === 1;
    const data = deflated ? deflateRawSync(bytes) : bytes;
    const path = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt16LE(deflated ? 8 : 0, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(claim, 18);
    common.writeUInt16LE(path.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    const body = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, path, data]);
    table.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, path]));
    bodies.push(body);
    at += body.length;
  });
  const size = table.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, ...table, end]);
};
