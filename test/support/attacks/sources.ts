// Attacks on what reads photos and models: servers that never end, files that are none, strings of every kind.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Attack, Build, Prepared } from './attack.js';
import { classifierFile, modelHead, pngHead } from './source-files.js';

const SERVER = fileURLToPath(new URL('source-server.js', import.meta.url));

/** What a caller does who expects slow servers. */
const patient = () => AbortSignal.timeout(1000);

type Options = NonNullable<Parameters<Build['node']['prepare']>[2]>;

const classify = async ({ node }: Build, photo: unknown, options?: Options): Promise<unknown> => {
  using classifier = await node.loadClassifier(classifierFile());
  return await classifier.classify(photo as string, options);
};

const load = async ({ node }: Build, model: unknown): Promise<unknown> =>
  (await node.loadModel(model as string)).inputs;

/** An attack by a server at a path of `source-server.ts`. */
const served = (
  name: string,
  path: string,
  run: (build: Build, url: string) => Promise<unknown> = classify,
): Attack => ({
  name,
  prepare: async (): Promise<Prepared> => {
    const server = spawn(process.execPath, [SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
    const port = await new Promise((done) => server.stdout.once('data', (data) => done(String(data).trim())));
    return {
      bytes: 0,
      run: (build) => run(build, `http://127.0.0.1:${String(port)}${path}`),
      close: () => server.kill(),
    };
  },
});

const slow = (name: string, path: string): Attack =>
  served(name, path, (build, url) => classify(build, url, { signal: patient() }));

/** An attack by a file that `make` creates in a folder, or names. */
const stored = (
  name: string,
  make: (folder: string) => string,
  run: (build: Build, path: string) => Promise<unknown> = classify,
): Attack => ({
  name,
  prepare: () => {
    const folder = mkdtempSync(join(tmpdir(), 'groupwise-'));
    const path = make(folder);
    return { bytes: 0, run: (build) => run(build, path), close: () => rmSync(folder, { recursive: true }) };
  },
});

const sparse = (name: string, head: Uint8Array) => (folder: string) => {
  const path = join(folder, name);
  writeFileSync(path, head);
  truncateSync(path, 3e9);
  return path;
};

const pipe = (folder: string): string => {
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  return join(folder, 'pipe');
};

const circle = (folder: string): string => {
  symlinkSync(join(folder, 'b'), join(folder, 'a'));
  symlinkSync(join(folder, 'a'), join(folder, 'b'));
  return join(folder, 'a');
};

/** An attack by a value. */
const given = (
  name: string,
  make: () => { bytes: number; value: unknown },
  run: (build: Build, value: unknown) => Promise<unknown> = classify,
): Attack => ({
  name,
  prepare: () => {
    const { bytes, value } = make();
    return { bytes, run: (build) => run(build, value) };
  },
});

const text = (value: string) => ({ bytes: value.length, value });

/** A string that repeats a letter; unlike that of `repeat` it is in memory as a whole. */
const letters = (count: number): string => Buffer.alloc(count, 'A').toString('latin1');

/** A stream of a head, then of `most` chunks. */
const streamOf = (head: Uint8Array, chunk: Uint8Array, most = Infinity): ReadableStream<Uint8Array> => {
  let count = 0;
  return new ReadableStream({
    start: (controller) => controller.enqueue(head),
    pull: (controller) => (count++ < most ? controller.enqueue(chunk) : controller.close()),
  });
};

const blobOf = (head: Uint8Array, size: number): Blob => {
  const part = new Blob([new Uint8Array(1e6)]);
  return new Blob([new Uint8Array(head), ...Array<Blob>(size / 1e6).fill(part)]);
};

const BLOB_BYTES = 2e9;

/** Attacks on the reading of photos and models. */
export const attacks: readonly Attack[] = [
  served('a PNG of 1 GB of zeros', '/endless'),
  served('a page of 1 GB', '/endless-page'),
  served('zeros, 1 GB', '/endless-zeros'),
  served('an error 404 of 1 GB', '/endless-error'),
  served('a redirect with a body of 1 GB', '/endless-redirect'),
  served('a redirect to a PNG of 1 GB', '/to-endless'),
  served('a PNG that gzip made 1000 times smaller, 1 GB', '/bomb'),
  served('a page that gzip made 1000 times smaller, 1 GB', '/page-bomb'),
  served('a PNG that gzip made small twice, 1 GB', '/nested-bomb'),
  served('a PNG in 200,000 chunks of a byte', '/bytes'),
  served('a redirect to itself', '/loop'),
  served('redirects to ever new URLs', '/maze'),
  served('a redirect to a file: URL', '/to-file'),
  served('a redirect to a data: URL', '/to-data'),
  served('100 MB of headers', '/headers'),
  served('a Content-Length of 3 GB', '/long'),
  served('more bytes than the Content-Length', '/longer-than-said'),
  served('fewer bytes than a Content-Length of 99 MB', '/shorter-than-said'),
  served('a negative Content-Length', '/negative'),
  served('garbage after a chunk', '/garbage'),
  served('a chunk of 2^56 bytes', '/chunk-of-ages'),
  slow('a byte every 50 ms, a signal of 1 s', '/drip'),
  slow('a header every 50 ms, a signal of 1 s', '/header-drip'),
  slow('no answer, a signal of 1 s', '/silent'),
  slow('an answer that stops, a signal of 1 s', '/stops'),
  served('a model of 4 GB', '/endless-model', load),
  served('1 GB after a model of 1000 bytes', '/endless-small-model', load),
  served('a model that gzip made 1000 times smaller, 1 GB', '/model-bomb', load),
  served('a page of 1 GB as a model', '/endless-page', load),
  stored('a file of 3 GB that begins as a PNG', sparse('a.png', pngHead())),
  stored('a file of 3 GB of zeros', sparse('a.png', new Uint8Array())),
  stored('a model file of 3 GB', sparse('a.gw', modelHead(3e9)), load),
  stored('/dev/zero', () => '/dev/zero'),
  stored('/dev/zero as a model', () => '/dev/zero', load),
  stored('/dev/random', () => 'file:///dev/random'),
  stored('a pipe without a writer', pipe),
  stored('a pipe without a writer, as a model', pipe, load),
  stored('a folder', (folder) => folder),
  stored('links in a circle', circle),
  stored('/proc/self/mem', () => '/proc/self/mem'),
  stored('/proc/self/pagemap', () => '/proc/self/pagemap'),
  stored('/proc/kcore', () => '/proc/kcore'),
  given('a data: URL of 130 MB', () => text(`data:image/png;base64,${letters(130e6)}`)),
  given('a data: URL of 400 MB', () => text(`data:image/png;base64,${letters(400e6)}`)),
  given('a data: URL of 90 MB of escapes', () => text(`data:,${Buffer.alloc(90e6, '%00').toString('latin1')}`)),
  given('base64 of 500 MB', () => text(letters(500e6))),
  given('base64 of 500 MB as a model', () => text(letters(500e6)), load),
  given('a path of 500 MB', () => text(`/${letters(100)}/.${letters(500e6)}`)),
  given('a URL of 100 MB', () => text(`http://localhost/${letters(1e8)}`)),
  given('a path with a zero byte', () => text('photo.jpg\0.png')),
  given('a Blob of 2 GB that begins as a PNG', () => ({ bytes: BLOB_BYTES, value: blobOf(pngHead(), BLOB_BYTES) })),
  given('a stream of a PNG without an end', () => ({
    bytes: 1e8,
    value: new Response(streamOf(pngHead(), new Uint8Array(65536))),
  })),
  given('a stream in chunks of a byte, 10^6', () => ({
    bytes: 1e6,
    value: new Response(streamOf(pngHead(), new Uint8Array(1), 1e6)),
  })),
  given(
    'a stream of empty chunks, a signal of 1 s',
    () => ({ bytes: 0, value: new Response(streamOf(pngHead(), new Uint8Array())) }),
    (build, value) => classify(build, value, { signal: patient() }),
  ),
  given(
    'a model stream without an end',
    () => ({ bytes: 1e8, value: streamOf(modelHead(2 ** 30), new Uint8Array(65536)) }),
    load,
  ),
];
