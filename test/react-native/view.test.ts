// The entry for React Native in Node: a renderer of React, and web views whose page runs in a context of its own.

import { createElement } from 'react';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadClassifier } from '../../src/node.js';
import { installWithFakes, MODEL, nodeHost, type FakeView, type PageHost } from '../support/react-native.js';
import { act, Activity, create, type Rendered } from '../support/react.js';

const test = suite('React Native');
const data = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 37) % 256);
const pixels = { data, width: 40, height: 30, channels: 3 } as const;

/** Scripts that the page got, from all web views. */
let injected: string[] = [];
/** Pages do not run these. */
let dropped = (_: string): boolean => false;
/** What pages run instead of a script. */
let changed = (script: string): string => script;

const newHost = (): PageHost => {
  const host = nodeHost();
  const inject = (script: string): void => {
    injected.push(script);
    if (!dropped(script)) host.inject(changed(script));
  };
  return { ...host, inject };
};

const { library, fakes, remove } = await installWithFakes(newHost);
const { GroupwiseView, useClassifier } = library;

let rendered: Rendered | undefined;
const render = async (element: unknown): Promise<void> =>
  act(() => {
    if (rendered) rendered.update(element);
    else rendered = create(element);
  });
const unmount = async (): Promise<void> =>
  act(() => {
    rendered?.unmount();
    rendered = undefined;
  });
const view = (): FakeView => [...fakes.views][0]!;
const kill = (): Promise<void> => act(() => view().props.onRenderProcessGone());

/** Calls of a method that the page got. */
const callsOf = (method: string): number => injected.filter((script) => script.includes(`\\"${method}\\"`)).length;
/** Waits while React renders: inside of one `act` it would not. */
const untilRendered = async (condition: () => boolean): Promise<void> => {
  for (let i = 0; i < 300 && !condition(); i++) await act(() => new Promise((done) => setTimeout(done, 20)));
  assert.ok(condition(), String(condition));
};
const until = async (condition: () => boolean): Promise<void> => {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise((done) => setTimeout(done, 10));
  assert.ok(condition(), String(condition));
};

const failure = async (promise: Promise<unknown>): Promise<Error & { code?: string }> =>
  promise.then(
    () => assert.unreachable('it should reject') as never,
    (error: Error) => error,
  );

test.before.each(async () => {
  injected = [];
  dropped = () => false;
  changed = (script) => script;
  await render(createElement(GroupwiseView));
});
test.after.each(unmount);
test.after(remove);

test('a classifier answers as one in Node, digit for digit', async () => {
  const expected = await loadClassifier(MODEL, { deterministic: true });
  const progress: number[] = [];
  const classifier = await library.loadClassifier(MODEL, {
    deterministic: true,
    onProgress: ({ loaded }) => progress.push(loaded),
  });
  assert.equal(classifier.classes, expected.classes);
  assert.equal(classifier.model.inputs, expected.model.inputs);
  assert.equal(classifier.model.labels, expected.model.labels);
  assert.equal(await classifier.classify(pixels, { topK: 3 }), await expected.classify(pixels, { topK: 3 }));
  assert.equal(await classifier.scores(pixels), await expected.scores(pixels));
  assert.equal(await classifier.embed(pixels), await expected.embed(pixels));
  assert.equal(await classifier.classifyBatch([pixels, pixels]), await expected.classifyBatch([pixels, pixels]));
  assert.equal(await classifier.run(pixels), await expected.run(pixels));
  const input = Float32Array.from({ length: 3 * 32 * 32 }, (_, i) => Math.sin(i));
  assert.equal(await classifier.model.run(input), expected.model.run(input));
  assert.is((await classifier.model.describe()).layers.length, expected.model.describe().layers.length);
  const each = [];
  for await (const result of classifier.classifyEach([pixels, { ...pixels, width: 0 }, pixels])) each.push(result);
  assert.equal(each[2]!.results, await expected.classify(pixels));
  assert.instance(each[1]!.error, library.ImageError);
  classifier.dispose();
  assert.match((await failure(classifier.classify(pixels))).message, 'disposed');
  expected.dispose();
});

test('a model in a data: URL, in base64 and in an asset is the same', async () => {
  const base64 = MODEL.toString('base64');
  fakes.assets[7] = { uri: `data:;base64,${base64}` };
  for (const source of [base64, `data:application/octet-stream;base64,${base64}`, { uri: 'file:///x', base64 }, 7]) {
    const model = await library.loadModel(source);
    assert.is(model.labels!.length, 10);
    model.dispose();
  }
});

test('errors cross with class, code and message', async () => {
  const error = await failure(library.loadModel(Uint8Array.of(1, 2, 3)));
  assert.instance(error, library.FormatError);
  assert.is(error.code, 'GW_FORMAT');
  const classifier = await library.loadClassifier(MODEL);
  const unknown = await failure(classifier.classify(pixels, { only: ['zebra'] } as never));
  assert.instance(unknown, library.ArgumentError);
  assert.is(unknown.code, 'GW_ARGUMENT');
  const wrong = await failure(library.loadClassifier(MODEL, { labels: ['one'] }));
  assert.instance(wrong, library.ArgumentError);
  assert.instance(await failure(library.loadModel(12345)), library.ArgumentError);
  classifier.dispose();
});

test('a call that waits when the system ends the page is repeated, and its model is loaded again', async () => {
  const classifier = await library.loadClassifier(MODEL);
  const before = await classifier.classify(pixels);
  dropped = (script) => script.includes('\\"classify\\"');
  const calls = [classifier.classify(pixels), classifier.classify(pixels)];
  await until(() => callsOf('classify') === 3);
  dropped = () => false;
  await kill();
  assert.equal(await Promise.all(calls), [before, before]);
  assert.is(callsOf('loadClassifier'), 2, 'one load for both');
  classifier.dispose();
});

test('a model is loaded again when it is next used', async () => {
  const classifier = await library.loadClassifier(MODEL);
  await kill();
  await act(() => view().props.onContentProcessDidTerminate());
  assert.is(callsOf('loadClassifier'), 1);
  assert.is((await classifier.classify(pixels)).length, 5);
  assert.is(callsOf('loadClassifier'), 2);
  classifier.dispose();
});

test('a call during which the page ends twice rejects, and later ones work', async () => {
  const classifier = await library.loadClassifier(MODEL);
  dropped = (script) => script.includes('\\"classify\\"');
  const call = failure(classifier.classify(pixels));
  for (const count of [1, 2]) {
    await until(() => callsOf('classify') === count);
    await kill();
  }
  const error = await call;
  assert.instance(error, library.EngineError);
  assert.match(error.message, 'twice');
  dropped = () => false;
  assert.is((await classifier.classify(pixels)).length, 5);
  classifier.dispose();
});

test('models survive a view that is removed and rendered again', async () => {
  const classifier = await library.loadClassifier(MODEL);
  await unmount();
  const call = classifier.classify(pixels);
  await render(createElement(GroupwiseView));
  assert.is((await call).length, 5);
  classifier.dispose();
});

test('a view that was hidden while its page ran on is used again', async () => {
  await unmount();
  const hideable = (mode: 'visible' | 'hidden') => createElement(Activity, { mode }, createElement(GroupwiseView));
  await render(hideable('visible'));
  const classifier = await library.loadClassifier(MODEL);
  fakes.keepsPages = true;
  await render(hideable('hidden'));
  await render(hideable('visible'));
  fakes.keepsPages = false;
  assert.is((await classifier.classify(pixels)).length, 5);
  assert.is(callsOf('loadClassifier'), 2);
  classifier.dispose();
});

test('calls reject where no view is rendered, where its page does not start, and where its scripts fail', async () => {
  await unmount();
  const { setTimeout: wait } = globalThis;
  globalThis.setTimeout = ((work: () => void, time = 0) => wait(work, time >= 5000 ? time / 50 : time)) as never;
  try {
    const error = await failure(library.loadModel(MODEL));
    assert.instance(error, library.EngineError);
    assert.match(error.message, 'no <GroupwiseView />');
    fakes.newHost = () => ({ open: () => {}, inject: () => {}, close: () => {} });
    await render(createElement(GroupwiseView));
    assert.match((await failure(library.loadModel(MODEL))).message, 'does not start');
    await unmount();
    const post = (_: string, send: (text: string) => void) => void wait(() => send('!SyntaxError: x'), 20);
    fakes.newHost = () => ({ open: post, inject: () => {}, close: () => {} });
    await render(createElement(GroupwiseView));
    assert.match((await failure(library.loadModel(MODEL))).message, 'cannot start: SyntaxError: x');
  } finally {
    globalThis.setTimeout = wait;
    fakes.newHost = newHost;
  }
});

test('a second view is refused', async () => {
  const two = createElement('View', {}, createElement(GroupwiseView), createElement(GroupwiseView));
  await unmount();
  const error = await failure(Promise.resolve().then(() => render(two)));
  rendered = undefined;
  assert.match(error.message, 'two <GroupwiseView />');
});

test('signals end calls at once, also those of React Native', async () => {
  const classifier = await library.loadClassifier(MODEL);
  const controller = new AbortController();
  dropped = (script) => script.includes('\\"classify\\"');
  const reason = new Error('enough');
  const call = failure(classifier.classify(pixels, { signal: controller.signal }));
  controller.abort(reason);
  assert.is(await call, reason);
  const { signal, abort } = oldController();
  const second = failure(classifier.classify(pixels, { signal }));
  await until(() => callsOf('classify') > 0);
  abort();
  assert.is((await second).name, 'AbortError');
  assert.is((await failure(classifier.classify(pixels, { signal }))).name, 'AbortError');
  await until(() => injected.some((script) => script.includes('\\"aborted\\"')));
  classifier.dispose();
});

test('disposing frees the model in the page, and calls that wait reject', async () => {
  const classifier = await library.loadClassifier(MODEL);
  dropped = (script) => script.includes('\\"classify\\"');
  const call = failure(classifier.classify(pixels));
  await until(() => callsOf('classify') === 1);
  classifier.dispose();
  assert.instance(await call, library.EngineError);
  assert.match(injected.at(-1)!, /groupwiseReceive\("\.\[\d+\]"\)/);
});

test('a model that is disposed while the page restarts, or while its file is read, is not loaded', async () => {
  const classifier = await library.loadClassifier(MODEL);
  await unmount();
  const call = failure(classifier.classify(pixels));
  classifier.dispose();
  assert.instance(await call, library.EngineError);
  await render(createElement(GroupwiseView));
  await library.loadModel(MODEL).then((model) => model.dispose());
  assert.is(callsOf('loadClassifier'), 1);

  let finish!: (base64: string) => void;
  const base64 = () => new Promise<string>((done) => (finish = done));
  const controller = new AbortController();
  const load = failure(library.loadClassifier({ base64 }, { signal: controller.signal }));
  await until(() => finish !== undefined);
  controller.abort();
  await load;
  finish(MODEL.toString('base64'));
  await library.loadModel(MODEL).then((model) => model.dispose());
  assert.is(callsOf('loadClassifier'), 1);
});

test('calls whose messages arrive damaged reject, and later ones work', async () => {
  const classifier = await library.loadClassifier(MODEL);
  changed = (script) => script.replace('\\"classify\\"', '\\"classify');
  const toPage = await failure(classifier.classify(pixels));
  assert.instance(toPage, library.EngineError);
  assert.match(toPage.message, 'the page of <GroupwiseView /> failed: SyntaxError');
  changed = (script) => script;

  dropped = (script) => script.includes('\\"classify\\"');
  const call = failure(classifier.classify(pixels));
  await until(() => callsOf('classify') === 2);
  dropped = () => false;
  await act(() => view().props.onMessage({ nativeEvent: { data: '.{' } }));
  assert.match((await call).message, 'failed: SyntaxError');
  assert.is((await classifier.classify(pixels)).length, 5);
  classifier.dispose();
});

test('a page that starts again in the middle of a message is noticed', async () => {
  const classifier = await library.loadClassifier(MODEL);
  await act(() => view().props.onMessage({ nativeEvent: { data: '+[1,' } }));
  view().host.close();
  view().host.open(view().props.source.html, (data) => view().props.onMessage({ nativeEvent: { data } }));
  await new Promise((done) => setTimeout(done, 500));
  assert.is((await classifier.classify(pixels)).length, 5);
  assert.is(callsOf('loadClassifier'), 2);
  classifier.dispose();
});

test('wrong options are refused as on the page', async () => {
  const here = await loadClassifier(MODEL);
  const classifier = await library.loadClassifier(MODEL);
  const methods = ['classify', 'run', 'scores', 'embed', 'classifyBatch', 'classifyEach'] as const;
  for (const options of [{ topk: 1 }, { signal: 'now' }, { maxPixels: '1' }, { onDone: () => {} }, null, 'x']) {
    for (const method of methods) {
      const outcomes = [here, classifier].map(async (own) => {
        const work = own[method].bind(own) as (photos: unknown, options: unknown) => unknown;
        const photos = method === 'classifyBatch' || method === 'classifyEach' ? [pixels] : pixels;
        const { name, message } = await failure(Promise.resolve().then(() => resultOf(work(photos, options))));
        return `${name}: ${message}`.replace('classifyEach', 'classify'); // the page checks each photo
      });
      const [expected, found] = await Promise.all(outcomes);
      assert.is(found, expected);
      assert.match(found!, 'ArgumentError');
    }
  }
  for (const options of [{ signal: 'now' }, { onProgress: 1 }, null, 'x']) {
    const expected = await failure(loadClassifier(MODEL, options as never));
    assert.is((await failure(library.loadClassifier(MODEL, options as never))).message, expected.message);
  }
  here.dispose();
  classifier.dispose();
});

test('useClassifier loads, loads again for another source, reports errors, and frees', async () => {
  const states: string[] = [];
  const Labels = ({ source }: { source: Uint8Array }) => {
    const { state, classifier, error } = useClassifier(source, { labels: ['a', 'b'].concat(...'cdefghij') });
    const text = `${state} ${classifier?.classes[2] ?? error?.name ?? ''}`.trim();
    if (states.at(-1) !== text) states.push(text);
    return null;
  };
  const tree = (source: Uint8Array, extra = {}) =>
    createElement('View', extra, createElement(GroupwiseView), createElement(Labels, { source }));
  await unmount();
  const broken = Uint8Array.of(1);
  await render(tree(MODEL));
  await untilRendered(() => states.includes('loaded c'));
  await render(tree(MODEL, { again: true }));
  await render(tree(broken));
  await untilRendered(() => states.includes('error FormatError'));
  assert.equal(states, ['loading', 'loaded c', 'loading', 'error FormatError']);
  const closed = () => injected.filter((script) => /\("\.\[[1-9]\d*\]"\)/.test(script)).length;
  assert.is(closed(), 2, 'the first model, and the channel of the second');
});

/** What a call returns, or the first result of an iterable. */
const resultOf = (returned: unknown): unknown =>
  Symbol.asyncIterator in Object(returned) ? (returned as AsyncIterator<unknown>).next() : returned;

/** The AbortController of React Native, without `reason` and `throwIfAborted`. */
const oldController = (): { signal: AbortSignal; abort: () => void } => {
  const events = new EventTarget();
  const signal = {
    aborted: false,
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
  };
  const abort = () => {
    signal.aborted = true;
    events.dispatchEvent(new Event('abort'));
  };
  return { signal: signal as unknown as AbortSignal, abort };
};

test.run();
