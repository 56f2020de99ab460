// A crew whose thread does not answer, or whose kernel fails.

import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Kernels } from '../../src/kernels/wasm.js';
import { startKernelThread } from '../../src/node/threads.js';
import { PARTS } from '../../src/threads/box.js';
import { Crew } from '../../src/threads/crew.js';
import type { StartThread } from '../../src/threads/kernel-thread.js';
import { createSharedMemory, importingShared } from '../../src/threads/shared-memory.js';

const module = new WebAssembly.Module(importingShared(readFileSync('build/kernels/simd.wasm')));

test('a crew that has lost a thread refuses all further work', async () => {
  let words: Int32Array = new Int32Array();
  let ended = 0;
  const start: StartThread = ({ box }) => {
    words = new Int32Array(box);
    return { ready: Promise.resolve(), end: () => void ended++ };
  };
  let takes = false;
  // while the caller works, a thread takes the other part, and is never heard of again
  const kernels = {
    move: () => void (takes && Atomics.store(words, (PARTS.first + PARTS.stride) * 2, 0)),
  } as unknown as Kernels;
  const crew = await Crew.start(1, start, module, createSharedMemory(1), kernels, 2);
  const run = () => crew.run('move', 2);
  run(); // the caller does both parts itself
  takes = true;
  assert.throws(run, /does not answer/);
  assert.is(ended, 1);
  takes = false;
  assert.throws(run, /does not answer/);
});

/** A crew of two for the kernel `move` in a memory of a page, and a kernel of the caller. */
const crewOfTwo = async (move: (to: number, from: number, bytes: number) => void) => {
  const memory = createSharedMemory(1);
  const crew = await Crew.start(1, startKernelThread, module, memory, { move } as unknown as Kernels);
  const moveInParts = (...parts: (readonly [to: number, from: number, bytes: number])[]) => {
    parts.forEach((args, part) => crew.parts[part]!.set(args));
    crew.run('move', parts.length);
  };
  return { crew, memory, moveInParts };
};

const BEYOND = 2 ** 20;

/** What the caller does while the other thread takes its part. */
const wait = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);

test('a thread runs its parts with the arguments that they have', async () => {
  const { crew, memory, moveInParts } = await crewOfTwo(wait);
  const bytes = new Uint8Array(memory.buffer);
  bytes.set([1, 2, 3, 4], 64);
  moveInParts([0, 0, 0], [128, 64, 4]);
  assert.equal([...bytes.subarray(128, 133)], [1, 2, 3, 4, 0]);
  crew.end();
});

test('a kernel that fails in a thread is noticed at once, and the crew refuses further work', async () => {
  const { moveInParts } = await crewOfTwo(wait);
  const before = performance.now();
  assert.throws(() => moveInParts([0, 0, 0], [BEYOND, 0, 8]), /a kernel has failed in a thread/);
  assert.ok(performance.now() - before < 2000);
  assert.throws(() => moveInParts([0, 0, 0], [0, 0, 0]), /a kernel has failed in a thread/);
});

test('a kernel that fails in the thread of the caller ends the crew', async () => {
  let fails = true;
  const { moveInParts } = await crewOfTwo(() => {
    if (fails) throw new WebAssembly.RuntimeError('memory access out of bounds');
  });
  assert.throws(() => moveInParts([0, 0, 0], [0, 0, 0]), /out of bounds/);
  fails = false;
  assert.throws(() => moveInParts([0, 0, 0], [0, 0, 0]), /a kernel has failed in a thread/);
});

test('threads that have started end if another cannot start', async () => {
  let ended = 0;
  const start: StartThread = ({ thread }) => ({
    ready: thread === 2 ? Promise.reject(new Error('no more threads')) : Promise.resolve(),
    end: () => void ended++,
  });
  try {
    await Crew.start(3, start, module, createSharedMemory(1), {} as Kernels);
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, 'no more threads');
  }
  assert.is(ended, 3);
});

test.run();
