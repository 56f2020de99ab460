// The second try of a download that fails or is interrupted.

import * as assert from 'uvu/assert';
import { LoadError } from '../../../src/errors.js';
import { loadModel as loadInPage } from '../../../src/index.js';
import { loadModel } from '../../../src/node.js';
import {
  checkProgress,
  failure,
  folder,
  HTML,
  LENGTH,
  load,
  loadingSuite,
  MODEL,
  serveParts,
  server,
} from '../../support/loading.js';
import { fileRoute, serveRoutes, type Route, type Routes } from '../../support/routes.js';

const loading = loadingSuite('second tries');

/** Sends half of the model, then ends the connection; later requests get `rest`, and are logged with their range. */
const interrupted =
  (etag: string, ranges: (string | undefined)[], rest: Route): Route =>
  (response, request, count) => {
    ranges.push(request.headers.range && `${request.headers.range} ${String(request.headers['if-range'])}`);
    if (count) return rest(response, request, count);
    response.writeHead(200, { etag, 'content-length': LENGTH });
    response.write(MODEL.subarray(0, LENGTH / 2), () => setTimeout(() => response.destroy(), 100));
  };

/** Answers with the bytes that a request asks for, or the whole model. */
const partRoute =
  (etag: string, sent: number[] = [], shift = 0): Route =>
  (response, request) => {
    const [, start] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    const from = Number(start ?? 0) + (start ? shift : 0);
    sent.push(LENGTH - from);
    const range = start && { 'content-range': `bytes ${from}-${LENGTH - 1}/${LENGTH}` };
    response.writeHead(start ? 206 : 200, { etag, ...range }).end(MODEL.subarray(from));
  };

loading('busy servers and interrupted transfers get a second try, whose progress never goes back', async () => {
  const good = fileRoute(MODEL, '"1"');
  Object.assign(server.routes, {
    '/busy.gw': (response, request, count) =>
      count ? good(response, request, count) : void response.writeHead(503).end(),
    '/later.gw': (response, request, count) =>
      count ? good(response, request, count) : void response.writeHead(429, { 'retry-after': '1' }).end(),
    '/cut.gw': (response, request, count) => {
      if (count) return good(response, request, count);
      response.writeHead(200, { 'content-length': LENGTH });
      response.write(MODEL.subarray(0, LENGTH / 2), () => response.destroy());
    },
  } satisfies Routes['routes']);
  checkProgress(await load('/busy.gw'));
  const start = performance.now();
  checkProgress(await load('/later.gw'));
  assert.ok(performance.now() - start >= 990);
  checkProgress(await load('/cut.gw'));
});

loading('an interrupted download goes on where it stopped, with one progress, also into the cache', async () => {
  for (const cache of [false, folder]) {
    const ranges: (string | undefined)[] = [];
    const sent: number[] = [];
    server.routes[`/${String(!cache)}.gw`] = interrupted('"1"', ranges, partRoute('"1"', sent));
    checkProgress(await load(`/${String(!cache)}.gw`, { cache }));
    assert.is(ranges.length, 2);
    const [, start] = /^bytes=(\d+)- "1"$/.exec(ranges[1] ?? '') ?? [];
    assert.ok(Number(start) > 0 && Number(start) <= LENGTH / 2, ranges[1]);
    assert.equal(sent, [LENGTH - Number(start)]);
  }
  server.routes['/false.gw'] = fileRoute(MODEL, '"1"');
  server.log.length = 0;
  await load('/false.gw', { cache: folder });
  assert.equal(server.log, ['/false.gw 304']);
});

loading('a page asks for the rest only where its own server sent the beginning', async () => {
  const other = await serveRoutes({});
  const scope = globalThis as { location?: unknown };
  scope.location = { origin: server.origin, href: `${server.origin}/` };
  const ranges: (string | undefined)[] = [];
  server.routes['/own.gw'] = interrupted('"1"', ranges, partRoute('"1"'));
  server.routes['/moved.gw'] = (response) => response.writeHead(302, { location: `${other.origin}/model.gw` }).end();
  other.routes['/model.gw'] = interrupted('"1"', ranges, partRoute('"1"'));
  try {
    for (const path of ['/own.gw', '/moved.gw']) (await loadInPage(`${server.origin}${path}`)).dispose();
  } finally {
    delete scope.location;
    await other.close();
  }
  assert.match(ranges[1] ?? 'no range', /^bytes=\d+- "1"$/);
  assert.equal([ranges.length, ranges[3]], [4, undefined]);
});

loading('an interrupted part of a model goes on where it stopped', async () => {
  serveParts([LENGTH]);
  const ranges: (string | undefined)[] = [];
  server.routes['/folder/model.gw.1'] = interrupted('"1"', ranges, partRoute('"1"'));
  await load('/folder/model.gw.json', { cache: folder });
  assert.match(ranges[1] ?? 'no range', /^bytes=\d+- "1"$/);
});

loading('an interrupted download begins again where the server cannot go on with the same bytes', async () => {
  const unsatisfied: Route = (response, request) =>
    request.headers.range ? void response.writeHead(416).end() : void response.writeHead(200).end(MODEL);
  const cases: [name: string, etag: string, rest: Route, requests: number][] = [
    ['a server without ranges', '"1"', fileRoute(MODEL, '"1"'), 2],
    ['another version', '"1"', fileRoute(MODEL.slice(), '"2"'), 2],
    ['a part of another version', '"1"', partRoute('"2"'), 3],
    ['a part of another place', '"1"', partRoute('"1"', [], 7), 3],
    ['a range that is refused', '"1"', unsatisfied, 3],
    ['a weak ETag', 'W/"1"', fileRoute(MODEL, 'W/"1"'), 2],
  ];
  const check = async ([name, etag, rest, requests]: (typeof cases)[number]): Promise<void> => {
    const ranges: (string | undefined)[] = [];
    const path = `/${name.replaceAll(' ', '-')}.gw`;
    server.routes[path] = interrupted(etag, ranges, rest);
    checkProgress(await load(path));
    assert.is(ranges.length, requests, name);
    assert.is(ranges[1] === undefined, etag.startsWith('W/'), name);
  };
  await Promise.all(cases.map(check));
});

loading('a second failure is reported, and what no try mends is not tried again', async () => {
  Object.assign(server.routes, {
    '/down.gw': (response) => void response.writeHead(500).end(),
    '/hours.gw': (response) => void response.writeHead(503, { 'retry-after': '7200' }).end(),
    '/partial.gw': (response) => void response.writeHead(206).end(MODEL.subarray(0, 1000)),
    '/page.gw': fileRoute(HTML, '"1"'),
  } satisfies Routes['routes']);
  const outcomes: [path: string, requests: number, retryAfter: number | undefined, message: RegExp][] = [
    ['/down.gw', 2, 0, /the server answered 500/],
    ['/hours.gw', 1, 7200, /the server answered 503/],
    ['/none.gw', 1, undefined, /the server answered 404/],
    ['/partial.gw', 1, undefined, /the server answered 206/],
    ['/page.gw', 1, undefined, /an HTML file/],
  ];
  for (const [path, requests, retryAfter, message] of outcomes) {
    server.log.length = 0;
    const error = await failure(load(path));
    assert.match(error.message, message);
    assert.is(error.retryAfter, retryAfter, path);
    assert.is(server.log.length, requests, path);
  }
  const { origin } = server;
  await server.close();
  const error = await failure(loadModel(`${origin}/model.gw`));
  assert.instance(error, LoadError);
  assert.is(error.retryAfter, 0);
});

loading.run();
