// Writes src/kernels/generated/int8.ts: the signatures of the kernels of int8 networks, and their module as gzipped base64. Run
// after `asc --config assembly/int8/asconfig.json`.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import zopfli from '@gfx/zopfli';

const read = (name) => readFileSync(new URL(`../build/kernels/${name}`, import.meta.url));

const packed = Buffer.from(await promisify(zopfli.gzip)(read('int8.wasm'), { numiterations: 15 })).toString('base64');
const signatures = read('int8.d.ts')
  .toString()
  .match(/(?<=export function )\w+\(.*\): \w+;/g)
  .map((signature) => `  ${signature}`);

mkdirSync(new URL('../src/kernels/generated/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('../src/kernels/generated/int8.ts', import.meta.url),
  `/** The kernels of int8 networks; addresses in bytes. */
export type Int8Kernels = {
${signatures.join('\n')}
};

/** Their module; gzip, base64. */
export const packed = '${packed}';
`,
);
