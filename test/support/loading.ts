// What tests of loading by URL share: a server, a folder, and the model that is loaded.

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LoadError } from '../../src/errors.js';
import { loadModel } from '../../src/node.js';
import type { Progress, ReadOptions } from '../../src/public.js';
import { fileRoute, serveRoutes, type Routes } from './routes.js';

/** The model. */
export const MODEL = new Uint8Array(readFileSync('models/cifar10-fast-flgc4/model.gw'));

/** Its bytes. */
export const LENGTH = MODEL.length;

/** A page that servers answer in place of a model. */
export const HTML = Buffer.from('<!doctype html><title>an application</title>'.padEnd(500));

/** The server of a test. */
export let server: Routes;

/** The empty folder of a test. */
export let folder: string;

/** A suite whose tests each have a server and a folder of their own. */
export const loadingSuite = (name: string) => {
  const loading = suite(name);
  loading.before.each(async () => {
    server = await serveRoutes({});
    folder = mkdtempSync(join(tmpdir(), 'groupwise-'));
  });
  loading.after.each(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return loading;
};

/** The hash of bytes as the option `integrity` takes it. */
export const integrityOf = (bytes: Uint8Array): string =>
  `sha256-${createHash('sha256').update(bytes).digest('base64')}`;

/** Loads a path of the server; the progress of the download. */
export const load = async (path: string, options: ReadOptions = {}): Promise<Progress[]> => {
  const steps: Progress[] = [];
  const onProgress = (step: Progress) => void (step.phase === 'download' && steps.push(step));
  (await loadModel(`${server.origin}${path}`, { ...options, onProgress })).dispose();
  return steps;
};

/** The error that `work` rejects with. */
export const failure = (work: Promise<unknown>): Promise<LoadError> =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as LoadError,
  );

/** The progress grows to the length of the model. */
export const checkProgress = (steps: readonly Progress[]): void => {
  steps.forEach(({ loaded, total }, i) => {
    assert.is(total, LENGTH);
    assert.ok(loaded <= total && loaded > (steps[i - 1]?.loaded ?? 0));
  });
  assert.is(steps.at(-1)!.loaded, LENGTH);
};

/** Models that the folder keeps. */
export const cached = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.cached'));

/** An index of parts. */
export const indexOf = (parts: readonly Uint8Array[], names = parts.map((_, i) => `model.gw.${i + 1}`)) => ({
  groupwise: 1,
  bytes: parts.reduce((sum, part) => sum + part.length, 0),
  parts: parts.map((part, i) => ({ file: names[i]!, bytes: part.length, integrity: integrityOf(part) })),
});

/** Serves the model in parts. */
export const serveParts = (sizes: readonly number[], name = '/folder/model.gw'): void => {
  const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((a, b) => a + b, 0));
  const parts = ends.map((end, i) => MODEL.subarray(ends[i - 1] ?? 0, end));
  parts.forEach((part, i) => (server.routes[`${name}.${i + 1}`] = fileRoute(part, `"${i}"`)));
  server.routes[`${name}.json`] = fileRoute(Buffer.from(JSON.stringify(indexOf(parts))), '"index"');
};

/** A storage of the application, which keeps responses in a map. */
export const storageIn = (kept: Map<string, Response>) => ({
  match: (url: string) => Promise.resolve(kept.get(url)?.clone()),
  put: (url: string, response: Response) => Promise.resolve(kept.set(url, response)),
  keys: () => Promise.resolve([...kept.keys()]),
  delete: (url: string) => Promise.resolve(kept.delete(url)),
});
