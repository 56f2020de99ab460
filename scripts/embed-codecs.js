// Writes src/generated/codecs.ts: the decoders of @jsquash/* as brotli + base64; nothing is looked up at run time.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { brotliCompressSync } from 'node:zlib';
import binaryen from 'binaryen';

const root = new URL('../', import.meta.url);

const CODECS = {
  jpeg: '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
  png: '@jsquash/png/codec/pkg/squoosh_png_bg.wasm',
  webp: '@jsquash/webp/codec/dec/webp_dec.wasm',
};

// The PNG module holds an encoder as well; what these exports do not reach is removed.
const PNG_EXPORTS = ['memory', 'decode', '__wbindgen_malloc'];

const keepExports = (bytes, kept) => {
  const module = binaryen.readBinary(bytes);
  for (const { name } of WebAssembly.Module.exports(new WebAssembly.Module(bytes))) {
    if (!kept.includes(name)) module.removeExport(name);
  }
  module.runPasses(['remove-unused-module-elements']);
  const smaller = module.emitBinary();
  module.dispose();
  return smaller;
};

const lines = ['// Written by scripts/embed-codecs.js: brotli + base64 of WebAssembly modules.'];
for (const [name, path] of Object.entries(CODECS)) {
  const bytes = await readFile(new URL(`node_modules/${path}`, root));
  const packed = brotliCompressSync(name === 'png' ? keepExports(bytes, PNG_EXPORTS) : bytes);
  lines.push(`export const ${name} = '${packed.toString('base64')}';`);
  console.log(`${name}: ${packed.length} bytes`);
}
await mkdir(new URL('src/generated/', root), { recursive: true });
await writeFile(new URL('src/generated/codecs.ts', root), `${lines.join('\n')}\n`);
