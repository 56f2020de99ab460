// Makes the sample pictures: drawings/*.svg -> *.jpg, 256x256. Run with `node examples/pictures/draw.js [name...]`.
// The same versions of the renderer and the encoder give the same bytes.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { Resvg } from '@resvg/resvg-js';
import encodeJpeg, { init } from '@jsquash/jpeg/encode.js';

const SIZE = 256;
const QUALITY = 65;

const here = new URL('./', import.meta.url);
const encoder = import.meta.resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm');
await init(await WebAssembly.compile(readFileSync(new URL(encoder))));

const render = (svg) => {
  const { pixels, width, height } = new Resvg(svg, {
    fitTo: { mode: 'width', value: SIZE },
    font: { loadSystemFonts: false },
  }).render();
  return { data: new Uint8ClampedArray(pixels), width, height };
};

const wanted = process.argv.slice(2);
for (const file of readdirSync(new URL('drawings/', here)).sort()) {
  const name = file.replace(/\.svg$/, '');
  if (wanted.length && !wanted.includes(name)) continue;
  const bytes = await encodeJpeg(render(readFileSync(new URL(`drawings/${file}`, here), 'utf8')), { quality: QUALITY });
  writeFileSync(new URL(`${name}.jpg`, here), new Uint8Array(bytes));
  console.log(`${name}.jpg  ${bytes.byteLength} bytes`);
}
