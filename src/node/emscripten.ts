// Runs the decoders of @jsquash/*, which Emscripten made.

import { ImageError } from '../errors.js';
import type { Pixels } from '../image/pixels.js';

// What the decoders construct as `ImageData`, which Node lacks.
class DecodedImage {
  constructor(
    readonly data: Uint8ClampedArray,
    readonly width: number,
    readonly height: number,
  ) {}
}

// The glue of Emscripten takes `ImageData` from the global object; it is there only while `work` runs.
const withImageData = <T>(work: () => T): T => {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'ImageData');
  Object.defineProperty(globalThis, 'ImageData', { value: DecodedImage, configurable: true, writable: true });
  try {
    return work();
  } finally {
    if (own) Object.defineProperty(globalThis, 'ImageData', own);
    else delete (globalThis as { ImageData?: unknown }).ImageData;
  }
};

type Emscripten = { decode(bytes: Uint8Array, ...options: number[]): DecodedImage | null };

type Options = {
  noInitialRun: boolean;
  locateFile: (path: string) => string;
  print: (line: string) => void;
  printErr: (line: string) => void;
  instantiateWasm: (
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance) => void,
  ) => WebAssembly.Exports;
};

const PAGE = 65536;

/** Memory of a decoder besides the pixels and twice the file. */
const SPARE_BYTES = 64e6;

/** Keeps the memory of an instance below `limit` bytes: allocations beyond it fail in the decoder. */
const limitMemory = ({ exports }: WebAssembly.Instance, limit: number, refuse: () => void): void => {
  const memory = Object.values(exports).find((value) => value instanceof WebAssembly.Memory)!;
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * PAGE <= limit) return WebAssembly.Memory.prototype.grow.call(memory, pages);
    refuse();
    throw new RangeError('beyond the limit');
  };
};

/** Makes a decoder. */
export type Factory = (options: Options) => Promise<Emscripten>;

/**
 * Decodes a file; RGBA. Each call has its own instance: a damaged file cannot harm the next call, and its memory is freed.
 *
 * @param format how messages name the file
 * @param pixelBytes memory that the decoder may have for the pixels, in bytes; it gets more for the file and itself
 * @param flags what the decoder takes after the bytes
 * @throws {ImageError} if the file is cut off or damaged, or needs more memory
 */
export const decodeWith = async (
  format: string,
  factory: Factory,
  module: WebAssembly.Module,
  bytes: Uint8Array,
  pixelBytes: number,
  ...flags: number[]
): Promise<Pixels> => {
  const limit = pixelBytes + 2 * bytes.length + SPARE_BYTES;
  const messages: string[] = [];
  let refused = false;
  const note = (line: string): void => void messages.push(line);
  const options: Options = {
    noInitialRun: true,
    locateFile: (path) => path,
    print: note,
    printErr: note,
    instantiateWasm: (imports, done) => {
      const instance = new WebAssembly.Instance(module, imports);
      limitMemory(instance, limit, () => (refused = true));
      done(instance);
      return instance.exports;
    },
  };
  try {
    const decoder = await withImageData(() => factory(options));
    const image = withImageData(() => decoder.decode(bytes, ...flags));
    if (image) return { data: image.data, width: image.width, height: image.height, channels: 4 };
  } catch (error) {
    if (messages.length === 0) note(String((error as Error | undefined)?.message ?? error));
  }
  if (refused) {
    throw new ImageError(
      `the ${format} file needs more than ${Math.floor(limit / 1e6)} MB of memory to be decoded (option maxPixels)`,
    );
  }
  const reason = messages.length > 0 ? `: ${messages.join('; ')}` : '';
  throw new ImageError(`the ${format} file is cut off or damaged${reason}`);
};
