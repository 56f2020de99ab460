// A crew whose thread does not answer, or whose kernel fails.

import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Kernels } from '../../src/kernels/wasm.js';
import { startKernelThread } from '../../src/node/threads.js';
import { PARTS, WORDS } from '../../src/threads/box.js';
import { Crew } from '../../src/threads/crew.js';
import type { StartThread } from '../../src/threads/kernel-thread.js';
import { createSharedMemory, importingShared } from '../../src/threads/shared-memory.js';

const modules = [new WebAssembly.Module(importingShared(readFileSync('build/kernels/simd.wasm')))];

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
  const crew = await Crew.start(1, start, modules, createSharedMemory(1), kernels, 2);
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
  const crew = await Crew.start(1, startKernelThread, modules, memory, { move } as unknown as Kernels);
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
    await Crew.start(3, start, modules, createSharedMemory(1), {} as Kernels);
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, 'no more threads');
  }
  assert.is(ended, 3);
});

/** The error with which a crew of so many threads besides the caller's does not start. */
const startFailure = async (count: number, start: StartThread): Promise<Error> => {
  try {
    await Crew.start(count, start, modules, createSharedMemory(1), {} as Kernels);
  } catch (error) {
    return error as Error;
  }
  throw new Error('the crew has started');
};

test('if a later thread cannot be created, the end of an earlier one is no unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  process.on('unhandledRejection', note);
  let ended = 0;
  const error = await startFailure(2, ({ thread }) => {
    if (thread === 2) throw new Error('no more threads');
    let end = () => {};
    const ready = new Promise<void>((_, reject) => {
      end = () => {
        ended++;
        reject(new Error('a thread ended before it was ready'));
      };
    });
    return { ready, end };
  });
  await new Promise((resolve) => setTimeout(resolve, 0));
  process.off('unhandledRejection', note);
  assert.is(error.message, 'no more threads');
  assert.is(ended, 1);
  assert.equal(unhandled, []);
});

test('no timer stays if a thread cannot start and another never says whether it has', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const error = await startFailure(2, ({ thread }) => ({
    ready: thread === 1 ? Promise.reject(new Error('forbidden')) : new Promise(() => {}),
    end: () => {},
  }));
  assert.is(error.message, 'forbidden');
  assert.is(timers(), before);
});

test('the call that ends a crew never has the number that says that a part is taken', async () => {
  let words: Int32Array = new Int32Array();
  const start: StartThread = ({ box }) => {
    words = new Int32Array(box);
    return { ready: Promise.resolve(), end: () => {} };
  };
  const crew = await Crew.start(1, start, modules, createSharedMemory(1), {} as Kernels);
  words[WORDS.call] = -1;
  crew.end();
  assert.is(words[WORDS.call], 1);
});

test.run();
