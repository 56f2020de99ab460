// How to start Node so that its WebAssembly has, or lacks, relaxed SIMD.

import { spawnSync } from 'node:child_process';

/** Flags to try: what is built in, then switching the feature on (Node 20) or off (later versions). */
const FLAGS = [[], ['--experimental-wasm-relaxed-simd'], ['--no-experimental-wasm-relaxed-simd']];

/** A module whose only function returns f32x4.relaxed_madd of three zeros. */
const RELAXED_MODULE = [
  0, 97, 115, 109, 1, 0, 0, 0, // header
  1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, // type () -> v128, one function of it
  10, 19, 1, 17, 0, 65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 133, 2, 11, // three i32x4.splat, relaxed_madd
];

const SCRIPT = `process.stdout.write(String(WebAssembly.validate(Uint8Array.of(${RELAXED_MODULE}))))`;

/** Flags of a process whose runtimes find plain SIMD alone, or relaxed SIMD too. @param {'plain' | 'relaxed'} simd */
export const flagsFor = (simd) => {
  const flags = FLAGS.find((candidate) => {
    const { stdout } = spawnSync(process.execPath, [...candidate, '-e', SCRIPT], { encoding: 'utf8' });
    return stdout === String(simd === 'relaxed');
  });
  if (!flags) throw new Error(`Node ${process.version} cannot run WebAssembly with ${simd} SIMD; use Node 20 or 22`);
  return flags;
};
