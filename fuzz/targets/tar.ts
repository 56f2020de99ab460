// Tar archives, whose checksums are made valid.

import { streamOf } from '../../src/eval/byte-source.js';
import { BLOCK } from '../../src/eval/tar-header.js';
import { listTar, readTar } from '../../src/eval/tar.js';
import { writeTar } from '../../test/support/archives.js';
import type { Target } from '../engine/target.js';
import { checkFiles, FILES } from '../support/archives.js';
import { sourceOf } from '../support/memory-source.js';

const CHECKSUM = 148;

/** Gives each block that has some checksum the right one: blocks with a digit where headers have it. */
const repaired = (bytes: Uint8Array): Uint8Array => {
  const copy = Buffer.from(bytes);
  for (let at = 0; at + BLOCK <= copy.length; at += BLOCK) {
    const field = copy.subarray(at + CHECKSUM, at + CHECKSUM + 8);
    if (!/^[0-7]{6}\0 /.test(field.toString('latin1'))) continue;
    field.fill(' ');
    const sum = copy.subarray(at, at + BLOCK).reduce((total, byte) => total + byte, 0);
    field.write(`${sum.toString(8).padStart(6, '0')}\0 `, 'latin1');
  }
  return copy;
};

const long = { name: `${'folder/'.repeat(30)}0.png`, bytes: Uint8Array.of(1) };

export const target: Target = {
  seeds: async () => ({ files: await writeTar(FILES), long: await writeTar([long]), empty: await writeTar([]) }),
  run: async (bytes) => {
    const source = sourceOf(repaired(bytes));
    const entries = await listTar(streamOf(source));
    await checkFiles(entries.paths, (wanted) => readTar(streamOf(source), entries, wanted));
  },
  maxLength: 6144,
};
