// The directory of a zip archive (PKWARE APPNOTE 6.3): where its files are. It is checked before any file is unpacked.

import { checkUnpacked, type ByteSource } from './byte-source.js';
import { SetError } from './set-error.js';
import { checkPathLength, Entries, MAX_FILE_BYTES, MAX_FILES, nameOf } from './stored-file.js';
import { decodeName } from './zip-name.js';

/** An entry of the directory. */
export type ZipEntry = {
  /** The position of the local header. */
  offset: number;
  /** Bytes in the archive, and unpacked. */
  packed: number;
  size: number;
  crc: number;
  /** 0 stored, 8 deflated. */
  method: number;
  isEncrypted: boolean;
};

const damaged = (what: string, cause?: unknown): SetError =>
  new SetError(`the zip archive is truncated or damaged: ${what}`, { cause });

const SIGNATURES = { end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50, entry: 0x02014b50 };
/** Bytes of each record without names and comments. */
const LENGTHS = { end: 22, end64: 56, locator64: 20, entry: 46 };
/** Bytes of a local header without its name. */
export const LOCAL_HEADER = 30;

const MAX_COMMENT = 2 ** 16 - 1;
const MAX_16 = 2 ** 16 - 1;
const MAX_32 = 2 ** 32 - 1;
/** Maximum size of the directory, in bytes. */
const MAX_DIRECTORY = 2 ** 28;

const UTF8 = 0x800;
const ENCRYPTED = 1;

/** A view of bytes; damaged where they end too early. */
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const wide = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

type Directory = { count: number; size: number; offset: number };

/** The end record with its position, searched from the end of the archive, which may have a comment. */
const findEnd = async ({ size, read }: ByteSource): Promise<{ view: DataView; at: number }> => {
  const start = Math.max(size - LENGTHS.end - MAX_COMMENT, 0);
  const view = viewOf(await read(start, size - start));
  for (let at = view.byteLength - LENGTHS.end; at >= 0; at--) {
    if (view.getUint32(at, true) !== SIGNATURES.end) continue;
    if (at + LENGTHS.end + view.getUint16(at + 20, true) !== view.byteLength) continue;
    return { view: new DataView(view.buffer, view.byteOffset + at, LENGTHS.end), at: start + at };
  }
  throw damaged('its directory is missing');
};

/** Where the directory is, in a Zip64 record if the archive has one. */
const findDirectory = async (source: ByteSource): Promise<Directory> => {
  const { view, at } = await findEnd(source);
  const [disk, count] = [view.getUint16(4, true), view.getUint16(10, true)];
  const [size, offset] = [view.getUint32(12, true), view.getUint32(16, true)];
  if (count !== MAX_16 && size !== MAX_32 && offset !== MAX_32) {
    if (disk) throw damaged('it is one of several parts');
    return { count, size, offset };
  }
  const locator = at >= LENGTHS.locator64 && viewOf(await source.read(at - LENGTHS.locator64, LENGTHS.locator64));
  if (!locator || locator.getUint32(0, true) !== SIGNATURES.locator64) return { count, size, offset };
  const record = viewOf(await source.read(wide(locator, 8), LENGTHS.end64));
  if (record.byteLength < LENGTHS.end64 || record.getUint32(0, true) !== SIGNATURES.end64)
    throw damaged('its Zip64 record is missing');
  return { count: wide(record, 32), size: wide(record, 40), offset: wide(record, 48) };
};

/** Sizes and offset in a Zip64 field, for those that do not fit in 32 bits. */
const widened = (extra: DataView, { size, packed, offset }: ZipEntry, name: string): Partial<ZipEntry> => {
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const end = at + 4 + extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) !== 1) {
      at = end;
      continue;
    }
    let from = at + 4;
    const next = (value: number): number => {
      if (value !== MAX_32) return value;
      if (from + 8 > Math.min(end, extra.byteLength)) throw damaged(`the Zip64 sizes of ${nameOf(name)} are cut off`);
      from += 8;
      return wide(extra, from - 8);
    };
    return { size: next(size), packed: next(packed), offset: next(offset) };
  }
  return {};
};

/** One entry at a position of the directory, and the position of the next. */
const readEntry = (bytes: Uint8Array, view: DataView, at: number, index: number): [string, ZipEntry, number] => {
  if (at + LENGTHS.entry > bytes.length || view.getUint32(at, true) !== SIGNATURES.entry)
    throw damaged(`entry ${index} of its directory is missing`);
  const [nameLength, extraLength, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
    number,
    number,
    number,
  ];
  const nameEnd = at + LENGTHS.entry + nameLength;
  const end = nameEnd + extraLength + comment;
  if (end > bytes.length) throw damaged(`entry ${index} of its directory is cut off`);
  checkPathLength(nameLength, index);
  const flags = view.getUint16(at + 8, true);
  const extra = viewOf(bytes.subarray(nameEnd, nameEnd + extraLength));
  const name = decodeName(bytes.subarray(at + LENGTHS.entry, nameEnd), Boolean(flags & UTF8), extra);
  const entry = {
    offset: view.getUint32(at + 42, true),
    packed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    crc: view.getUint32(at + 16, true),
    method: view.getUint16(at + 10, true),
    isEncrypted: Boolean(flags & ENCRYPTED),
  };
  if (extraLength) Object.assign(entry, widened(extra, entry, name));
  return [name, entry, end];
};

type Named = { path: string; entry: ZipEntry };

/** @throws {SetError} if two entries share bytes, as entries of archives that unpack to petabytes do */
const checkOverlap = (entries: Named[], end: number): void => {
  entries.sort((a, b) => a.entry.offset - b.entry.offset);
  for (const [i, { path, entry }] of entries.entries()) {
    const next = entries[i + 1];
    if (entry.offset + LOCAL_HEADER + entry.packed <= (next?.entry.offset ?? end)) continue;
    throw new SetError(
      next
        ? `the zip archive stores ${nameOf(path)} and ${nameOf(next.path)} in the same bytes: pack the set again`
        : `the zip archive is truncated or damaged: ${nameOf(path)} reaches into its directory`,
    );
  }
};

/** The entries of a zip archive, except folders. @throws {SetError} if it is damaged or breaks a limit */
export const listZip = async (source: ByteSource): Promise<Entries<ZipEntry>> => {
  const { count, size, offset } = await findDirectory(source);
  if (count > MAX_FILES) throw new SetError(`the set has more than ${MAX_FILES} files`);
  if (size > MAX_DIRECTORY)
    throw new SetError(`the directory of the zip archive has ${size} bytes; the limit is ${MAX_DIRECTORY}`);
  if (offset + size > source.size) throw damaged('its directory reaches over its end');
  const bytes = await source.read(offset, size);
  const view = viewOf(bytes);
  const entries = new Entries<ZipEntry>();
  const all: Named[] = [];
  let unpacked = 0;
  for (let index = 1, at = 0; index <= count; index++) {
    const [name, entry, next] = readEntry(bytes, view, at, index);
    at = next;
    all.push({ path: name, entry });
    if (!name.endsWith('/')) entries.add(name, entry);
    if (entry.size <= MAX_FILE_BYTES) unpacked += entry.size; // larger files are never unpacked
    checkUnpacked(unpacked, source.size, `with entry ${index}, ${nameOf(name)}`);
  }
  checkOverlap(all, offset);
  return entries;
};
