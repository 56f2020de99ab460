// The semaphore: how many tasks run at a time, in which order, and what ends a wait.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Semaphore } from '../../src/classifier/semaphore.js';
import { mulberry32 } from '../support/seeded.js';

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

test('runs as many tasks as it has places, in the order in which they came, also after failures', async () => {
  for (const places of [1, 2, 5]) {
    const semaphore = new Semaphore(places);
    const started: number[] = [];
    let [running, most] = [0, 0];
    const task = (index: number) => async () => {
      started.push(index);
      most = Math.max(most, ++running);
      await pause(index % 3);
      running--;
      if (index % 4 === 0) throw new Error(`task ${index}`);
      return index;
    };
    const results = await Promise.allSettled(Array.from({ length: 23 }, (_, index) => semaphore.run(task(index))));
    assert.is(most, places);
    assert.equal(
      started,
      started.map((_, index) => index),
    );
    results.forEach((result, index) =>
      assert.equal(
        result.status === 'fulfilled' ? result.value : (result.reason as Error).message,
        index % 4 ? index : `task ${index}`,
      ),
    );
  }
});

test('a task whose signal is aborted leaves the queue at once, and its place goes to the next', async () => {
  const semaphore = new Semaphore(1);
  const controller = new AbortController();
  const reason = new Error('enough');
  let release = () => {};
  const first = semaphore.run(() => new Promise<void>((done) => (release = done)));
  const second = semaphore.run(() => assert.unreachable('it was aborted'), controller.signal);
  const third = semaphore.run(() => 3);
  controller.abort(reason);
  assert.is(await second.catch((error: Error) => error), reason);
  release();
  await first;
  assert.is(await third, 3);
  assert.is(await semaphore.run(() => 4), 4);
});

test('a task whose signal is aborted already never waits and never starts', async () => {
  const semaphore = new Semaphore(1);
  const reason = new Error('enough');
  const refused = () => semaphore.run(() => assert.unreachable('it was aborted'), AbortSignal.abort(reason));
  assert.is(await refused().catch((error: Error) => error), reason);
  await semaphore.run(async () => assert.is(await refused().catch((error: Error) => error), reason));
  assert.is(await semaphore.run(() => 2), 2);
});

test('keeps its places over many random ends', async () => {
  const seed = Number(process.env.SEED ?? 11);
  console.log(`SEED=${seed}`);
  const random = mulberry32(seed);
  const semaphore = new Semaphore(3);
  let [running, most] = [0, 0];
  const calls = Array.from({ length: 500 }, () => {
    const controller = new AbortController();
    if (random() < 0.3) setTimeout(() => controller.abort(), random() * 20);
    return semaphore.run(async () => {
      most = Math.max(most, ++running);
      await pause(random() * 2);
      running--;
    }, controller.signal);
  });
  await Promise.allSettled(calls);
  assert.is(running, 0);
  assert.is(most, 3);
  assert.equal(await Promise.all([1, 2, 3, 4].map((n) => semaphore.run(() => n))), [1, 2, 3, 4]);
});

test('many tasks that wait with one signal give it one listener, which goes with the last of them', async () => {
  const semaphore = new Semaphore(1);
  const { signal } = new AbortController();
  const listeners = { now: 0, most: 0 };
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  signal.addEventListener = (...given: Parameters<typeof add>) => {
    listeners.most = Math.max(listeners.most, ++listeners.now);
    add(...given);
  };
  signal.removeEventListener = (...given: Parameters<typeof remove>) => {
    listeners.now--;
    remove(...given);
  };
  await Promise.all(Array.from({ length: 50 }, () => semaphore.run(() => pause(0), signal)));
  assert.equal(listeners, { now: 0, most: 1 });
});

test.run();
