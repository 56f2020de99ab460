// Reads a model in several files, which an index lists.

import { LoadError } from '../../errors.js';
import type { Part, PartsIndex } from '../../format/parts-index.js';

/** The name of a part: it is in the folder of its index. */
export const besideIndex = (index: string, file: string): string => {
  const isUrl = /^[a-z][\w+.-]+:/i.test(index);
  return (
    (isUrl ? index.replace(/[?#].*$/s, '') : index).replace(/[^\\/]*$/, '') + (isUrl ? encodeURIComponent(file) : file)
  );
};

/**
 * Reads all parts at once, into one buffer. The first failure ends the others.
 *
 * @param read reads a part with its hash, and says how many of its bytes have arrived
 * @throws {LoadError} as `read`, or if a part has another length; the reason of the signal
 */
export const joinParts = async (
  { bytes: total, parts }: PartsIndex,
  read: (part: Part, signal: AbortSignal, onBytes: (loaded: number) => void) => Promise<Uint8Array>,
  onProgress: (loaded: number) => void,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> => {
  signal?.throwIfAborted();
  const whole = new Uint8Array(total);
  const controllers = parts.map(() => new AbortController()); // Node warns of more than ten listeners to one
  const end = (reason: unknown) => controllers.forEach((controller) => controller.abort(reason));
  const abort = () => end(signal!.reason);
  signal?.addEventListener('abort', abort);
  const loaded = parts.map(() => 0);
  let start = 0;
  try {
    await Promise.all(
      parts.map(async (part, i) => {
        const at = start;
        start += part.bytes;
        const bytes = await read(part, controllers[i]!.signal, (count) => {
          loaded[i] = Math.max(loaded[i]!, Math.min(count, part.bytes)); // a second try begins at 0
          onProgress(loaded.reduce((sum, some) => sum + some, 0));
        });
        if (bytes.length !== part.bytes)
          throw new LoadError(`${part.file} has ${bytes.length} bytes; its index says ${part.bytes}`);
        whole.set(bytes, at);
      }),
    );
  } catch (error) {
    end(error);
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  return whole;
};
