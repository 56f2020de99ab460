// Writes the kernels for engines without SIMD, and for those without WebAssembly: build/kernels/scalar.wasm, and the same
// in JavaScript as src/kernels/generated/asmjs.ts. Both compute the bits of build/kernels/simd.wasm. Run after it is built.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { lowerSimd } from './scalar/lower.js';

const root = new URL('../', import.meta.url);
const BUILD = 'build/kernels';

const run = (tool, ...words) =>
  execFileSync(process.execPath, [`node_modules/binaryen/bin/${tool}`, ...words], { cwd: root, stdio: 'inherit' });
const read = (path) => readFileSync(new URL(path, root), 'utf8');
const write = (path, text) => writeFileSync(new URL(path, root), text);

const SIMD = ['--enable-simd', '--enable-bulk-memory', '--enable-nontrapping-float-to-int'];
const SCALAR = ['--mvp-features', '--enable-bulk-memory'];

run('wasm-opt', ...SIMD, `${BUILD}/simd.wasm`, '--flatten', '--ssa-nomerge', '-S', '-o', `${BUILD}/flat.wat`);
write(`${BUILD}/scalar.wat`, lowerSimd(read(`${BUILD}/flat.wat`)));
run('wasm-opt', ...SCALAR, `${BUILD}/scalar.wat`, '-O2', '-o', `${BUILD}/scalar.wasm`);
run('wasm2js', ...SCALAR, `${BUILD}/scalar.wasm`, '-O2', '-o', `${BUILD}/scalar.js`);

/** The number itself instead of its conversion to a float, which interpreters carry out every time. */
const convertConstants = (script) =>
  script.replace(/Math_fround\((-?(?:[\d.]+(?:e[+-]?\d+)?|Infinity))\)/g, (text, number) =>
    Object.is(Math.fround(number), Number(number)) ? number : text,
  );

// wasm2js writes a module with one instance; a function makes an instance for every memory
const [functions, exported] = read(`${BUILD}/scalar.js`).split('\nvar memasmFunc');
if (!exported) throw new Error('wasm2js writes its module in another way');
write(
  'src/kernels/generated/asmjs.ts',
  `// @ts-nocheck
import type { Kernels } from './builds.js';

/** The kernels in JavaScript, for a memory, to which they add the method \`grow\`. */
export const createKernels: (imports: { env: { memory: { buffer: ArrayBuffer } } }) => Kernels = (imports) => {
${convertConstants(functions)}
  return asmFunc(imports);
};
`,
);
