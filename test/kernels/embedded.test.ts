// The embedded kernels are those of the files.

import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { embeddedBuilds } from '../../src/kernels/embedded.js';

for (const build of ['simd', 'relaxed'] as const) {
  test(`${build} is the file of that name`, async () => {
    const bytes = new Uint8Array((await embeddedBuilds())[build]!);
    assert.equal(bytes, new Uint8Array(readFileSync(`build/kernels/${build}.wasm`)));
  });
}

test('the builds differ only where opcodes are fused', async () => {
  const { simd, relaxed } = await embeddedBuilds();
  const [a, b] = [new Uint8Array(simd!), new Uint8Array(relaxed!)];
  const words = (from: number, bytes: Uint8Array) => [...bytes.subarray(from, from + 3)].join(' ');
  const changes = new Set<string>();
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    const start = b[i] === 1 ? i : i - 1; // multiplications change from their first byte on, additions from their second
    changes.add(`${words(start, a)} -> ${words(start, b)}`);
    i = start + 2;
  }
  assert.equal([...changes].sort(), ['253 228 1 -> 253 133 2', '253 230 1 -> 1 1 1']);
});

test.run();
