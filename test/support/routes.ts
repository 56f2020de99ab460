// A server whose answers a test writes, which counts its requests.

import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers a request; `count` is how many there were of this path before. */
export type Route = (response: ServerResponse, request: IncomingMessage, count: number) => void;

/** A running server. */
export type Routes = {
  origin: string;
  /** The answers to requests but those for files, as `path status`. */
  log: string[];
  /** The answers by path; a test may change them. */
  routes: Record<string, Route>;
  close: () => Promise<void>;
};

/** Answers with a file of the working directory. */
const fromDisk = (path: string): Route | undefined => {
  if (!/^\/(dist|examples)\//.test(path)) return undefined;
  const type = path.endsWith('.js') ? 'text/javascript' : 'application/octet-stream';
  return (response) => {
    try {
      const bytes = readFileSync(`.${path}`);
      response.writeHead(200, { 'content-type': type }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  };
};

/** Serves routes by path, and files below /dist/ and /examples/; other paths have 404. */
export const serveRoutes = async (routes: Record<string, Route>): Promise<Routes> => {
  const counts = new Map<string, number>();
  const log: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url!.replace(/\?.*/, '');
    const count = counts.get(path) ?? 0;
    counts.set(path, count + 1);
    const file = routes[path] ? undefined : fromDisk(path);
    if (!file) response.on('finish', () => log.push(`${path} ${response.statusCode}`));
    const route = routes[path] ?? file;
    if (route) route(response, request, count);
    else response.writeHead(404).end('no such file');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((done) => {
      server.closeAllConnections();
      server.close(() => done());
    });
  return { origin: `http://127.0.0.1:${port}`, log, routes, close };
};

/** Answers with a file and its ETag, or 304 to those who have it. */
export const fileRoute =
  (bytes: Uint8Array, etag: string, headers: Record<string, string> = {}): Route =>
  (response, request) => {
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag, ...headers }).end();
    response.writeHead(200, { etag, 'content-length': bytes.length, ...headers }).end(bytes);
  };
