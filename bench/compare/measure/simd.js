// How to start Node so that its WebAssembly has, or lacks, relaxed SIMD.

import { spawnSync } from 'node:child_process';

/** Flags to try: none, then switching the feature on (Node 20) and off (later versions). */
const FLAGS = [[], ['--experimental-wasm-relaxed-simd'], ['--no-experimental-wasm-relaxed-simd']];

/** A module in hexadecimal with one function, which returns f32x4.relaxed_madd of three zeros. */
const RELAXED_MODULE = [
  '0061736d01000000', // header
  '0105016000017b', // type: () -> v128
  '03020100', // one function of that type
  '0a13011100', // its code, without local variables
  '4100fd114100fd114100fd11', // three times i32.const 0, i32x4.splat
  'fd85020b', // f32x4.relaxed_madd, end
].join('');

const SCRIPT = `process.stdout.write(String(WebAssembly.validate(Buffer.from('${RELAXED_MODULE}', 'hex'))))`;

/** Flags of a process whose runtimes find plain SIMD alone, or relaxed SIMD too. @param {'plain' | 'relaxed'} simd */
export const flagsFor = (simd) => {
  const flags = FLAGS.find((candidate) => {
    const { stdout } = spawnSync(process.execPath, [...candidate, '-e', SCRIPT], { encoding: 'utf8' });
    return stdout === String(simd === 'relaxed');
  });
  if (!flags) throw new Error(`Node ${process.version} cannot run WebAssembly with ${simd} SIMD; use Node 20 or 22`);
  return flags;
};
