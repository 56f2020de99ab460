// A web server for the pages of the matrix: files of folders, and outcomes that pages post. Requests for anything else are
// noted, since pages may ask for nothing but their own files.

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Outcome, Row } from './field.js';

/** What a place may take for all cases. */
const MAX_SECONDS = 180;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
};

/** A page or script that is made for a test, with headers of its own. */
export type Made = { body: string; headers?: Record<string, string> };

/** What to serve: files of a folder by the first part of their path, and made files by their whole path. */
export type Content = {
  folders: Readonly<Record<string, string>>;
  make?: (origin: string) => Readonly<Record<string, Made>>;
};

/** A running server. */
export type Server = Disposable & {
  origin: string;
  /** Paths that were asked for, but are not there. */
  missing: string[];
  /** The body that is posted to `/outcomes/NAME`. @throws after `seconds` */
  posted(name: string, seconds?: number): Promise<string>;
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const piece of request) body += String(piece);
  return body;
};

const UNREF = { ref: false };

const OPEN = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };

const deferred = () => {
  let resolve!: (body: string) => void;
  const promise = new Promise<string>((done) => (resolve = done));
  return { promise, resolve };
};

/** Starts a server on a free port. */
export const serve = async ({ folders, make }: Content): Promise<Server> => {
  const posts = new Map<string, ReturnType<typeof deferred>>();
  const missing: string[] = [];
  let made: Readonly<Record<string, Made>> = {};
  const post = (name: string) => {
    if (!posts.has(name)) posts.set(name, deferred());
    return posts.get(name)!;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    const [, first = '', ...rest] = path.split('/');
    if (request.method === 'POST') {
      post(rest.join('/')).resolve(await bodyOf(request));
      return void response.writeHead(204, OPEN).end();
    }
    const own = made[path];
    const folder = folders[first];
    const body = own?.body ?? (folder && (await readFile(join(folder, ...rest)).catch(() => undefined)));
    if (!body && path !== '/favicon.ico' && rest.at(-1) !== 'missing.gw') missing.push(path);
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    response.writeHead(body ? 200 : 404, { 'content-type': type, ...OPEN, ...own?.headers });
    response.end(body);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  made = make?.(origin) ?? {};
  return {
    origin,
    missing,
    posted: async (name, seconds = MAX_SECONDS) => {
      const body = await Promise.race([post(name).promise, setTimeout(seconds * 1000, undefined, UNREF)]);
      if (body === undefined) throw new Error(`no outcomes after ${seconds} s`);
      return body;
    },
    [Symbol.dispose]: () => void (server.closeAllConnections(), server.close()),
  };
};

/** The outcomes that a place posts; a single failed one if it posts nothing in time. */
export const postedRow = async (server: Server, place: string): Promise<Row> => {
  try {
    return { place, outcomes: JSON.parse(await server.posted(place)) as Outcome[] };
  } catch (error) {
    return { place, outcomes: [{ name: 'start', outcome: 'failed', reason: (error as Error).message }] };
  }
};
