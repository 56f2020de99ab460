// Packing weights with kernels, in as little memory as the smallest networks have.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ALIGNMENT } from '../../src/ir/plan.js';
import { embeddedHost } from '../../src/kernels/embedded.js';
import { javascriptHost } from '../../src/kernels/javascript.js';
import { PAGE, type Host } from '../../src/kernels/wasm.js';
import { packerIn } from '../../src/runtime/packer.js';
import { seededFloats } from '../support/seeded.js';

const HOSTS: readonly Host[] = [embeddedHost, javascriptHost];

/** Bytes of arenas: so small that every call of a kernel takes one column, a few, and large enough for all. */
const ARENAS = [64, 256, 2 * PAGE];

/** The table that `fill` writes after the arena, and whether anything else has changed. */
const filled = async (
  host: Host,
  arena: number,
  words: number,
  fill: (target: Float32Array, packer: ReturnType<typeof packerIn>) => void,
): Promise<number[]> => {
  const memory = host.createMemory(4 * PAGE);
  const kernels = await host.instantiate('simd', memory);
  const all = new Float32Array(memory.buffer).fill(7);
  const [first, end] = [3 * PAGE, 3 * PAGE + words * 4];
  const target = new Float32Array(memory.buffer, first, words);
  fill(target, packerIn(kernels, memory, { arena, total: PAGE / 2 + arena + ALIGNMENT }));
  const outside = [all.subarray(0, PAGE / 8), all.subarray((PAGE / 2 + arena) / 4, first / 4), all.subarray(end / 4)];
  assert.ok(outside.every((part) => part.every((word) => word === 7)));
  return [...target];
};

for (const host of HOSTS) {
  for (const arena of ARENAS) {
    test(`rows become lanes, and lanes without a row are zero: arena of ${arena} bytes`, async () => {
      for (const [lanes, starts] of [
        [8, [0, 11, 22, 33, 44, 55, 66, 77]],
        [8, [40, 3, 90, 20, 61]],
        [12, [5, 16, 27, 38, 49, 60, 71, 82, 93]],
        [8, []],
      ] as const) {
        const from = seededFloats(110, lanes, -1, 1);
        const found = await filled(host, arena, lanes * 11, (target, packer) =>
          packer.interleave(target, lanes, from, starts),
        );
        const expected = Array.from({ length: lanes * 11 }, (_, i) => {
          const start = starts[i % lanes];
          return start === undefined ? 0 : from[start + Math.floor(i / lanes)]!;
        });
        assert.equal(found, expected);
      }
    });

    test(`matrices become panels, the last one padded with zeros: arena of ${arena} bytes`, async () => {
      for (const [depth, columns] of [
        [7, 16],
        [5, 13],
        [33, 3],
      ] as const) {
        const from = seededFloats(depth * columns, depth, -1, 1);
        const words = Math.ceil(columns / 8) * 8 * depth;
        const found = await filled(host, arena, words, (target, packer) => packer.panels(target, from, columns));
        const expected = Array.from({ length: words }, (_, i) => {
          const [k, n] = [Math.floor(i / 8) % depth, Math.floor(i / (8 * depth)) * 8 + (i % 8)];
          return n < columns ? from[k * columns + n]! : 0;
        });
        assert.equal(found, expected);
      }
    });
  }
}

test.run();
