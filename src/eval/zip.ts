// A set in a zip archive. Entries are read one at a time through its central directory.

import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { crc32 } from '../node/crc32.js';
import { MAX_FILE_BYTES, PathList, tooLarge, type Files, type StoredFile } from './stored-file.js';
import { SetError } from './set-error.js';

const broken = (error: unknown): SetError =>
  error instanceof SetError
    ? error
    : new SetError(`the zip archive is truncated or damaged: ${(error as Error).message}`, { cause: error });

/** Lists the files of a zip archive. @throws {SetError} if it is damaged */
export const openZip = async (path: string): Promise<Files> => {
  const list = new PathList();
  try {
    for await (const { entry } of entriesOf(path)) if (!entry.fileName.endsWith('/')) list.add(entry.fileName);
  } catch (error) {
    throw broken(error);
  }
  return { paths: list.paths, read: (wanted) => readZip(path, wanted) };
};

// Names are decoded here and checked by PathList, whose errors are more helpful than the library's.
async function* entriesOf(path: string): AsyncIterable<{ zip: ZipFile; entry: Entry }> {
  const zip = await yauzl.openPromise(path, { autoClose: false, decodeStrings: false });
  try {
    for await (const entry of zip.eachEntry()) {
      entry.fileName = yauzl.getFileNameLowLevel(
        entry.generalPurposeBitFlag,
        entry.fileNameRaw,
        entry.extraFields,
        false,
      );
      yield { zip, entry };
    }
  } finally {
    zip.close();
  }
}

async function* readZip(path: string, wanted: ReadonlySet<string>): AsyncIterable<StoredFile> {
  const list = new PathList();
  for await (const { zip, entry } of entriesOf(path)) {
    if (entry.fileName.endsWith('/')) continue;
    const name = list.add(entry.fileName);
    if (wanted.has(name)) yield await readEntry(zip, entry, name);
  }
}

/** The bytes of an entry, checked against its size and checksum in the archive. */
const readEntry = async (zip: ZipFile, entry: Entry, path: string): Promise<StoredFile> => {
  const size = entry.uncompressedSize;
  if (size > MAX_FILE_BYTES) return { path, reason: tooLarge(size) };
  try {
    const bytes = new Uint8Array(size);
    let at = 0;
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      bytes.set(chunk as Uint8Array, at);
      at += (chunk as Uint8Array).length;
    }
    if (crc32(bytes) !== entry.crc32) throw new Error('its checksum is wrong');
    return { path, bytes };
  } catch (error) {
    return { path, reason: `its entry in the zip archive is damaged: ${(error as Error).message}` };
  }
};
