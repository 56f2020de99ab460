// Builds the modules of kernels that few models need, and writes src/kernels/generated/modules.ts: their names, the signatures
// of their kernels, and the modules as gzipped base64. One that fuses multiply and add would need a build for each way.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import zopfli from '@gfx/zopfli';
import { MODULES } from './kernel-modules.js';

const root = new URL('../', import.meta.url);
const BUILD = 'build/kernels';
const FEATURES = ['--enable-simd', '--enable-bulk-memory', '--enable-nontrapping-float-to-int'];

const run = (tool, ...words) =>
  execFileSync(process.execPath, [`node_modules/${tool}`, ...words], { cwd: root, stdio: 'inherit' });
const read = (path) => readFileSync(new URL(path, root));

const modules = MODULES.map(async (name) => {
  const file = `${BUILD}/${name}.wasm`;
  run('assemblyscript/bin/asc.js', `assembly/${name}/index.ts`, '--config', 'assembly/module.json', '--outFile', file);
  run('binaryen/bin/wasm-opt', ...FEATURES, '-O4', file, '-o', file);
  return {
    name,
    packed: Buffer.from(await promisify(zopfli.gzip)(read(file), { numiterations: 15 })).toString('base64'),
    signatures: read(`${BUILD}/${name}.d.ts`)
      .toString()
      .match(/(?<=export function )\w+\(.*\): \w+;/g),
  };
});
const built = await Promise.all(modules);

mkdirSync(new URL('src/kernels/generated/', root), { recursive: true });
writeFileSync(
  new URL('src/kernels/generated/modules.ts', root),
  `/** The modules of kernels that few models need. */
export type ModuleName = ${MODULES.map((name) => `'${name}'`).join(' | ')};

/** Their kernels; addresses in bytes. */
export type ModuleKernels = {
${built.flatMap(({ signatures }) => signatures.map((signature) => `  ${signature}`)).join('\n')}
};

/** The modules; gzip, base64. */
export const packed: Readonly<Record<ModuleName, string>> = {
${built.map(({ name, packed }) => `  ${name}: '${packed}',`).join('\n')}
};
`,
);
