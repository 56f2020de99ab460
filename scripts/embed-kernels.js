// Writes src/kernels/generated/builds.ts: the signatures of the kernels and both builds as one gzipped base64.
// Run after `asc --target simd` and `asc --target relaxed`.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const read = (name) => readFileSync(new URL(`../build/kernels/${name}`, import.meta.url));

// The builds differ in one instruction. Interleaved, they compress well, since gzip looks 32 KiB back.
const BLOCK = 8192;
const builds = ['simd', 'relaxed'].map((name) => read(`${name}.wasm`));
const blocks = Array.from({ length: Math.ceil(Math.max(...builds.map(({ length }) => length)) / BLOCK) }, (_, i) =>
  builds.map((bytes) => bytes.subarray(i * BLOCK, (i + 1) * BLOCK)),
);
const packed = gzipSync(Buffer.concat(blocks.flat()), { level: 9 }).toString('base64');

const signatures = read('simd.d.ts')
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

/** Both builds: interleaved blocks, gzip, base64. */
export const packed = '${packed}';

/** Sizes of the builds and of their blocks, in bytes. */
export const simdBytes = ${builds[0].length}, relaxedBytes = ${builds[1].length}, blockBytes = ${BLOCK};
`,
);
