// A set in a tar or tar.gz archive. It is streamed twice: once to list the files, once to read the pictures.

import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar';
import { SetError } from './set-error.js';
import { MAX_FILE_BYTES, PathList, tooLarge, type Files, type StoredFile } from './stored-file.js';

const broken = (error: unknown): SetError =>
  error instanceof SetError
    ? error
    : new SetError(`the tar archive is truncated or damaged: ${(error as Error).message}`, { cause: error });

/**
 * Lists the files of a tar archive. Links are listed as files that cannot be read. @throws {SetError} if it is damaged
 */
export const openTar = async (path: string, gzipped: boolean): Promise<Files> => {
  const list = new PathList();
  for await (const { entry } of entriesOf(path, gzipped, list)) await skip(entry);
  return { paths: list.paths, read: (wanted) => readTar(path, gzipped, wanted) };
};

/** All entries except folders. Each must be read or skipped before the next. */
async function* entriesOf(
  path: string,
  gzipped: boolean,
  list: PathList,
): AsyncIterable<{ entry: ParsedTarEntry; name: string }> {
  const file = createReadStream(path);
  const bytes = gzipped ? file.pipe(createGunzip()) : file;
  file.on('error', (error) => bytes.destroy(error));
  const entries = (Readable.toWeb(bytes) as ReadableStream<Uint8Array>)
    .pipeThrough(createTarDecoder({ strict: true }))
    .getReader();
  try {
    for (let next; !(next = await entries.read()).done;) {
      const entry = next.value;
      if (entry.header.type === 'directory') await skip(entry);
      else yield { entry, name: list.add(entry.header.name) };
    }
  } catch (error) {
    throw broken(error);
  } finally {
    // Cancelling the stream of entries instead would first read the rest of the file.
    file.destroy();
    bytes.destroy();
  }
}

async function* readTar(path: string, gzipped: boolean, wanted: ReadonlySet<string>): AsyncIterable<StoredFile> {
  let left = wanted.size;
  for await (const { entry, name } of entriesOf(path, gzipped, new PathList())) {
    const { type = 'file', size } = entry.header;
    if (wanted.has(name) && type === 'file' && size <= MAX_FILE_BYTES) {
      yield { path: name, bytes: await bytesOf(entry) };
    } else {
      await skip(entry);
      if (!wanted.has(name)) continue;
      yield { path: name, reason: type === 'file' ? tooLarge(size) : `it is a ${type}, not a file` };
    }
    if (!--left) return;
  }
}

/** Reads the body of an entry to its end. @throws {SetError} if the archive ends too early */
const drain = async ({ body }: ParsedTarEntry, take: (chunk: Uint8Array) => void): Promise<void> => {
  try {
    for await (const chunk of body) take(chunk);
  } catch (error) {
    throw broken(error);
  }
};

// Drained, not cancelled: in modern-tar 0.8.6 the decoder runs ahead of its reader, and cancelling ends the body of a
// later entry.
const skip = (entry: ParsedTarEntry): Promise<void> => drain(entry, () => undefined);

const bytesOf = async (entry: ParsedTarEntry): Promise<Uint8Array<ArrayBuffer>> => {
  const bytes = new Uint8Array(entry.header.size);
  let at = 0;
  await drain(entry, (chunk) => {
    bytes.set(chunk, at);
    at += chunk.length;
  });
  return bytes;
};
