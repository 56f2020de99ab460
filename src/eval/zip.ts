// A set in a zip archive. Its directory is read once, then the pictures where they are.

import { promisify } from 'node:util';
import { inflateRaw, type ZlibOptions } from 'node:zlib';
import { crc32 } from '../node/crc32.js';
import { openSource, type ByteSource } from './byte-source.js';
import { MAX_FILE_BYTES, tooLarge, type Entries, type Files, type StoredFile } from './stored-file.js';
import { listZip, LOCAL_HEADER, type ZipEntry } from './zip-directory.js';

const SIGNATURE = 0x04034b50;
const [STORED, DEFLATED] = [0, 8];

/** What zlib returns with the option `info`: the bytes, and how many of the input it has used. */
type Inflated = { buffer: Buffer<ArrayBuffer>; engine: { bytesWritten: number } };

const inflate = promisify<Uint8Array, ZlibOptions, Inflated>(
  inflateRaw as unknown as (
    bytes: Uint8Array,
    options: ZlibOptions,
    done: (error: Error | null, result: Inflated) => void,
  ) => void,
);

/** The packed bytes of an entry, after its local header. */
const packedBytes = async ({ read }: ByteSource, { offset, packed }: ZipEntry): Promise<Uint8Array<ArrayBuffer>> => {
  const header = Buffer.from(await read(offset, LOCAL_HEADER));
  if (header.length < LOCAL_HEADER || header.readUInt32LE(0) !== SIGNATURE) throw new Error('its header is missing');
  const start = offset + LOCAL_HEADER + header.readUInt16LE(26) + header.readUInt16LE(28);
  const bytes = await read(start, packed);
  if (bytes.length < packed) throw new Error('it is cut off');
  return bytes;
};

const unpack = async (bytes: Uint8Array<ArrayBuffer>, { method, size }: ZipEntry): Promise<Uint8Array<ArrayBuffer>> => {
  if (method === STORED) return bytes;
  const { buffer, engine } = await inflate(bytes, { maxOutputLength: Math.max(size, 1), info: true }).catch(
    (error: NodeJS.ErrnoException) => {
      throw error.code === 'ERR_BUFFER_TOO_LARGE'
        ? new Error(`it has more than the ${size} bytes that it states`)
        : error;
    },
  );
  if (engine.bytesWritten < bytes.length) throw new Error('other bytes follow its contents');
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
};

/** Why an entry is not read. */
const refusalOf = ({ size, packed, method, isEncrypted }: ZipEntry): string | undefined => {
  if (Math.max(size, packed) > MAX_FILE_BYTES) return tooLarge(Math.max(size, packed));
  if (isEncrypted) return 'its entry in the zip archive is encrypted';
  if (method !== STORED && method !== DEFLATED)
    return `its entry in the zip archive is compressed by method ${method}; stored and deflated entries are read`;
  return undefined;
};

/** The bytes of an entry, checked against its size and checksum in the directory. */
const readEntry = async (source: ByteSource, entry: ZipEntry, path: string): Promise<StoredFile> => {
  const reason = refusalOf(entry);
  if (reason !== undefined) return { path, reason };
  try {
    const bytes = await unpack(await packedBytes(source, entry), entry);
    if (bytes.length !== entry.size) throw new Error(`it has ${bytes.length} bytes and states ${entry.size}`);
    if (crc32(bytes) !== entry.crc) throw new Error('its checksum is wrong');
    return { path, bytes };
  } catch (error) {
    return { path, reason: `its entry in the zip archive is damaged: ${(error as Error).message}` };
  }
};

/** The files among these, one after another in the order of the directory. */
export async function* readZip(
  source: ByteSource,
  entries: Entries<ZipEntry>,
  wanted: ReadonlySet<string>,
): AsyncIterable<StoredFile> {
  for (const [path, entry] of entries.among(wanted)) yield await readEntry(source, entry, path);
}

/** Lists the files of a zip archive. @throws {SetError} if it is damaged or breaks a limit */
export const openZip = async (path: string): Promise<Files> => {
  await using source = await openSource(path);
  const entries = await listZip(source);
  const read = async function* (wanted: ReadonlySet<string>): AsyncIterable<StoredFile> {
    await using again = await openSource(path);
    yield* readZip(again, entries, wanted);
  };
  return { paths: entries.paths, read };
};
