// Writes src/generated/kernels.ts: the signatures of the kernels and both builds as gzipped base64.
// Run after `asc --target simd` and `asc --target relaxed`.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const read = (name) => readFileSync(new URL(`../build/kernels/${name}`, import.meta.url));
const embed = (name) => gzipSync(read(`${name}.wasm`), { level: 9 }).toString('base64');

const signatures = read('simd.d.ts')
  .toString()
  .match(/(?<=export function )\w+\(.*\): \w+;/g)
  .map((signature) => `  ${signature}`);

mkdirSync(new URL('../src/generated/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('../src/generated/kernels.ts', import.meta.url),
  `/** The kernels that the planner can bind; addresses in bytes, counts in elements. */
export type Kernels = {
${signatures.join('\n')}
};

/** kernels with plain SIMD, gzip, base64 */
export const simd = '${embed('simd')}';

/** kernels with relaxed SIMD, gzip, base64 */
export const relaxed = '${embed('relaxed')}';
`,
);
