// Workers of a page whose script is another, does not start or cannot be read: with a platform that the test plays.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, EngineError } from '../../src/errors.js';
import { loadClassifier, loadModel } from '../../src/index.js';
import { Client } from '../../src/worker/client.js';
import { workerScript } from '../../src/worker/script.js';
import { portToPage, webWorkers } from '../../src/worker/web-worker.js';

const NAME = 'groupwise-worker';
const CURE = 'option workerUrl takes the address of a copy of groupwise.min.js of this version';

/** A worker as a page has it. */
class FakeWorker {
  static last: FakeWorker;
  isEnded = false;
  readonly sent: unknown[] = [];
  onmessage!: (event: { data: unknown }) => void;
  onerror!: (event: { message?: string; preventDefault: () => void }) => void;
  onmessageerror!: () => void;

  constructor(
    readonly address: string,
    readonly options: WorkerOptions,
  ) {
    FakeWorker.last = this;
  }

  postMessage(message: unknown): void {
    this.sent.push(message);
  }

  terminate(): void {
    this.isEnded = true;
  }

  fail(message?: string): void {
    this.onerror({ ...(message && { message }), preventDefault: () => {} });
  }
}

/** The clocks of the page that run: each call is a second. */
const clocks = new Set<() => void>();

const test = suite('workers of pages');
const platform = { setInterval, clearInterval };

test.before.each(() => {
  clocks.clear();
  Object.assign(globalThis, {
    Worker: FakeWorker,
    location: { href: 'http://example.org/' },
    setInterval: (tick: () => void, ms: number) => {
      assert.is(ms, 1000);
      clocks.add(tick);
      return tick;
    },
    clearInterval: (tick: () => void) => clocks.delete(tick),
  });
});
test.after.each(() => {
  for (const name of ['Worker', 'location']) Reflect.deleteProperty(globalThis, name);
  Object.assign(globalThis, platform);
});

const seconds = (count: number): void => {
  for (let i = 0; i < count; i++) for (const tick of [...clocks]) tick();
};

/** A client of a new worker with a script of the page's choice, and a call that waits. */
const start = async (url: string | URL = '/other.js') => {
  const client = new Client(await webWorkers.start(url, undefined));
  const call = client.call('describe', []).then(
    (value) => ({ value, error: new Error('it answered') }),
    (error: Error) => ({ value: undefined, error }),
  );
  return { client, call, worker: FakeWorker.last };
};

test('a script that says nothing is waited for during 30 seconds in which the page runs', async () => {
  const { client, call, worker } = await start('/other.js?of=30');
  seconds(29);
  assert.is(clocks.size, 1);
  assert.not(client.ending.aborted);
  seconds(1);
  const { error } = await call;
  assert.instance(error, EngineError);
  assert.is(error.message, `the worker ended: /other.js?of=30 did not answer in 30 s: ${CURE}`);
  assert.is(clocks.size, 0);
  client.close();
  assert.ok(worker.isEnded);
});

test('a script that says something else is refused at once', async () => {
  for (const data of ['ready', { id: 1, value: 7 }, null, undefined]) {
    const { call, worker } = await start(new URL('http://example.org/other.js'));
    worker.onmessage({ data });
    const { error } = await call;
    assert.instance(error, EngineError);
    assert.is(error.message, `the worker ended: http://example.org/other.js is another script: ${CURE}`);
    assert.is(clocks.size, 0);
  }
});

test('the script of this package begins with its name, and then answers', async () => {
  const { call, worker } = await start();
  assert.equal([worker.address, worker.options], ['/other.js', { name: NAME, type: 'classic' }]);
  worker.onmessage({ data: NAME });
  assert.is(clocks.size, 0);
  worker.onmessage({ data: { id: 1, value: 7 } });
  assert.is((await call).value, 7);
});

test('a worker that is ended before it answers has no clock any more', async () => {
  const { client, call } = await start();
  client.close();
  assert.match((await call).error.message, 'disposed');
  assert.is(clocks.size, 0);
});

test('a script that cannot be started is named, with the reason of the engine; later failures have only that', async () => {
  for (const [message, shown] of [
    [undefined, 'cannot be started'],
    ['Uncaught SyntaxError: import', 'cannot be started (Uncaught SyntaxError: import)'],
  ] as const) {
    const { call, worker } = await start();
    worker.fail(message);
    const { error } = await call;
    assert.instance(error, EngineError);
    assert.is(error.message, `the worker ended: /other.js ${shown}: ${CURE}`);
  }
  const { call, worker } = await start();
  worker.onmessage({ data: NAME });
  worker.fail('Uncaught RangeError: memory');
  assert.is((await call).error.message, 'the worker ended: Uncaught RangeError: memory');
});

test('an answer that the page cannot read ends the worker', async () => {
  const { client, call, worker } = await start();
  worker.onmessage({ data: NAME });
  worker.onmessageerror();
  const { error } = await call;
  assert.instance(error, EngineError);
  assert.match(error.message, /^the worker ended: the engine cannot read a message.*Load the model again$/);
  assert.throws(() => client.ending.throwIfAborted(), /cannot read a message/);
});

test('the script tells the page its name first, and fails if it cannot read a message', () => {
  const sent: unknown[] = [];
  const scope = { name: NAME, postMessage: (message: unknown) => void sent.push(message), onmessageerror: undefined };
  Object.assign(globalThis, scope);
  try {
    assert.ok(portToPage());
    assert.equal(sent, [NAME]);
    const { onmessageerror } = globalThis as unknown as { onmessageerror: () => void };
    assert.throws(onmessageerror, /cannot read a message/);
  } finally {
    for (const name of Object.keys(scope)) Reflect.deleteProperty(globalThis, name);
  }
  assert.is(portToPage(), undefined);
});

test('a script that is not in its place is named, with the cure', async () => {
  // the bundler makes the module, so that there is none here
  const error = await workerScript().then(
    () => assert.unreachable('it should fail') as never,
    (why: unknown) => why,
  );
  assert.instance(error, EngineError);
  assert.match(
    (error as Error).message,
    /^the script of workers is in a file of its own, chunks\/script-text\.js, which cannot be loaded: .*script-text\.js.*\. Publish all files of groupwise together/,
  );
  assert.ok((error as Error).cause);
});

test('a signal ends the wait for the script', async () => {
  const reason = new Error('enough');
  const error = await webWorkers.start(undefined, AbortSignal.abort(reason)).catch((why: unknown) => why);
  assert.is(error, reason);
});

test('the script of a worker is refused where none is wanted', async () => {
  for (const [load, name] of [
    [loadModel, 'loadModel'],
    [loadClassifier, 'loadClassifier'],
  ] as const) {
    const workerUrl = '/groupwise.min.js';
    const error = await load(new Uint8Array(9), { workerUrl } as object).catch((why: unknown) => why);
    assert.instance(error, ArgumentError);
    assert.is((error as ArgumentError).argument, 'workerUrl');
    assert.is((error as Error).message, `${name}: option workerUrl needs option worker: true beside it`);
    // a program that decides by device gives the address in both cases
    const other = await load(new Uint8Array(9), { workerUrl, worker: false }).catch((why: unknown) => why);
    assert.is((other as Error).name, 'FormatError');
  }
});

test.run();
