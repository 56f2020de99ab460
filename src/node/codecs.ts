// Decodes JPEG and WebP with WebAssembly builds of MozJPEG and libwebp.

import { Buffer } from 'node:buffer';
import { brotliDecompressSync } from 'node:zlib';
import jpegFactory from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import webpFactory from '@jsquash/webp/codec/dec/webp_dec.js';
import * as embedded from './generated/codecs.js';
import type { Pixels } from '../image/pixels.js';

// Each decode has an instance of its own: a damaged file cannot harm the next one, and the memory goes with it.

type Codec = 'jpeg' | 'webp';

const compiled: Partial<Record<Codec, Promise<WebAssembly.Module>>> = {};

const compile = (codec: Codec): Promise<WebAssembly.Module> =>
  (compiled[codec] ??= WebAssembly.compile(brotliDecompressSync(Buffer.from(embedded[codec], 'base64'))));

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

type Emscripten = { decode(bytes: Uint8Array, ...flags: boolean[]): DecodedImage | null };

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

type Factory = (options: Options) => Promise<Emscripten>;

/** What a decoder gives: the picture, if it could make one, and what it printed. */
export type Decoded = { pixels: Pixels | undefined; messages: string[] };

const decodeWith = async (factory: Factory, codec: Codec, bytes: Uint8Array, ...flags: boolean[]): Promise<Decoded> => {
  const module = await compile(codec);
  const messages: string[] = [];
  const note = (line: string): void => void messages.push(line);
  const options: Options = {
    noInitialRun: true,
    locateFile: (path) => path,
    print: note,
    printErr: note,
    instantiateWasm: (imports, done) => {
      const instance = new WebAssembly.Instance(module, imports);
      done(instance);
      return instance.exports;
    },
  };
  try {
    const decoder = await withImageData(() => factory(options));
    const image = withImageData(() => decoder.decode(bytes, ...flags));
    return { pixels: image ? pixelsOf(image) : undefined, messages };
  } catch (error) {
    if (messages.length === 0) note(String((error as Error | undefined)?.message ?? error));
    return { pixels: undefined, messages };
  }
};

const pixelsOf = ({ data, width, height }: DecodedImage): Pixels => ({ data, width, height, channels: 4 });

const KEEP_AS_STORED = false;

/** Decodes a JPEG file of one or three components (libjpeg-turbo's methods, as in Pillow); RGBA, not turned. */
export const decodeJpeg = (bytes: Uint8Array): Promise<Decoded> =>
  decodeWith(jpegFactory as Factory, 'jpeg', bytes, KEEP_AS_STORED);

/** Decodes a still WebP file; RGBA, not turned. */
export const decodeWebp = (bytes: Uint8Array): Promise<Decoded> => decodeWith(webpFactory as Factory, 'webp', bytes);
