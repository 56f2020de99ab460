// Loading from every kind of source; failed and aborted loads; progress.

import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { ArgumentError, FormatError, LoadError } from '../../src/errors.js';
import { loadModel, type ModelSource, type Progress } from '../../src/index.js';
import * as node from '../../src/node.js';
import { SMALL } from '../support/model-file.js';
import { writeOnnx } from '../support/onnx/write.js';
import { seededFloats } from '../support/seeded.js';

const bytes = await convertOnnx(writeOnnx(SMALL.convolutions!));
const input = seededFloats(108, 1, -1, 1);
const expected = await loadModel(bytes).then((model) => model.run(input));
const body = new Blob([bytes]);

const loads = async (source: ModelSource, what: string): Promise<void> => {
  using model = await loadModel(source);
  assert.equal(model.run(input), expected, what);
};

const errorOf = async (load: () => Promise<unknown>): Promise<Error> => {
  try {
    await load();
  } catch (error) {
    return error as Error;
  }
  return assert.unreachable('it was loaded') as never;
};

/** A stream of the file in pieces of some bytes. */
const pieces = (size: number, file: Uint8Array = bytes): ReadableStream<Uint8Array> => {
  let at = 0;
  return new ReadableStream({
    pull: (controller) => {
      if (at >= file.length) return controller.close();
      controller.enqueue(file.slice(at, (at += size)));
    },
  });
};

const sources = suite('sources');

sources('bytes, a buffer, a view, a Blob, a Response, a stream and a data: URL give the same model', async () => {
  const larger = new Uint8Array(bytes.length + 30).fill(9);
  larger.set(bytes, 13);
  const data = `data:application/octet-stream;base64,${Buffer.from(bytes).toString('base64')}`;
  await loads(bytes, 'bytes');
  await loads(bytes.buffer, 'buffer');
  await loads(Buffer.from(bytes), 'Buffer');
  await loads(larger.subarray(13, 13 + bytes.length), 'view');
  await loads(new DataView(larger.buffer, 13, bytes.length), 'DataView');
  await loads(body, 'Blob');
  await loads(new Response(body), 'Response');
  await loads(body.stream(), 'stream of a Blob');
  await loads(data, 'data: URL');
  await loads(new URL(data), 'URL');
  await loads(URL.createObjectURL(body), 'blob: URL');
  for (const size of [1, 7, 63, 64, 65, 1000]) await loads(pieces(size), `pieces of ${size}`);
});

sources('the bytes stay as they were, and models of one buffer are apart', async () => {
  const before = bytes.slice();
  using one = await loadModel(bytes);
  using other = await loadModel(bytes);
  other.run(new Float32Array(108));
  assert.equal(one.run(input), expected);
  assert.equal(bytes, before);
});

sources('anything else is refused', async () => {
  for (const source of [undefined, null, 7, {}, [], () => bytes]) {
    const { message, name } = await errorOf(() => loadModel(source as never));
    assert.is(name, 'ArgumentError');
    assert.match(message, /the source of the model is .*; expected bytes/);
  }
});

sources('a stream that is read elsewhere, a response that was read, and one without a body are refused', async () => {
  const locked = pieces(10);
  locked.getReader();
  const used = new Response(body);
  await used.arrayBuffer();
  for (const source of [locked, used, new Response(null)])
    assert.instance(await errorOf(() => loadModel(source)), LoadError);
});

sources('an interrupted stream reports how far it got', async () => {
  let count = 0;
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) =>
      count++ < 3 ? controller.enqueue(bytes.slice(0, 100)) : controller.error(new Error('the cable')),
  });
  const error = await errorOf(() => loadModel(broken));
  assert.instance(error, LoadError);
  assert.match(error.message, /was interrupted after 300 bytes: the cable/);
});

sources.run();

type Route = (response: ServerResponse) => void;
const routes: Record<string, Route> = {
  '/model.gw': (response) => response.end(bytes),
  '/page': (response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>application</title>'),
  '/cut': (response) => response.end(bytes.slice(0, 400)),
  '/broken': (response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.slice(0, 400), () => response.destroy());
  },
  '/slow': (response) => void response.write(bytes.slice(0, 400)),
  '/moved': (response) => response.writeHead(302, { location: '/model.gw' }).end(),
};

const server = createServer(({ url }, response) =>
  (routes[url!] ?? (() => response.writeHead(404).end('no')))(response),
);
await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const web = suite('servers');

web('a model is fetched, also from elsewhere', async () => {
  await loads(`${origin}/model.gw`, 'string');
  await loads(new URL(`${origin}/moved`), 'redirect');
  await loads(await fetch(`${origin}/model.gw`), 'Response');
});

for (const [path, type, message] of [
  ['/nothing', LoadError, /cannot fetch the model from http.*\/nothing: the server answered 404 Not Found/],
  ['/page', FormatError, /an HTML file/],
  ['/cut', FormatError, /truncated: 400 of \d+ bytes/],
  ['/broken', LoadError, /was interrupted after 400 bytes/],
] as const) {
  web(`${path} is told`, async () => {
    const error = await errorOf(() => loadModel(origin + path));
    assert.instance(error, type);
    assert.match(error.message, message);
  });
}

web('a server that cannot be reached, and what is no URL, are told with the cure', async () => {
  for (const url of ['http://127.0.0.1:1/model.gw', 'model.gw', '', 'nothing://x']) {
    const error = await errorOf(() => loadModel(url));
    assert.instance(error, LoadError);
    assert.match(error.message, /the URL is invalid, the server cannot be reached.*groupwise\/node/);
  }
});

web('groupwise/node reads paths, file: URLs and addresses', async () => {
  const { mkdtemp, rm, writeFile } = await import('node:fs/promises');
  const folder = await mkdtemp(`${(await import('node:os')).tmpdir()}/groupwise-`);
  try {
    const path = `${folder}/a b#c%d.gw`;
    await writeFile(path, bytes);
    for (const source of [path, (await import('node:url')).pathToFileURL(path), `${origin}/model.gw`, bytes]) {
      using model = await node.loadModel(source);
      assert.equal(model.run(input), expected);
    }
    const missing = await errorOf(() => node.loadModel(`${folder}/none.gw`));
    assert.instance(missing, LoadError);
    assert.match(missing.message, /none\.gw: there is no such file/);
    assert.match((await errorOf(() => node.loadModel(folder))).message, /it is a folder/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

const aborts =
  (
    when: (controller: AbortController) => unknown,
    path: string,
    options: { onProgress?: (progress: Progress) => void } = {},
  ) =>
  async (): Promise<void> => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const abort = () => controller.abort(reason);
    when({ abort } as AbortController);
    const found = await errorOf(() => loadModel(origin + path, { ...options, signal: controller.signal }));
    assert.is(found, reason);
  };

web(
  'aborted before: nothing is fetched',
  aborts((controller) => controller.abort(), '/slow'),
);
web(
  'aborted while the answer is awaited',
  aborts((controller) => setTimeout(() => controller.abort(), 0), '/slow'),
);
web(
  'aborted during a slow body',
  aborts((controller) => setTimeout(() => controller.abort(), 100), '/slow'),
);

web('aborted when the last bytes are there', async () => {
  const controller = new AbortController();
  const onProgress = ({ loaded, total }: Progress) => loaded === total && controller.abort();
  const error = await errorOf(() => loadModel(`${origin}/model.gw`, { signal: controller.signal, onProgress }));
  assert.is(error.name, 'AbortError');
});

web('aborted for bytes, a Blob and a stream', async () => {
  for (const source of [bytes, body, pieces(5)]) {
    assert.is((await errorOf(() => loadModel(source, { signal: AbortSignal.abort() }))).name, 'AbortError');
  }
  let cancelled: unknown;
  const endless = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes.slice(0, 100)),
    cancel: (reason) => void (cancelled = reason),
  });
  assert.is((await errorOf(() => loadModel(endless, { signal: AbortSignal.timeout(50) }))).name, 'TimeoutError');
  assert.is((cancelled as Error).name, 'TimeoutError');
});

web('aborted afterwards: the model stays', async () => {
  const controller = new AbortController();
  using model = await loadModel(`${origin}/model.gw`, { signal: controller.signal });
  controller.abort();
  assert.equal(model.run(input), expected);
});

web('progress reaches the length of the file, then covers the plan', async () => {
  for (const source of [`${origin}/model.gw`, pieces(64), pieces(1000), body]) {
    const seen: Progress[] = [];
    using model = await loadModel(source, { onProgress: (progress) => seen.push(progress) });
    const downloads = seen.filter(({ phase }) => phase === 'download');
    assert.ok(downloads.length > 0 && downloads.every(({ loaded }, i) => i === 0 || loaded > downloads[i - 1]!.loaded));
    assert.ok(downloads.every(({ total }) => total === bytes.length));
    assert.is(downloads.at(-1)!.loaded, bytes.length);
    const layers = model.describe().layers.length;
    assert.equal(seen.at(-1), { phase: 'plan', loaded: layers, total: layers });
  }
});

web('integrity accepts only the expected bytes', async () => {
  for (const hash of ['sha256', 'sha384', 'sha512']) {
    const integrity = `${hash}-${createHash(hash).update(bytes).digest('base64')}`;
    using model = await loadModel(`${origin}/model.gw`, { integrity });
    assert.equal(model.run(input), expected);
    const error = await errorOf(() =>
      loadModel(bytes, { integrity: `${hash}-${createHash(hash).update('other').digest('base64')}` }),
    );
    assert.instance(error, LoadError);
    assert.ok(error.message.includes(integrity));
  }
  const digestOf = (hash: string, of: Uint8Array | string) => `${hash}-${createHash(hash).update(of).digest('base64')}`;
  using several = await loadModel(bytes, { integrity: `${digestOf('sha384', 'other')} ${digestOf('sha384', bytes)}` });
  assert.ok(several.inputs.length);
  const weaker = `${digestOf('sha256', bytes)} ${digestOf('sha512', 'other')}`;
  assert.instance(await errorOf(() => loadModel(bytes, { integrity: weaker })), LoadError, 'the longest kind decides');
  for (const integrity of [
    '',
    ' ',
    'md5-abc',
    'sha256',
    'sha256-',
    '-',
    'abc',
    `${digestOf('sha256', bytes)} md5-abc`,
  ]) {
    assert.instance(await errorOf(() => loadModel(bytes, { integrity })), ArgumentError, integrity);
  }
});

web.after(() => {
  server.closeAllConnections();
  server.close();
});
web.run();
