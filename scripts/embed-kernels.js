// Writes src/kernels/generated/builds.ts: the signatures of the kernels, and the build `simd` with the places where the build
// `relaxed` differs, as gzipped base64. Run after scripts/split-kernels.js.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import zopfli from '@gfx/zopfli';

const read = (name) => readFileSync(new URL(`../build/kernels/${name}`, import.meta.url));

const simd = read('simd.wasm');
const places = JSON.parse(read('fused.json'));
const steps = Uint16Array.from(places, (place, i) => place - (places[i - 1] ?? 0));
// Zopfli's gzip is 6 % smaller than zlib's; pages download it with every script
const bytes = await promisify(zopfli.gzip)(Buffer.concat([simd, Buffer.from(steps.buffer)]), { numiterations: 15 });
const packed = Buffer.from(bytes).toString('base64');

const signatures = read('fused.d.ts')
  .toString()
  .match(/(?<=export function )\w+\(.*\): \w+;/g)
  .map((signature) => `  ${signature}`);

mkdirSync(new URL('../src/kernels/generated/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('../src/kernels/generated/builds.ts', import.meta.url),
  `/** The kernels that the planner can bind; addresses in bytes, counts in elements. */
export type Kernels = {
${signatures.join('\n')}
};

/**
 * The build \`simd\`, and then the distances between the opcodes that differ in \`relaxed\`, 16 bits each (little-endian);
 * gzip, base64.
 */
export const packed = '${packed}';

/** Size of the builds, in bytes. */
export const buildBytes = ${simd.length};
`,
);
