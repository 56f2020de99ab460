// Writes the kernels for engines without SIMD, and for those without WebAssembly: build/kernels/scalar.wasm, and the same
// in JavaScript as src/kernels/generated/asmjs.ts. Both have the kernels of build/kernels/simd.wasm and gated.wasm, and compute
// their bits. Run after these are built.

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

/** Merges two modules, which work on the same memory. */
const merge = (first, second, merged) => {
  const own = [`${BUILD}/${first}.wasm`, first, `${BUILD}/${second}.wasm`, second];
  // each module imports a memory, and exports it
  const tool = ['wasm-merge', ...SIMD, '--enable-multimemory', '--skip-export-conflicts', '-S'];
  run(...tool, ...own, '-o', `${BUILD}/${merged}.wat`);
  const [one, other] = read(`${BUILD}/${merged}.wat`).matchAll(/\(import "env" "memory" \(memory (\S+) 0\)\)/g);
  const text = read(`${BUILD}/${merged}.wat`).replace(other[0], '').replaceAll(other[1], one[1]);
  write(`${BUILD}/${merged}.wat`, text);
};

merge('simd', 'gated', 'merged');
run('wasm-opt', ...SIMD, `${BUILD}/merged.wat`, '--flatten', '--ssa-nomerge', '-S', '-o', `${BUILD}/flat.wat`);
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
