// What strings and URLs may be, how many bytes are read, and what failed transfers say.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readlinkSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ImageError, LoadError } from '../src/errors.js';
import { pixelsFromSource } from '../src/image/source.js';
import { loadModel } from '../src/node.js';
import { decodeImage } from '../src/node/decode.js';
import { pixelsFromPath } from '../src/node/paths.js';
import type { SourceKind } from '../src/read-bytes.js';
import { errorOf, fileOf } from './support/pictures.js';

const file = Buffer.from(fileOf('png rgb'));
const WIDTH = (await decodeImage(file)).width;
const folder = mkdtempSync(join(tmpdir(), 'groupwise-'));
const path = join(folder, 'photo.png');
writeFileSync(path, file);

const routes: Record<string, RequestListener> = {
  '/photo.png': (_, response) => response.end(file),
  '/endless': (_, response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65536)));
    };
    response.on('drain', more);
    response.write(file);
    more();
  },
  '/drip': (_, response) => {
    response.write(file.subarray(0, 20));
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
  },
  '/silent': () => {},
  '/loop': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
  '/reset': (_, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write(file.subarray(0, 100), () => response.destroy());
  },
  '/long': (_, response) => response.writeHead(200, { 'content-length': '3000000000' }).flushHeaders(),
};

const closed = new Set<string>();
const server = createServer((request, response) => {
  const { url = '' } = request;
  response.on('close', () => closed.add(url));
  routes[url]!(request, response);
});
await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((done) => setTimeout(done, 10));
};

const sources = suite('what strings and URLs may be');

const data = `data:image/png;base64,${file.toString('base64')}`;
const NAMES: Record<string, { kind: SourceKind; source: string | URL }> = {
  'a URL': { kind: 'url', source: `${origin}/photo.png` },
  'a URL object': { kind: 'url', source: new URL(`${origin}/photo.png`) },
  'a data: URL': { kind: 'url', source: data },
  'a path': { kind: 'path', source: path },
  'a file: URL': { kind: 'path', source: pathToFileURL(path).href },
  'a file: URL object': { kind: 'path', source: pathToFileURL(path) },
};

for (const [name, { kind, source }] of Object.entries(NAMES)) {
  const other = kind === 'url' ? 'path' : 'url';
  sources(`${name} is read where sources has ${kind}`, async () => {
    for (const allowed of [kind, ['bytes', kind], [kind, other]] as SourceKind[][])
      assert.is((await pixelsFromPath(source, { sources: allowed })).width, WIDTH);
  });
  sources(`${name} is refused otherwise, also as a model`, async () => {
    for (const allowed of ['bytes', other, [], ['bytes', other]] as SourceKind[]) {
      for (const read of [pixelsFromPath, loadModel]) {
        const error = await errorOf(() => read(source, { sources: allowed }));
        assert.instance(error, read === loadModel ? LoadError : ImageError);
        assert.match(error.message, new RegExp(`is a ${kind}, and option sources is '.*': pass the bytes`));
      }
    }
  });
}

sources('names that engines would fetch from elsewhere are no URLs', async () => {
  const spaces = ' '.repeat(2000);
  for (const source of [' file:///etc/passwd', `${spaces}file:///a`, 'fi\nle:///a', '\x01file:///a', 'FILE:///a']) {
    const error = await errorOf(() => pixelsFromSource(source, { sources: 'url' }, decodeImage));
    assert.match(error.message, /is a path, and option sources is 'url'/);
    assert.match((await errorOf(() => pixelsFromPath(source, { sources: 'url' }))).message, /is a path, and option/);
  }
});

sources('a URL of another scheme is not called a path', async () => {
  for (const read of [pixelsFromPath, loadModel])
    for (const source of ['ftp://host/x', 'S3://a/b', new URL('ftp://host/x')]) {
      assert.match((await errorOf(() => read(source))).message, /the scheme (ftp|S3): is not supported; http:/);
      const { message } = await errorOf(() => read(source, { sources: 'url' }));
      assert.match(message, /is a URL of scheme (ftp|S3): .*, and option sources is 'url'/);
    }
  assert.match((await errorOf(() => pixelsFromPath('C:/none.png'))).message, /there is no such file/);
});

sources('a password in a URL is in no message, cause or stack', async () => {
  const { host } = new URL(origin);
  for (const read of [pixelsFromPath, loadModel])
    for (const source of [
      `http://user:sec@ret@${host}/photo.png`,
      new URL(`http://user:secret@${host}/photo.png`),
      `http://user:${'secret'.repeat(50)}@${host}/photo.png`,
      `http://user:secret word@${host}/photo.png`,
    ]) {
      const error = await errorOf(() => read(source));
      assert.match(error.message, `from http://${host}/photo.png: it has a password`);
      assert.not.match(inspect(error), 'sec');
      assert.not.match(inspect(await errorOf(() => read(source, { sources: 'bytes' }))), 'sec');
    }
});

sources('bytes, blobs and responses are read whatever sources says', async () => {
  for (const source of [file, new Blob([file]), new Response(file), new Blob([file]).stream()])
    assert.is((await pixelsFromPath(source, { sources: 'bytes' })).width, WIDTH);
});

sources.run();

const bounds = suite('how many bytes are read');

const refuses = (name: string, source: () => unknown, message: RegExp, maxBytes?: number): void =>
  bounds(name, async () => {
    const error = await errorOf(() => pixelsFromPath(source() as string, { maxBytes: maxBytes ?? 2e6 }));
    assert.instance(error, ImageError);
    assert.match(error.message, message);
  });

const huge = join(folder, 'huge.png');
writeFileSync(huge, file);
truncateSync(huge, 3e9);

const LONG = /has \d+ bytes or more; maxBytes is 2000000/;
refuses('an endless transfer', () => `${origin}/endless`, LONG);
refuses('a length that is too large', () => `${origin}/long`, LONG);
refuses('a large file', () => huge, /huge\.png has 3000000000 bytes or more/);
refuses('a large Blob', () => new Blob([new Uint8Array(2e6 + 1)]), LONG);
refuses('a long data: URL', () => `data:,${'a'.repeat(3e6)}`, LONG);
refuses('a stream of a page', () => new Response(`<html>${'x'.repeat(1e6)}`), /the image is an HTML file/);
refuses(
  'a stream of something else than bytes',
  () => new ReadableStream({ pull: (c) => c.enqueue({ length: 1e9 }) }),
  /interrupted after 0 bytes: a chunk of the stream is an object/,
);
refuses('a folder', () => folder, /it is a folder/);

bounds('a transfer that is refused is closed', () => until(() => closed.has('/endless') && closed.has('/long')));

bounds('a model whose header states more than maxBytes is not read', async () => {
  const head = new Uint8Array(100);
  head.set([0xc7, 0x47, 0x57, 0x0d, 0x0a, 0x1a, 0x0a, 0x00]);
  new DataView(head.buffer).setUint32(16, 2 ** 31, true);
  const stream = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(head) });
  const error = await errorOf(() => loadModel(stream));
  assert.instance(error, LoadError);
  assert.match(error.message, /the model has 2147483648 bytes or more; maxBytes is 1073741824/);
});

const linkOf = (link: string): string | undefined => {
  try {
    return readlinkSync(link);
  } catch {
    return undefined; // it was closed meanwhile
  }
};

if (process.platform === 'linux') {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  refuses('a pipe', () => pipe, /it is a pipe/);
  refuses('a device', () => '/dev/zero', /it is a device, not a file/);
  refuses('the memory of the process', () => '/proc/self/mem', /the photo was interrupted after 0 bytes: EIO/);
  bounds('a file is closed whenever a signal ends its reading', async () => {
    const isOpen = () => readdirSync('/proc/self/fd').some((fd) => linkOf(`/proc/self/fd/${fd}`) === path);
    for (let turns = 0; turns < 40; turns++) {
      const controller = new AbortController();
      const reading = pixelsFromPath(path, { signal: controller.signal }).catch(() => {});
      for (let i = 0; i < turns % 10; i++) await new Promise((done) => setImmediate(done));
      controller.abort();
      await reading;
      for (let i = 0; isOpen() && i < 20; i++) await new Promise((done) => setTimeout(done, 1));
      assert.not(isOpen(), `aborted after ${turns % 10} turns`);
    }
  });
  refuses('a file without a size', () => '/proc/cpuinfo', /the image is of an unknown kind|empty file/);
}

bounds.run();

const failures = suite('what failed transfers say');

/** A port that was free a moment ago. */
const nobody = await new Promise<string>((done) => {
  const other = createServer().listen(0, '127.0.0.1', () => {
    const { port } = other.address() as AddressInfo;
    other.close(() => done(`http://127.0.0.1:${port}/`));
  });
});

for (const [path, message] of [
  [nobody, /nothing answers at this address \(connection refused\).*ECONNREFUSED/],
  ['http://nowhere.invalid/a', /its host is not found \(DNS\)/],
  ['/loop', /it redirects too often/],
  ['/reset', /interrupted after 100 bytes: (terminated|other side closed|.*aborted)/],
  ['http://', /the URL is invalid/],
] as const) {
  failures(path === nobody ? 'nothing listens' : path, async () => {
    const url = path.startsWith('/') ? origin + path : path;
    assert.match((await errorOf(() => pixelsFromPath(url))).message, message);
  });
}

for (const path of ['/silent', '/drip', '/long']) {
  failures(`${path} ends with the reason of the signal`, async () => {
    closed.delete(path);
    const signal = AbortSignal.timeout(200);
    const error = await pixelsFromPath(origin + path, { signal, maxBytes: 4e9 }).catch((reason: unknown) => reason);
    assert.is(error, signal.reason);
    assert.is((error as Error).name, 'TimeoutError');
    await until(() => closed.has(path));
  });
}

failures.after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

failures.run();
