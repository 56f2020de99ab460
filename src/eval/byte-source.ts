// The bytes of an archive: at any position of a file, or one after another.

import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { SetError } from './set-error.js';

/** Bytes at any position. */
export type ByteSource = {
  readonly size: number;
  /** At most `length` bytes; fewer at the end. */
  read: (offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>;
};

/** Bytes one after another. */
export type ByteStream = {
  /** At most `length` bytes, fewer at the end; the next call may overwrite them. */
  take: (length: number) => Promise<Uint8Array>;
  /** Passes over `length` bytes. @returns whether there were as many */
  skip: (length: number) => Promise<boolean>;
};

/** A file, open until it is disposed of. */
export const openSource = async (path: string): Promise<ByteSource & AsyncDisposable> => {
  const file = await open(path);
  const { size } = await file.stat();
  return {
    size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(Math.max(Math.min(length, size - offset), 0));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
      return bytes.subarray(0, bytesRead);
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
};

/** Bytes that are read at once: the headers of many small files, or a part of one picture. */
const WINDOW = 2 ** 16;

/** The bytes of a source from its start. What is skipped is not read. */
export const streamOf = (source: ByteSource): ByteStream => {
  let [window, start, at] = [new Uint8Array(0), 0, 0];
  return {
    take: async (length) => {
      if (at < start || at + length > start + window.length) {
        window = await source.read(at, Math.max(length, WINDOW));
        start = at;
      }
      at += length;
      return window.subarray(at - length - start, at - start);
    },
    skip: (length) => {
      at += length;
      return Promise.resolve(at <= source.size);
    },
  };
};

/** Unpacked bytes for each byte of an archive, and a number of bytes that any archive may unpack to. */
const MAX_RATIO = 20;
const FREE_BYTES = 2 ** 25;

/** The number of bytes that an archive of `packed` bytes may unpack to. */
export const maxUnpacked = (packed: number): number => FREE_BYTES + MAX_RATIO * packed;

/** @throws {SetError} if an archive unpacks to too many bytes */
export const checkUnpacked = (unpacked: number, packed: number, where: string): void => {
  if (unpacked > maxUnpacked(packed))
    throw new SetError(
      `the archive unpacks to more than ${maxUnpacked(packed)} bytes, the limit for its ${packed} bytes, ${where}: unpack it to a folder if you trust it`,
    );
};

/** The unpacked bytes of a gzip file, which are limited; it is open until it is disposed of. */
export const openGzip = async (path: string): Promise<ByteStream & AsyncDisposable> => {
  const { size } = await stat(path);
  const file = createReadStream(path);
  const bytes = file.pipe(createGunzip({ chunkSize: WINDOW }));
  file.on('error', (error) => bytes.destroy(error));
  return {
    ...limitedStream(bytes[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>, size),
    [Symbol.asyncDispose]: () => {
      file.destroy();
      bytes.destroy();
      return Promise.resolve();
    },
  };
};

const limitedStream = (chunks: AsyncIterator<Buffer, undefined>, packed: number): ByteStream => {
  let [rest, unpacked]: [Uint8Array, number] = [new Uint8Array(0), 0];
  /** Reads on if everything is taken. @returns whether there are bytes */
  const more = async (): Promise<boolean> => {
    while (!rest.length) {
      const { done, value } = await chunks.next();
      if (done) return false;
      unpacked += value.length;
      checkUnpacked(unpacked, packed, 'in its gzip stream');
      rest = value;
    }
    return true;
  };
  const next = (length: number): Uint8Array => {
    const part = rest.subarray(0, length);
    rest = rest.subarray(length);
    return part;
  };
  return {
    take: async (length) => {
      if (rest.length >= length) return next(length);
      const whole = new Uint8Array(length);
      let at = 0;
      while (at < length && (await more())) {
        const part = next(length - at);
        whole.set(part, at);
        at += part.length;
      }
      return whole.subarray(0, at);
    },
    skip: async (length) => {
      let left = length;
      while (left > 0 && (await more())) left -= next(left).length;
      return left === 0;
    },
  };
};
