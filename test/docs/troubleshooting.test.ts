// Every message of docs/troubleshooting.md, provoked as users do it, in Node and in a page: its class, its code, and that it
// is in the table of its code.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { GroupwiseError } from '../../src/errors.js';
import { splitModel } from '../../src/format/split.js';
import { loadClassifier, loadModel, type LoadOptions } from '../../src/node.js';
import { hasBrowser, launchBrowser, noteSkippedWithoutBrowser } from '../support/browser.js';
import { temporaryFolder } from '../support/command.js';
import { fileRoute, serveRoutes, type Route, type Routes } from '../support/routes.js';

type Row = { code: string; message: string; pattern: RegExp };

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The rows of the tables; `…` in a message stands for anything. */
const rowsIn = (text: string): Row[] =>
  text.split(/^## /m).flatMap((section) => {
    const [, code] = /^.*\(`(GW_\w+)`\)/.exec(section) ?? [];
    const cells = [...section.matchAll(/^\| (`+) ?(.+?) ?\1 \| ([^|]+) \| (.+) \|$/gm)];
    return code ? cells.map(([, , message]) => ({ code, message: message!, pattern: patternOf(message!) })) : [];
  });

const patternOf = (message: string): RegExp => new RegExp(message.split('…').map(escape).join('[^]+?'));

const rows = rowsIn(readFileSync('docs/troubleshooting.md', 'utf8'));
const seen = new Set<string>();

/** Checks an error as a user sees it; `says` begins the message of its row. */
const checkDocumented = (
  says: string,
  { name, code, message }: { name: string; code: string; message: string },
): void => {
  const row = rows.find((one) => one.message.startsWith(says));
  assert.ok(row, `the page has no row "${says}"`);
  assert.match(message, row.pattern);
  assert.is(code, row.code);
  assert.is(name, `${code[3]}${code.slice(4).toLowerCase()}Error`);
  seen.add(row.message);
};

const test = suite('troubleshooting');
const MODEL = 'models/cifar10-fast-flgc4/model.gw';
const CAT = 'examples/pictures/cat.jpg';
const bytes = new Uint8Array(readFileSync(MODEL));
const cat = readFileSync(CAT);
const HTML = Buffer.from('<!doctype html><html><title>an application</title></html>'.padEnd(200));
const changed = (at: number): Uint8Array => {
  const copy = bytes.slice();
  copy[at]! ^= 9;
  return copy;
};
const text = (content: string): Buffer => Buffer.from(content.padEnd(200), 'latin1');
const tiny = (name: string): Buffer => readFileSync(`test/fixtures/tiny/${name}.onnx`);
const folder = temporaryFolder();

let server: Routes;
let other: Routes;
let browser: Browser;
let closedPort: number;

const page =
  (head = '', policy?: string): Route =>
  (response) =>
    response
      .writeHead(200, { 'content-type': 'text/html', ...(policy && { 'content-security-policy': policy }) })
      .end(`<!doctype html><title>page</title><link rel="icon" href="data:,">${head}`);

test.before(async () => {
  const picture = fileRoute(cat, '"1"', { 'content-type': 'image/jpeg' });
  server = await serveRoutes({
    '/model.gw': fileRoute(bytes, '"1"'),
    '/cat.jpg': picture,
    '/page.html': page(),
    '/policy.html': page('', "script-src 'self' 'unsafe-inline'"),
    '/no-workers.html': page('', "worker-src 'none'"),
    '/alone.html': page('<script src="/alone/groupwise.min.js"></script>'),
    '/alone/groupwise.min.js': (response) =>
      response.setHeader('content-type', 'text/javascript').end(readFileSync('dist/umd/groupwise.min.js')),
    '/silent.js': (response) => response.setHeader('content-type', 'text/javascript').end('onmessage = () => {};'),
    '/talking.js': (response) => response.setHeader('content-type', 'text/javascript').end('postMessage("ready");'),
    '/film.mp4': fileRoute(HTML, '"1"', { 'content-type': 'video/mp4' }),
    '/application.gw': fileRoute(HTML, '"1"', { 'content-type': 'text/html' }),
    '/model.gw.2': fileRoute(bytes.subarray(200_000), '"1"'),
    '/index.json': fileRoute(HTML, '"1"', { 'content-type': 'text/html' }),
    '/login.gw': (response) => response.writeHead(401).end(),
    '/part.gw': (response) => response.writeHead(206).end(bytes.subarray(0, 999)),
    '/busy.gw': (response) => response.writeHead(503).end(),
    '/cut.gw': (response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 100_000), () => response.destroy());
    },
  });
  other = await serveRoutes({ '/model.gw': fileRoute(bytes, '"1"'), '/cat.jpg': picture });
  const unused = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => unused.once('listening', done));
  closedPort = (unused.address() as AddressInfo).port;
  await new Promise((done) => unused.close(done));
  if (hasBrowser) browser = await launchBrowser();
});
test.after(async () => {
  await browser?.close();
  await server.close();
  await other.close();
});

const load = (path: string) => () => loadModel(server.origin + path);
const given = (content: Uint8Array, options?: LoadOptions) => () => loadModel(content, options);
const classify = async (photo: string | Uint8Array, options = {}) => {
  using classifier = await loadClassifier(bytes);
  return await classifier.classify(photo, options);
};
const run = async (input: Parameters<Awaited<ReturnType<typeof loadModel>>['run']>[0]) => {
  using model = await loadModel(bytes);
  return model.run(input);
};

/** What fails in Node: the beginning of its row, and the code of a user. */
const IN_NODE: [says: string, provoke: () => unknown][] = [
  ['cannot read …: there is no such file', () => loadModel('none.gw')],
  ['the server answered 404', load('/none.gw')],
  ['the server answered 401', load('/login.gw')],
  ['the server answered 206', load('/part.gw')],
  ['the server answered 503', load('/busy.gw')],
  ['nothing answers at this address', () => loadModel(`http://127.0.0.1:${closedPort}/model.gw`)],
  ['its host is not found', () => loadModel('http://no-such-host.invalid/model.gw')],
  ['reading the model was interrupted', load('/cut.gw')],
  ["the model's hash is …", given(bytes, { integrity: 'sha256-AAAA' })],
  ['… has … bytes or more', () => loadModel(MODEL, { maxBytes: 1000 })],
  [
    'has no body',
    async () => {
      const response = await fetch(`${server.origin}/model.gw`);
      await response.arrayBuffer();
      return loadModel(response);
    },
  ],
  [
    '…model.gw.2: there is no such file',
    async () => {
      const { parts, index } = await splitModel(bytes, 'model.gw', 200_000);
      for (const { file, bytes: content } of [parts[0]!, index]) writeFileSync(join(folder, file), content);
      return loadModel(join(folder, 'model.gw.json'));
    },
  ],
  ['not a groupwise model but an HTML file', load('/application.gw')],
  [
    'not a groupwise model but a Git LFS pointer',
    given(text('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n')),
  ],
  ['not a groupwise model but an ONNX model', () => loadModel('test/fixtures/tiny/separable.onnx')],
  ['not a groupwise model but a TensorFlow Lite model', given(text('\x1c\0\0\0TFL3'))],
  ['not a groupwise model but a PyTorch checkpoint', given(text('\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02'))],
  ['not a groupwise model but something else; it is named', load('/model.gw.2')],
  ['truncated', given(bytes.subarray(0, 50_000))],
  ['damaged', given(changed(100_000))],
  ['version … of the model file', given(changed(8))],
  ['not the index of a model in parts', load('/index.json')],
  ['loadModel has no option', () => loadModel(bytes, { intergity: 'sha256-AAAA' } as LoadOptions)],
  ['loadModel: option cache is 5', () => loadModel(bytes, { cache: 5 } as unknown as LoadOptions)],
  ['the source of the model is a Promise', () => loadModel(Promise.resolve(bytes) as unknown as Uint8Array)],
  ['2 labels', () => loadClassifier(bytes, { labels: ['cat', 'dog'] })],
  ['allow contains', () => classify(CAT, { allow: ['tiger'] })],
  ['input … has … numbers', () => run(new Float32Array(7))],
  ['its channels are last', () => run({ data: new Float32Array(3072), shape: [1, 32, 32, 3] })],
  [
    'the model has 2 inputs',
    async () => (await loadModel(await convertOnnx(tiny('two-inputs')))).run(new Float32Array(3)),
  ],
  ['a classifier has one image input', async () => loadClassifier(await convertOnnx(tiny('two-inputs')))],
  ['the operator is not supported', () => convertOnnx(tiny('unsupported'))],
  ['the image is of an unknown kind', () => classify('README.md')],
  ['is a HEIC file', () => classify(text('\0\0\0\x18ftypheic'))],
  ['the JPEG file is cut off', () => classify(cat.subarray(0, 300))],
  ['pixels; at most …', () => classify(CAT, { maxPixels: 100 })],
  ['is a path, and option sources', () => classify('/home/photo.jpg', { sources: 'bytes' })],
  [
    'the model does not say how a photo becomes its input',
    async () => (await loadClassifier(await convertOnnx(tiny('separable')))).classify(CAT),
  ],
  [
    'the model was disposed',
    async () => {
      const model = await loadModel(bytes);
      model.dispose();
      return model.run(new Float32Array(3072));
    },
  ],
  ['if you trust the model, raise limits.memory', given(bytes, { limits: { memory: 1000 } })],
];

for (const [says, provoke] of IN_NODE) {
  test(says, async () => {
    try {
      await provoke();
    } catch (error) {
      assert.instance(error, GroupwiseError);
      return checkDocumented(says, error as GroupwiseError);
    }
    assert.unreachable('it does not fail');
  });
}

type InPage = {
  says: string;
  /** An expression of the page; OTHER is another origin. */
  code: string;
  path?: string;
  /** Runs before the page's scripts: takes something away. */
  without?: string;
  /** Files that the server lacks. */
  missing?: string;
  offline?: boolean;
};

const LOAD = 'groupwise.loadModel("model.gw"';
const classifier = (photo: string) => `groupwise.loadClassifier('model.gw').then((it) => it.classify(${photo}))`;
const foreign = "Object.assign(new Image(), { src: OTHER + '/cat.jpg' })";

const IN_PAGE: InPage[] = [
  { says: 'sends no Access-Control-Allow-Origin', code: "groupwise.loadModel(OTHER + '/model.gw')" },
  { says: 'the device is offline', code: `${LOAD})`, offline: true },
  {
    says: 'integrity needs crypto.subtle',
    code: `${LOAD}, { integrity: 'sha256-AAAA' })`,
    without: 'Object.defineProperty(crypto, "subtle", { value: undefined })',
  },
  {
    says: 'the given Response is opaque',
    code: "fetch(OTHER + '/model.gw', { mode: 'no-cors' }).then(groupwise.loadModel)",
  },
  { says: 'the blob: URL was revoked', code: "groupwise.loadModel('blob:' + location.origin + '/1')" },
  { says: 'cannot load chunks/loading.js', code: `${LOAD}, { cache: true })`, missing: '**/chunks/loading.js' },
  {
    says: 'in a file of their own, groupwise-loading.min.js',
    code: `${LOAD}, { cache: true })`,
    path: '/alone.html',
  },
  {
    says: 'cannot load chunks/in-worker.js',
    code: `${LOAD}, { worker: true })`,
    missing: '**/chunks/in-worker.js',
  },
  {
    says: 'in a file of their own, groupwise-worker.min.js',
    code: `${LOAD}, { worker: true })`,
    path: '/alone.html',
  },
  { says: 'cannot fetch the kernels', code: `${LOAD}, { kernels: '/none.wasm' })` },
  {
    says: 'cannot read the pixels of the HTMLCanvasElement',
    code: `(async () => {
      const image = ${foreign};
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.getContext('2d').drawImage(image, 0, 0);
      return ${classifier('canvas')};
    })()`,
  },
  { says: 'cannot read the pixels of the <img>', code: classifier(foreign) },
  { says: 'the <video> has no frame yet', code: classifier("document.createElement('video')") },
  {
    says: 'the <video> cannot be played',
    code: `groupwise.loadClassifier('model.gw').then((it) => {
      const video = Object.assign(document.createElement('video'), { src: 'film.mp4', preload: 'auto' });
      return it.stream(video).next();
    })`,
  },
  { says: 'the <img> has no picture', code: classifier("Object.assign(new Image(), { src: 'none.jpg' })") },
  { says: 'A page with a Content-Security-Policy needs script-src', code: `${LOAD})`, path: '/policy.html' },
  {
    says: 'engines that compile no bytes need option kernels',
    code: `${LOAD})`,
    without: "WebAssembly.compile = async () => { throw new WebAssembly.CompileError('disallowed by embedder') }",
  },
  { says: 'the worker ended: its script', code: `${LOAD}, { worker: true })`, path: '/no-workers.html' },
  { says: 'the worker ended: … cannot be started', code: `${LOAD}, { worker: true, workerUrl: '/none.js' })` },
  { says: 'the worker ended: … is another script', code: `${LOAD}, { worker: true, workerUrl: '/talking.js' })` },
  {
    says: 'the worker ended: … did not answer in 30 s',
    code: `${LOAD}, { worker: true, workerUrl: '/silent.js' })`,
    without: 'const slow = setInterval; globalThis.setInterval = (tick, ms) => slow(tick, ms / 100)',
  },
  {
    says: 'the script of workers is in a file of its own',
    code: `${LOAD}, { worker: true })`,
    missing: '**/chunks/script-text.js',
  },
  { says: 'loadModel: option workerUrl needs', code: `${LOAD}, { workerUrl: '/groupwise.min.js' })` },
  {
    says: 'run: input is an object, which cannot be sent',
    code: `${LOAD}, { worker: true }).then((it) => it.run(new Proxy({ data: new Float32Array(3072), shape: [1, 3, 32, 32] }, {})))`,
  },
  {
    says: 'the model was disposed',
    code: `groupwise.loadClassifier('model.gw').then((it) => {
      const video = document.createElement('video');
      const frame = it.stream(video).next();
      setTimeout(() => it.dispose(), 50);
      return frame;
    })`,
  },
  { says: 'this engine has no WebAssembly SIMD', code: `${LOAD})`, without: 'delete globalThis.WebAssembly' },
  {
    says: 'this engine has no DecompressionStream',
    code: `${LOAD})`,
    without: 'delete globalThis.DecompressionStream',
  },
  {
    says: 'could not allocate',
    code: `${LOAD}, { deterministic: true })`,
    without: "WebAssembly.Memory = function () { throw new RangeError('no memory') }",
  },
];

/** What an expression of a page throws. */
const outcomeOf = (code: string) =>
  `(async () => {
    const OTHER = ${JSON.stringify(other.origin)};
    try { await (${code}); } catch ({ name, code, message }) { return { name, code, message }; }
  })()`;

type Outcome = { name: string; code: string; message: string } | undefined;

noteSkippedWithoutBrowser('failures in pages');

if (hasBrowser) {
  IN_PAGE.forEach(({ says, code, path = '/page.html', without, missing, offline }, i) => {
    test(`in a page, ${says} (${i})`, async () => {
      const context = await browser.newContext();
      try {
        const tab = await context.newPage();
        if (without) await tab.addInitScript(without);
        if (missing) await tab.route(missing, (route) => route.fulfill({ status: 404 }));
        await tab.goto(server.origin + path);
        await tab.evaluate(
          "globalThis.groupwise ?? import('/dist/index.js').then((it) => { globalThis.groupwise = it; })",
        );
        if (offline) await context.setOffline(true);
        const outcome: Outcome = await tab.evaluate(outcomeOf(code));
        assert.ok(outcome, 'it does not fail');
        checkDocumented(says, outcome);
      } finally {
        await context.close();
      }
    });
  });

  test('a page that is opened as a file', async () => {
    mkdirSync(join(folder, 'page'));
    const place = (name: string) => join(folder, 'page', name);
    for (const [from, name] of [
      ['dist/umd/groupwise.min.js', 'groupwise.min.js'],
      [MODEL, 'model.gw'],
      [CAT, 'cat.jpg'],
    ] as const)
      copyFileSync(from, place(name));
    copyFileSync('dist/umd/groupwise-loading.min.js', place('groupwise-loading.min.js'));
    writeFileSync(place('page.html'), '<!doctype html><script src="groupwise.min.js"></script><img src="cat.jpg">');
    const tab = await browser.newPage();
    await tab.goto(pathToFileURL(place('page.html')).href);
    const model = `Uint8Array.from(atob('${Buffer.from(bytes).toString('base64')}'), (it) => it.charCodeAt(0))`;
    for (const [says, code] of [
      ['A page opened as a file cannot fetch', `${LOAD})`],
      [
        'a page opened as a file may not read files beside it',
        `groupwise.loadClassifier(${model}).then((it) => it.classify(document.images[0]))`,
      ],
    ] as const) {
      const outcome: Outcome = await tab.evaluate(outcomeOf(code));
      assert.ok(outcome, 'it does not fail');
      checkDocumented(says, outcome);
    }
    await tab.close();
  });

  test('every row was provoked, and there are at least 25', () => {
    assert.equal(
      rows.filter(({ message }) => !seen.has(message)).map(({ message }) => message),
      [],
    );
    assert.ok(rows.length >= 25);
  });
}

test('each code has rows, and each row says why and what helps', () => {
  const codes = new Set(rows.map(({ code }) => code));
  assert.is(codes.size, 7);
  const lines = readFileSync('docs/troubleshooting.md', 'utf8').match(/^\| `.*$/gm)!;
  assert.is(lines.filter((line) => line.split(' | ').length === 3).length, lines.length);
});

test.run();
