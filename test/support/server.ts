// A web server for the files of the project and files that a test adds.

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.jpg': 'image/jpeg',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** A Content Security Policy that forbids `eval`, and workers from blob: URLs. */
const POLICY = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src 'self'";

/** A running server. Unknown paths below /application/ get a page, as from servers of single-page applications. */
export type Server = { origin: string; close: () => void };

/**
 * Serves the working directory; `files`, by path, take precedence. `policy` is the Content-Security-Policy of all answers,
 * and `headers` are further ones.
 */
export const serve = async (
  files: Readonly<Record<string, Uint8Array>>,
  policy = POLICY,
  headers: Readonly<Record<string, string>> = {},
): Promise<Server> => {
  const answer = async ({ url = '/' }: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(url, 'http://localhost');
    const path = decodeURIComponent(pathname);
    const body = files[path] ?? (await readFile(join('.', normalize(`/${path}`))).catch(() => undefined));
    const missing = body === undefined && !path.startsWith('/application/');
    const type = body ? (TYPES[extname(path)] ?? 'application/octet-stream') : 'text/html';
    response.writeHead(missing ? 404 : 200, { 'content-type': type, 'content-security-policy': policy, ...headers });
    response.end(body ?? '<!doctype html><title>another page</title>');
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, close: () => void (server.closeAllConnections(), server.close()) };
};
