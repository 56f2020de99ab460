// Kernels embedded in the JavaScript: no file to find or fetch.

import { fromBase64 } from '../arguments.js';
import { EngineError } from '../errors.js';
import { compile } from './compile.js';
import { blockBytes, packed, relaxedBytes, simdBytes } from './generated/builds.js';
import { wasmHost, type Build, type CompileKernels } from './wasm.js';

type Builds = Partial<Record<Build, ArrayBuffer>>;

const compiled = new Map<Build, Promise<WebAssembly.Module>>();
let unpacked: Promise<Builds> | undefined;

/** Unpacks and compiles the embedded kernels, once per build. @throws {EngineError} if the page forbids WebAssembly */
export const embeddedKernels: CompileKernels = (build) => {
  let module = compiled.get(build);
  if (!module) {
    compiled.set(build, (module = (unpacked ??= unpack()).then((builds) => compile(builds[build]!))));
    module.catch(() => {
      compiled.delete(build); // another load may try again
      unpacked = undefined;
    });
  }
  return module;
};

/** The embedded kernels. */
export const embeddedHost = wasmHost(embeddedKernels);

const unpack = async (): Promise<Builds> => separate(await gunzip(fromBase64(packed)));

const gunzip = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> => {
  // Node, Deno and Bun load their web streams on first use, which takes 50 ms; jsdom has no web streams, but runs in
  // Node
  const zlib = typeof process === 'object' ? process.getBuiltinModule?.('node:zlib') : undefined;
  if (zlib) return zlib.gunzipSync(bytes);
  if (typeof DecompressionStream === 'function') {
    // the body of a response: browsers ask another process for that of a Blob, and WebKit's workers of file: pages read none
    const stream = new Response(bytes).body!.pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }
  throw new EngineError(
    'this engine has no DecompressionStream, which needs Chrome 80, Firefox 113, Safari 16.4 or Node 18; or use groupwise/external, which works without it',
  );
};

/** Separates the builds, whose blocks are interleaved. */
const separate = (mixed: Uint8Array): Builds => {
  const builds = [new Uint8Array(simdBytes), new Uint8Array(relaxedBytes)] as const;
  for (let at = 0, done = 0; at < mixed.length; done += blockBytes) {
    for (const bytes of builds) {
      const size = Math.max(Math.min(blockBytes, bytes.length - done), 0);
      bytes.set(mixed.subarray(at, at + size), done);
      at += size;
    }
  }
  return { simd: builds[0].buffer, relaxed: builds[1].buffer };
};
