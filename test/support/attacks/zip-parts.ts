// Parts of zip archives (PKWARE APPNOTE 6.3), put together in ways that no program would.

import { crc32, deflateRawSync } from 'node:zlib';

/** A file in a zip archive: what its records say, which need not be true. */
export type ZipFile = {
  name: string;
  /** The packed bytes, which directory entries may share. */
  data?: Uint8Array;
  method?: number;
  flags?: number;
  crc?: number;
  size?: number;
  packed?: number;
  /** Where the directory says that the local header is. */
  offset?: number;
  extra?: Uint8Array;
};

const NOTHING = new Uint8Array(0);

/** The fields that local headers and the directory share. */
const common = ({
  name,
  data = NOTHING,
  method = 0,
  flags = 0x800,
  crc = crc32(data),
  size = data.length,
  packed = data.length,
  extra = NOTHING,
}: ZipFile): Buffer => {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(flags, 2);
  fields.writeUInt16LE(method, 4);
  fields.writeUInt32LE(crc, 10);
  fields.writeUInt32LE(packed, 14);
  fields.writeUInt32LE(size, 18);
  fields.writeUInt16LE(Buffer.byteLength(name), 22);
  fields.writeUInt16LE(extra.length, 24);
  return fields;
};

/** A local header. */
export const localHeader = (file: ZipFile): Buffer =>
  Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common({ ...file, extra: NOTHING }), Buffer.from(file.name)]);

/** An entry of the directory. */
export const directoryEntry = (file: ZipFile): Buffer => {
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(file.offset ?? 0, 10);
  const start = Buffer.from('PK\x01\x02\x14\x00', 'latin1');
  return Buffer.concat([start, common(file), tail, Buffer.from(file.name), file.extra ?? NOTHING]);
};

/** What the end record says, which need not be true. */
export type ZipEnd = { count?: number; size?: number; offset?: number; comment?: Uint8Array };

const wide = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};

/** The Zip64 records of an archive whose directory ends at `end`. */
const zip64End = (count: number, size: number, offset: number, end: number): Buffer => {
  const record = Buffer.alloc(24);
  record.write('PK\x06\x06', 'latin1');
  record.writeUInt32LE(44, 4);
  const locator = Buffer.alloc(8);
  locator.write('PK\x06\x07', 'latin1');
  const disks = Buffer.alloc(4, 1);
  return Buffer.concat([record, wide(count), wide(count), wide(size), wide(offset), locator, wide(end), disks]);
};

/** An archive of these bytes and this directory. */
export const zipOf = (body: Uint8Array, directory: readonly Uint8Array[], end: ZipEnd = {}): Buffer => {
  const table = Buffer.concat(directory);
  const { count = directory.length, size = table.length, offset = body.length, comment = NOTHING } = end;
  const isWide = count >= 0xffff || size >= 0xffffffff || offset >= 0xffffffff;
  const record = Buffer.alloc(22);
  record.write('PK\x05\x06', 'latin1');
  record.writeUInt16LE(isWide ? 0xffff : count, 8);
  record.writeUInt16LE(isWide ? 0xffff : count, 10);
  record.writeUInt32LE(isWide ? 0xffffffff : size, 12);
  record.writeUInt32LE(isWide ? 0xffffffff : offset, 16);
  record.writeUInt16LE(comment.length, 20);
  const zip64 = isWide ? zip64End(count, size, offset, body.length + table.length) : NOTHING;
  return Buffer.concat([body, table, zip64, record, comment]);
};

/** An archive of files one after another. */
export const zipFiles = (files: readonly ZipFile[], end?: ZipEnd): Buffer => {
  const bodies: Uint8Array[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const file of files) {
    const header = localHeader(file);
    directory.push(directoryEntry({ offset: at, ...file }));
    bodies.push(header, file.data ?? NOTHING);
    at += header.length + (file.data?.length ?? 0);
  }
  return zipOf(Buffer.concat(bodies), directory, end);
};

const LARGE = 2 ** 26 - 2 ** 20;

const largeZeros = new Uint8Array(LARGE);
const packedZeros = deflateRawSync(largeZeros);
const crcOfZeros = crc32(largeZeros);

/** A file of 63 MiB of zeros in 65 kB. */
export const zeros = (name: string): ZipFile => ({
  name,
  method: 8,
  size: LARGE,
  crc: crcOfZeros,
  data: packedZeros,
});

/** Files whose data are all inside the data of the first: each begins with the header of the next, quoted (Fifield, 2019). */
export const quotedZip = (count: number): Buffer => {
  const last = zeros(`ant/${count - 1}.png`);
  const kernel = { ...last, packed: last.data!.length };
  const directory: ZipFile[] = [];
  let body = Buffer.concat([localHeader(kernel), kernel.data!]);
  let file: ZipFile = kernel;
  const lengths: number[] = [body.length];
  directory.push(kernel);
  for (let i = count - 2; i >= 0; i--) {
    const quoted = localHeader(file);
    const stored = Buffer.alloc(5);
    stored.writeUInt16LE(quoted.length, 1);
    stored.writeUInt16LE(quoted.length ^ 0xffff, 3);
    const packed = stored.length + quoted.length + file.packed!;
    file = { name: `ant/${i}.png`, method: 8, size: file.size! + quoted.length, packed };
    body = Buffer.concat([localHeader(file), stored, body]);
    lengths.push(body.length);
    directory.push(file);
  }
  return zipOf(
    body,
    directory.map((one, i) => directoryEntry({ ...one, offset: body.length - lengths[i]! })),
  );
};
