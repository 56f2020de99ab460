// The page of React Native's web view in the engines of Android and iOS: the messages of an app go in and out as text.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createElement } from 'react';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { hasBrowser, launchBrowser, noteSkippedWithoutBrowser } from '../support/browser.js';
import { longs, writeOnnx } from '../support/onnx/write.js';
import { act, create, type Rendered } from '../support/react.js';
import { browserHost, installWithFakes, MODEL, readByApp, type PageHost } from '../support/react-native.js';
import { hasWebKit, launchWebKit } from '../support/webkit.js';

type Evaluate = (script: string) => Promise<unknown>;
type Engine = { name: string; evaluate: Evaluate; close(): Promise<void> };

noteSkippedWithoutBrowser("React Native's page in Chromium");
if (!hasWebKit)
  console.log("skipped, no WebKitGTK (WebKitWebDriver, MiniBrowser, xvfb-run): React Native's page in it");

const PHOTO = readFileSync('examples/pictures/cat.jpg');

const { library, fakes, remove } = await installWithFakes(() => newHost());
let newHost: () => PageHost;

const openChromium = async (address = 'about:blank'): Promise<Engine> => {
  // pages without an origin may not ask servers on this machine, unlike others
  const browser = await launchBrowser(['--disable-features=LocalNetworkAccessChecks']);
  const page = await browser.newPage();
  await page.route('https://groupwise.invalid/', (route) => route.fulfill({ contentType: 'text/html', body: '' }));
  await page.goto(address);
  return { name: 'Chromium', evaluate: (script) => page.evaluate(script), close: () => browser.close() };
};

const openWebKit = async (): Promise<Engine> => ({ name: 'WebKitGTK', ...(await launchWebKit()) });

/** A server whose files below /open/ every page may read. */
const serveFiles = async (): Promise<Server> => {
  const server = createServer(({ url = '' }, response) => {
    const file = url.endsWith('.gw') ? MODEL : url.endsWith('.jpg') ? PHOTO : undefined;
    const headers = url.startsWith('/open/') ? { 'access-control-allow-origin': '*' } : {};
    response.writeHead(file ? 200 : 404, headers).end(file);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
};

/** A network with an op of the file that models load when they need it. */
const runningSums = (): Promise<Uint8Array> =>
  convertOnnx(
    writeOnnx({
      nodes: [{ op: 'CumSum', inputs: ['x', 'axis'], outputs: ['y'] }],
      inputs: [{ name: 'x', dims: [1, 4] }],
      outputs: ['y'],
      tensors: [longs('axis', [1])],
    }),
  );

const start = async (opening: Promise<Engine>): Promise<Engine & { rendered: Rendered }> => {
  const engine = await opening;
  newHost = () => browserHost(engine.evaluate);
  let rendered!: Rendered;
  await act(() => (rendered = create(createElement(library.GroupwiseView))));
  return { ...engine, rendered };
};
const end = async ({ rendered, close }: { rendered: Rendered; close: () => Promise<void> }): Promise<void> => {
  await act(() => rendered.unmount());
  await close();
};

const testIn = (name: string, open: () => Promise<Engine>): void => {
  const test = suite(`React Native's page in ${name}`);
  let engine: Engine & { rendered: Rendered };
  let server: Server;
  let origin: string;

  test.before(async () => {
    server = await serveFiles();
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    engine = await start(open());
  });
  test.after(async () => {
    await end(engine);
    server.closeAllConnections();
    server.close();
  });

  test('photos have the scores that the page itself finds, digit for digit', async () => {
    const classifier = await library.loadClassifier(MODEL);
    assert.is(await engine.evaluate('self.origin'), 'null');
    const photo = `Uint8Array.from(atob('${PHOTO.toString('base64')}'), (letter) => letter.charCodeAt(0))`;
    await engine.evaluate(`
      globalThis.own = groupwise.loadClassifier('data:;base64,${MODEL.toString('base64')}')
        .then(async (own) => [await own.classify(${photo}), [...(await own.embed(${photo}))]])
        .then((result) => (globalThis.found = result), (error) => (globalThis.found = String(error)));
      null`);
    let own: unknown;
    while (!(own = await engine.evaluate('globalThis.found ?? null')))
      await new Promise((done) => setTimeout(done, 20));
    const base64 = PHOTO.toString('base64');
    for (const image of [PHOTO, base64, { uri: 'file:///x.jpg', base64 }, { base64: () => Promise.resolve(base64) }])
      assert.equal([await classifier.classify(image), [...(await classifier.embed(image))]], own);
    assert.is((await classifier.classify(base64))[0]!.label, 'cat');
    classifier.dispose();
  });

  test('the page fetches URLs that it may read, and the app reads the others', async () => {
    readByApp.length = 0;
    const open = await library.loadClassifier(`${origin}/open/model.gw`);
    const [best] = await open.classify(`${origin}/open/cat.jpg`);
    assert.is(best!.label, 'cat');
    assert.equal(readByApp, []);
    const closed = await library.loadClassifier(`${origin}/model.gw`);
    assert.equal(await closed.classify(`${origin}/cat.jpg`), await open.classify({ uri: `${origin}/open/cat.jpg` }));
    assert.equal(await closed.classifyBatch([`${origin}/cat.jpg`, PHOTO]), await open.classifyBatch([PHOTO, PHOTO]));
    assert.equal(
      readByApp,
      ['model.gw', 'cat.jpg', 'cat.jpg'].map((name) => `${origin}/${name}`),
    );
    open.dispose();
    closed.dispose();
  });

  test('a missing file is a LoadError or ImageError with the status', async () => {
    const loading = await library.loadClassifier(`${origin}/missing`).catch((error: Error) => error);
    assert.instance(loading, library.LoadError);
    assert.match((loading as Error).message, '404');
    const classifier = await library.loadClassifier(MODEL);
    const photo = await classifier.classify(`${origin}/open/missing`).catch((error: Error) => error);
    assert.instance(photo, library.ImageError);
    assert.match((photo as Error).message, '404');
    classifier.dispose();
  });

  test('models of millions of bytes cross in parts', async () => {
    const long = { ...(await library.loadModel(MODEL)) };
    assert.ok(long.inputs);
    const noise = Uint8Array.from({ length: 3 << 20 }, (_, i) => (i * i) % 251);
    const error = await library.loadModel(noise).catch((failure: Error) => failure);
    assert.instance(error, library.FormatError);
  });

  test('operators that few networks have need no network', async () => {
    const model = await library.loadModel(await runningSums());
    const { y } = await model.run(Float32Array.of(1, 2, 3, 4));
    assert.equal([...y!.data], [1, 3, 6, 10]);
    model.dispose();
  });

  test.run();
};

if (hasBrowser) testIn('Chromium', openChromium);
if (hasWebKit) testIn('WebKitGTK', openWebKit);

const secure = suite('React Native');
if (hasBrowser) {
  secure('with an https: address, as the view has by default, integrity is checked', async () => {
    const engine = await start(openChromium('https://groupwise.invalid/'));
    const [view] = fakes.views;
    assert.is(view!.props.source.baseUrl, await engine.evaluate('location.href'));
    const integrity = `sha256-${createHash('sha256').update(MODEL).digest('base64')}`;
    const model = await library.loadModel(MODEL, { integrity });
    assert.is(model.labels!.length, 10);
    const error = await library.loadModel(MODEL, { integrity: `sha256-${'A'.repeat(43)}=` }).catch((why: Error) => why);
    assert.instance(error, library.LoadError);
    await end(engine);
  });
}
secure.after(remove);
secure.run();
