import { Buffer } from 'node:buffer';
import { brotliDecompressSync } from 'node:zlib';
import jpegFactory from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import webpFactory from '@jsquash/webp/codec/dec/webp_dec.js';
import * as embedded from '../generated/codecs.js';
import type { Pixels } from '../image/pixels.js';

// Each decode has an instance of its own: a damaged file cannot harm the next one, and the memory goes with it.

type Codec = 'jpeg' | 'png' | 'webp';

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
  decodeWith(jpegFactory as unknown as Factory, 'jpeg', bytes, KEEP_AS_STORED);

/** Decodes a still WebP file; RGBA, not turned. */
export const decodeWebp = (bytes: Uint8Array): Promise<Decoded> =>
  decodeWith(webpFactory as unknown as Factory, 'webp', bytes);

type PngExports = {
  memory: WebAssembly.Memory;
  decode(address: number, length: number): number;
  __wbindgen_malloc(size: number, align: number): number;
};

// Imports of the PNG module, by the start of their names: `take` gets the picture, `fail` the message of a failure.
const pngImports = (
  module: WebAssembly.Module,
  take: (address: number, length: number, width: number, height: number) => void,
  fail: (address: number, length: number) => void,
): WebAssembly.Imports => {
  const unused = (): never => {
    throw new Error('the PNG decoder called an import that decoding does not need');
  };
  const functions: Record<string, WebAssembly.ImportValue> = {};
  for (const { name } of WebAssembly.Module.imports(module)) {
    if (name.startsWith('__wbg_newwithownedu8clampedarrayandsh_')) functions[name] = take;
    else if (name === '__wbindgen_throw') functions[name] = fail;
    else functions[name] = unused;
  }
  return { wbg: functions };
};

/** Decodes a PNG file to 8 bits a channel (the high byte of 16); RGBA, not turned. */
export const decodePng = async (bytes: Uint8Array): Promise<Decoded> => {
  const module = await compile('png');
  const messages: string[] = [];
  let pixels: Pixels | undefined;
  const imports = pngImports(
    module,
    (address, length, width, height) => {
      const data = new Uint8Array(png.memory.buffer).slice(address >>> 0, (address >>> 0) + (length >>> 0));
      pixels = { data, width: width >>> 0, height: height >>> 0, channels: 4 };
    },
    (address, length) => {
      throw new Error(Buffer.from(png.memory.buffer, address >>> 0, length >>> 0).toString());
    },
  );
  const png = new WebAssembly.Instance(module, imports).exports as unknown as PngExports;
  try {
    const address = png.__wbindgen_malloc(bytes.length, 1) >>> 0;
    new Uint8Array(png.memory.buffer).set(bytes, address);
    png.decode(address, bytes.length);
  } catch {
    // A trap: the decoder of PNG files does not say more.
  }
  return { pixels, messages };
};
