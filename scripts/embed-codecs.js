// Writes src/node/generated/codecs.ts: the decoders of @jsquash/* as brotli + base64; nothing is looked up at run time.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { brotliCompressSync } from 'node:zlib';

const root = new URL('../', import.meta.url);

const CODECS = {
  jpeg: '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
  webp: '@jsquash/webp/codec/dec/webp_dec.wasm',
};

const lines = ['// Written by scripts/embed-codecs.js: brotli + base64 of WebAssembly modules.'];
for (const [name, path] of Object.entries(CODECS)) {
  const bytes = await readFile(new URL(`node_modules/${path}`, root));
  const packed = brotliCompressSync(bytes);
  lines.push(`export const ${name} = '${packed.toString('base64')}';`);
  console.log(`${name}: ${packed.length} bytes`);
}
await mkdir(new URL('src/node/generated/', root), { recursive: true });
await writeFile(new URL('src/node/generated/codecs.ts', root), `${lines.join('\n')}\n`);
