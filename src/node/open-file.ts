// Opens a regular file as a stream: never a folder, pipe or device, which could be endless or never answer.

import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import * as web from 'node:stream/web';
import { shortened } from '../errors.js';
import { checkLength, type Reading } from '../read-bytes.js';
import { reasonOf } from './reason.js';

/** Maximum number of bytes that are read at once. */
const MAX_CHUNK = 2 ** 20;

/** Opening a pipe would wait for its writer without the second flag, which Windows does not have. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** @throws an error of the reading if the file cannot be opened, is not a regular file or is too long */
export const openFile = async (path: string, reading: Reading): Promise<ReadableStream<Uint8Array>> => {
  const name = shortened(path);
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, FLAGS);
    const found = await handle.stat();
    if (!found.isFile()) throw Object.assign(new Error(), { code: kindOf(found) });
    checkLength(found.size, { ...reading, what: name });
    return streamOf(handle, Math.min(MAX_CHUNK, found.size + 1));
  } catch (error) {
    await handle?.close();
    if (error instanceof reading.Failure) throw error;
    throw new reading.Failure(`cannot read ${name}: ${reasonOf(error, path)}`, { cause: error });
  }
};

/** The code of the error for something that is no regular file. */
const kindOf = (found: Stats): string => (found.isDirectory() ? 'EISDIR' : found.isFIFO() ? 'ESPIPE' : 'ENODEV');

// jsdom has no global class of that name
const Stream = web.ReadableStream as typeof ReadableStream;

const streamOf = (handle: FileHandle, chunk: number): ReadableStream<Uint8Array> =>
  new Stream(
    {
      async pull(controller) {
        const bytes = new Uint8Array(Math.max(chunk, 4096));
        let bytesRead = 0;
        try {
          ({ bytesRead } = await handle.read(bytes, 0, bytes.length, null));
        } finally {
          if (!bytesRead) await handle.close();
        }
        if (bytesRead) controller.enqueue(bytes.subarray(0, bytesRead));
        else controller.close();
      },
      cancel: () => handle.close(),
    },
    { highWaterMark: 0 },
  );
