// Makes two builds of the same length from build/kernels/fused.wasm: simd.wasm, in which each fused multiply-add is a
// multiplication and an addition, and relaxed.wasm, in which the fused opcode stands in the place of the addition, and `nop`s
// in that of the multiplication. One of them and the places where they differ (build/kernels/fused.json) make the other.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parse, print } from './scalar/text.js';

const root = new URL('../', import.meta.url);
const FEATURES = [
  '--enable-simd',
  '--enable-relaxed-simd',
  '--enable-bulk-memory',
  '--enable-nontrapping-float-to-int',
];

const file = (name) => new URL(`build/kernels/${name}`, root);
const binaryen = (tool, ...words) =>
  execFileSync(process.execPath, [`node_modules/binaryen/bin/${tool}`, ...FEATURES, ...words], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });

/** The module with (sum (product a b) c) in place of every fused multiply-add. */
const unfused = (item, product, sum) => {
  if (!Array.isArray(item)) return item;
  const [first, ...rest] = item.map((part) => unfused(part, product, sum));
  if (first !== 'f32x4.relaxed_madd') return [first, ...rest];
  const [a, b, c] = rest;
  return [sum, [product, a, b], c];
};

const assemble = (module, name) => {
  const path = `build/kernels/${name}`;
  writeFileSync(new URL(`${path}.wat`, root), print(module));
  binaryen('wasm-as', `${path}.wat`, '-o', path);
  return readFileSync(new URL(path, root));
};

const fused = parse(binaryen('wasm-dis', 'build/kernels/fused.wasm'));
const simd = assemble(unfused(fused, 'f32x4.mul', 'f32x4.add'), 'simd.wasm');
// the same with other opcodes of the same length: these bytes show where they are
const marked = assemble(unfused(fused, 'f32x4.min', 'f32x4.max'), 'marked.wasm');

const PREFIX = 0xfd;
const [MULTIPLY, ADD, MINIMUM, MAXIMUM] = [0xe6, 0xe4, 0xe8, 0xe9];
const RELAXED_MADD = [PREFIX, 0x85, 0x02];
const NOP = 0x01;

const relaxed = Buffer.from(simd);
const places = [];
let open = 0;
if (marked.length !== simd.length) throw new Error('the marked module has another length');
for (let at = 0; at < simd.length; at++) {
  if (simd[at] === marked[at]) continue;
  const start = at - 1;
  if (simd[start] !== PREFIX || simd[at + 1] !== 1) throw new Error(`byte ${at} is no opcode of vectors`);
  if (simd[at] === MULTIPLY && marked[at] === MINIMUM) relaxed.fill(NOP, start, start + 3);
  else if (simd[at] === ADD && marked[at] === MAXIMUM) relaxed.set(RELAXED_MADD, start);
  else throw new Error(`byte ${at} differs in another way`);
  open += simd[at] === MULTIPLY ? 1 : -1;
  places.push(start);
}
if (!places.length || open) throw new Error(`${open} products without a sum of ${places.length} places`);
writeFileSync(file('relaxed.wasm'), relaxed);
writeFileSync(file('fused.json'), JSON.stringify(places));
