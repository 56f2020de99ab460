// Modules of WebAssembly embedded in the JavaScript.

import { fromBase64 } from '../arguments.js';
import { EngineError } from '../errors.js';

/** The bytes in gzipped base64. @throws {EngineError} if the engine cannot decompress */
export const unpack = async (packed: string): Promise<Uint8Array<ArrayBuffer>> => {
  // Node, Deno and Bun load their web streams on first use, which takes 50 ms; jsdom has no web streams, but runs in
  // Node
  const zlib = typeof process === 'object' ? process.getBuiltinModule?.('node:zlib') : undefined;
  if (zlib) return zlib.gunzipSync(Buffer.from(packed, 'base64'));
  if (typeof DecompressionStream === 'function') {
    // the body of a response: browsers ask another process for that of a Blob, and WebKit's workers of file: pages read none
    const stream = new Response(fromBase64(packed)).body!.pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }
  throw new EngineError(
    'this engine has no DecompressionStream, which needs Chrome 80, Firefox 113, Safari 16.4 or Node 18; or use groupwise/external, which works without it',
  );
};
