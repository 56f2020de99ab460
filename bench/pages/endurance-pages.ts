// Endurance in browsers: a page does the work, and asks its server for the memory of the browser.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { launchBrowser } from '../../test/support/browser.js';
import type { Endurance, Sample, Samples } from './endure.js';

const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';

const PAGE = `<!doctype html><title>endurance</title><script src="/dist/umd/groupwise.min.js"></script><script type="module">
import { endure } from '/build/bench/pages/endure.js';
const what = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const ask = async (path, body) => (await fetch(path, { method: 'POST', body: JSON.stringify(body) })).json();
const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
const context = canvas.getContext('2d', { alpha: false });
const model = await (await fetch('/models/cifar10-fast-flgc4/model.gw')).arrayBuffer();
const place = {
  load: (options) => groupwise.loadClassifier(model, options),
  frame: (i) => {
    context.fillStyle = 'hsl(' + (i % 360) + ' 80% 50%)';
    context.fillRect(0, 0, 640, 480);
    return canvas;
  },
  sample: (done) => ask('/sample', done),
};
await ask('/result', await endure(place, what).catch((error) => ({ error: String(error) })));
</script>`;

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript' };

/** Serves the page, and what it asks for. */
const serveWork = async (memory: () => Promise<Omit<Sample, 'done' | 'time'>>) => {
  let finish: (samples: Samples & { error?: string }) => void;
  const result = new Promise<Samples & { error?: string }>((resolve) => (finish = resolve));
  const server = createServer((request, response) => {
    const answer = async (): Promise<string | Uint8Array> => {
      const path = request.url!;
      if (path === '/') return PAGE;
      if (request.method !== 'POST') return readFile(join('.', normalize(path)));
      const body = JSON.parse(Buffer.concat(await request.toArray()).toString()) as never;
      if (path === '/result') finish(body);
      else return JSON.stringify({ done: body, time: performance.now(), ...(await memory()) });
      return '{}';
    };
    answer().then(
      (body) => {
        response.writeHead(200, {
          'content-type': request.url === '/' ? 'text/html' : (TYPES[extname(request.url!)] ?? 'application/json'),
        });
        response.end(body);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { origin, result, close: () => void (server.closeAllConnections(), server.close()) };
};

/** Resident bytes of a process and all that it started, each shared page counted in parts (PSS). */
const residentOf = (pid: number): number => {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const parents = lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const family = new Set([pid]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const [child, parent] of parents) if (family.has(parent)) family.add(child);
  }
  let kilobytes = 0;
  for (const member of family) {
    try {
      kilobytes += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${member}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      // it has ended
    }
  }
  return kilobytes * 1024;
};

const addressOf = (origin: string, what: Endurance): string => `${origin}#${encodeURIComponent(JSON.stringify(what))}`;

const orThrow = ({ error, ...samples }: Samples & { error?: string }): Samples => {
  if (error) throw new Error(error);
  return samples;
};

/** Runs the work in Chromium; the heap is that of the page after a collection of garbage. */
export const enduranceInChromium = async (what: Endurance): Promise<Samples> => {
  const browser = await launchBrowser();
  const page = await browser.newPage();
  const session = await page.context().newCDPSession(page);
  const system = await browser.newBrowserCDPSession();
  const { processInfo } = await system.send('SystemInfo.getProcessInfo');
  const pid = processInfo.find(({ type }) => type === 'browser')!.id;
  const server = await serveWork(async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize, backingStorageSize = 0 } = (await session.send('Runtime.getHeapUsage')) as {
      usedSize: number;
      backingStorageSize?: number;
    };
    return { heap: usedSize + backingStorageSize, resident: residentOf(pid) };
  });
  try {
    await page.goto(addressOf(server.origin, what));
    return orThrow(await server.result);
  } finally {
    server.close();
    await browser.close();
  }
};

/** Runs the work in Firefox. */
export const enduranceInFirefox = async (what: Endurance): Promise<Samples> => {
  const profile = mkdtempSync(join(tmpdir(), 'firefox-'));
  let pid = 0;
  const server = await serveWork(() => Promise.resolve({ resident: residentOf(pid) }));
  const words = ['--headless', '--no-remote', '--profile', profile, addressOf(server.origin, what)];
  const firefox = spawn(FIREFOX, words, { env: { ...process.env, HOME: profile }, stdio: 'ignore' });
  pid = firefox.pid!;
  try {
    return orThrow(await server.result);
  } finally {
    server.close();
    firefox.kill();
    await new Promise((ended) => firefox.once('close', ended));
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
};
