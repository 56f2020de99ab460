// A hostile web server in a process of its own. It writes its port; each path is an attack.

import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { pngHead, modelHead } from './source-files.js';

/** How much the endless answers send before they end, lest an old build takes all memory. */
const MAX_SENT = 1e9;
const PART = Buffer.alloc(1 << 20);

/** Sends a head, then zeros. */
const pour = (response: ServerResponse, head: Buffer, part = PART, total = MAX_SENT): void => {
  let sent = 0;
  const more = (): void => {
    while (!response.destroyed && sent < total) {
      sent += part.length;
      if (!response.write(part)) return;
    }
    response.end();
  };
  response.on('drain', more);
  response.write(head);
  more();
};

const PAGE = Buffer.from('<!doctype html><title>Error</title>');

/** 1 GB of zeros after a head, in about 1 MB. */
const bomb = (head: Buffer): Buffer => {
  const zeros = gzipSync(Buffer.alloc(1e7), { level: 9 });
  return Buffer.concat([gzipSync(head), ...Array<Buffer>(100).fill(zeros)]);
};

const encoded = (body: Buffer): RequestListener => {
  return (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(body);
};

/** Writes to the socket what a server of HTTP would not. */
const raw =
  (text: string, after = ''): RequestListener =>
  (_, { socket }) => {
    socket!.write(text);
    if (after) socket!.end(after);
  };

const routes: Record<string, RequestListener> = {
  '/endless': (_, response) => pour(response, pngHead()),
  '/endless-page': (_, response) => pour(response, PAGE),
  '/endless-zeros': (_, response) => pour(response, Buffer.alloc(100)),
  '/endless-error': (_, response) => pour(response.writeHead(404), PAGE),
  '/endless-model': (_, response) => pour(response, modelHead(2 ** 32 - 1)),
  '/endless-small-model': (_, response) => pour(response, modelHead(1000)),
  '/bytes': (_, response) => pour(response, pngHead(), Buffer.alloc(1), 200_000),
  '/bomb': encoded(bomb(pngHead())),
  '/page-bomb': encoded(bomb(PAGE)),
  '/nested-bomb': (_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(gzipSync(bomb(pngHead()))),
  '/model-bomb': encoded(bomb(modelHead(2 ** 30))),
  '/loop': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
  '/maze': ({ url }, response) => response.writeHead(302, { location: `${url}?x` }).end(),
  '/to-file': (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/to-data': (_, response) => response.writeHead(302, { location: `data:,${'x'.repeat(1000)}` }).end(),
  '/to-endless': (_, response) => response.writeHead(302, { location: '/endless' }).end(),
  '/endless-redirect': (_, response) => pour(response.writeHead(302, { location: '/loop' }), PAGE),
  '/drip': (_, response) => {
    response.write(pngHead());
    const timer = setInterval(() => response.write('x'), 50);
    response.on('close', () => clearInterval(timer));
  },
  '/silent': () => {},
  '/stops': (_, response) => void response.write(pngHead()),
  '/header-drip': (_, { socket }) => {
    socket!.write('HTTP/1.1 200 OK\r\n');
    const timer = setInterval(() => socket!.write('a: b\r\n'), 50);
    socket!.on('close', () => clearInterval(timer));
  },
  '/headers': (_, { socket }) =>
    void socket!.write(`HTTP/1.1 200 OK\r\n${`a: ${'b'.repeat(1000)}\r\n`.repeat(100_000)}`),
  '/long': raw('HTTP/1.1 200 OK\r\ncontent-length: 3000000000\r\n\r\n'),
  '/longer-than-said': raw(`HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n`, 'x'.repeat(1e6)),
  '/shorter-than-said': raw('HTTP/1.1 200 OK\r\ncontent-length: 99000000\r\n\r\n', '\x89PNG\r\n\x1a\n'),
  '/negative': raw('HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n', 'x'),
  '/garbage': raw('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', '5\r\nabcde\r\nzz garbage\r\n'),
  '/chunk-of-ages': raw('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffff\r\n', 'x'.repeat(1e5)),
};

const server = createServer((request, response) => routes[request.url!.replace(/\?.*/, '')]!(request, response));
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.on('end', () => process.exit()).resume();
