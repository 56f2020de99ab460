// Threads in the workers of browsers that cannot be started: nothing of them is left.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ThreadSetup } from '../../src/threads/kernel-thread.js';
import { startWebThread } from '../../src/threads/web-thread.js';

type Fake = Pick<Worker, 'onmessage' | 'onerror'>;

/** Calls `use` in an engine whose workers do what `begin` says after a message; counts URLs and workers that are left. */
const withWorkers = async (begin: (worker: Fake) => void, use: () => Promise<void>) => {
  const left = { urls: 0, workers: 0 };
  const { createObjectURL, revokeObjectURL } = URL;
  const own = Object.getOwnPropertyDescriptor(globalThis, 'Worker');
  const urls = new Set<string>();
  URL.createObjectURL = () => {
    const url = `blob:${urls.size}`;
    urls.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => void urls.delete(url);
  class FakeWorker implements Fake {
    onmessage = null;
    onerror = null;
    constructor() {
      left.workers++;
    }
    postMessage() {
      begin(this);
    }
    terminate() {
      left.workers--;
    }
  }
  Object.defineProperty(globalThis, 'Worker', { value: FakeWorker, configurable: true });
  try {
    await use();
    left.urls = urls.size;
  } finally {
    Object.assign(URL, { createObjectURL, revokeObjectURL });
    if (own) Object.defineProperty(globalThis, 'Worker', own);
    else Reflect.deleteProperty(globalThis, 'Worker');
  }
  return left;
};

const setup = {} as ThreadSetup;

test('a thread that serves leaves no URL, and its worker until it ends', async () => {
  const begin = (worker: Fake) => void worker.onmessage!.call(worker as Worker, {} as MessageEvent);
  const left = await withWorkers(begin, async () => {
    const { ready, end } = startWebThread(setup);
    await ready;
    end();
  });
  assert.equal(left, { urls: 0, workers: 0 });
});

test('the error of a worker that fails stays here, and its worker and URL are let go', async () => {
  let isKept = false;
  const event = { message: 'no memory', preventDefault: () => void (isKept = true) } as unknown as ErrorEvent;
  const begin = (worker: Fake) => void worker.onerror!.call(worker as Worker, event);
  const left = await withWorkers(begin, async () => {
    const { ready, end } = startWebThread(setup);
    try {
      await ready;
      assert.unreachable();
    } catch (error) {
      assert.is((error as Error).message, 'a thread cannot be started: no memory');
    }
    end();
  });
  assert.ok(isKept);
  assert.equal(left, { urls: 0, workers: 0 });
});

test('a worker that cannot take its setup is let go, and its URL', async () => {
  const begin = () => {
    throw new Error('could not be cloned');
  };
  const left = await withWorkers(begin, async () => {
    const { ready, end } = startWebThread(setup);
    try {
      await ready;
      assert.unreachable();
    } catch (error) {
      assert.is((error as Error).message, 'could not be cloned');
    }
    end();
  });
  assert.equal(left, { urls: 0, workers: 0 });
});

test.run();
