// Writes src/node/generated/: the WebAssembly modules that decode pictures, as brotli + base64.
// Run after `asc --config assembly/jpeg/asconfig.json`.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { brotliCompressSync } from 'node:zlib';

const root = new URL('../', import.meta.url);

const MODULES = {
  jpeg: 'build/kernels/jpeg.wasm',
  webp: 'node_modules/@jsquash/webp/codec/dec/webp_dec.wasm',
};

await mkdir(new URL('src/node/generated/', root), { recursive: true });
for (const [name, path] of Object.entries(MODULES)) {
  const packed = brotliCompressSync(await readFile(new URL(path, root)));
  const text = `// Written by scripts/embed-codecs.js: ${path}, brotli + base64.\nexport const ${name} = '${packed.toString('base64')}';\n`;
  await writeFile(new URL(`src/node/generated/${name}.ts`, root), text);
  console.log(`${name}: ${packed.length} bytes`);
}
