// A crew whose thread does not answer.

import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Kernels } from '../../src/kernels/wasm.js';
import { WORDS } from '../../src/threads/box.js';
import { Crew } from '../../src/threads/crew.js';
import type { StartThread } from '../../src/threads/kernel-thread.js';
import { createSharedMemory, importingShared } from '../../src/threads/shared-memory.js';

test('a crew that has lost a thread refuses all further work', async () => {
  const module = new WebAssembly.Module(importingShared(readFileSync('build/kernels/simd.wasm')));
  let words: Int32Array = new Int32Array();
  let ended = 0;
  const start: StartThread = ({ box }) => {
    words = new Int32Array(box);
    return Promise.resolve(() => void ended++);
  };
  let takes = false;
  // while the caller works, a thread takes the other part, and is never heard of again
  const kernels = { move: () => void (takes && Atomics.sub(words, WORDS.left, 1)) } as unknown as Kernels;
  const crew = await Crew.start(1, start, module, createSharedMemory(1), kernels, 2);
  const run = () => crew.run('move', 2, 0);
  run(); // the caller does both parts itself
  takes = true;
  assert.throws(run, /does not answer/);
  assert.is(ended, 1);
  takes = false;
  assert.throws(run, /does not answer/);
});

test.run();
