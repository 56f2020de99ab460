// Models with operators that are in a module of their own: every entry loads it, and says so if it is not there.

import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { FormatError } from '../../src/errors.js';
import { readModel } from '../../src/format/read.js';
import { rareOps } from '../../src/ops/rare.js';
import { hasBrowser, launchBrowser, noteSkippedWithoutBrowser } from '../support/browser.js';
import { longs, writeOnnx } from '../support/onnx/write.js';
import { serve, type Server } from '../support/server.js';

type Library = typeof import('../../src/index.js');

const INPUT = [3, -1, 4, 1, -5, 9];
const SUMS = [3, 2, 6, 7, 2, 11];

/** Running sums, which no bundled op computes. */
const convertSums = (): Promise<Uint8Array> =>
  convertOnnx(
    writeOnnx({
      nodes: [{ op: 'CumSum', inputs: ['x', 'axis'], outputs: ['y'] }],
      inputs: [{ name: 'x', dims: [1, INPUT.length] }],
      outputs: ['y'],
      tensors: [longs('axis', [1])],
    }),
  );

const sumsOf = async ({ loadModel }: Pick<Library, 'loadModel'>, source: Uint8Array): Promise<number[]> => {
  using model = await loadModel(source);
  return [...(model.run(Float32Array.from(INPUT)).y!.data as Float32Array)];
};

/** The error of a load in a page or in Node. */
const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  );

const test = suite('operators in a module of their own');
let model: Uint8Array;
let folder: string;

test.before(async () => {
  model = await convertSums();
  folder = mkdtempSync(join(tmpdir(), 'groupwise-'));
});
test.after(() => rmSync(folder, { recursive: true }));

for (const entry of ['index', 'external', 'node']) {
  test(`dist/${entry}.js loads them`, async () => {
    assert.equal(await sumsOf((await import(join(process.cwd(), `dist/${entry}.js`))) as Library, model), SUMS);
  });
}

test('modules without the chunk say which file they lack', async () => {
  cpSync('dist', folder, { recursive: true });
  rmSync(join(folder, 'chunks/rare.js'));
  const { loadModel } = (await import(join(folder, 'index.js'))) as Library;
  const message = await messageOf(loadModel(model));
  assert.match(message, /^LoadError: the model has operators that are in a file of their own, chunks\/rare\.js, /);
  assert.match(message, /Publish all files/);
});

test('require loads them from the file beside, or says which file it lacks', async () => {
  const require = createRequire(import.meta.url);
  const alone = join(folder, 'alone.js');
  copyFileSync('dist/umd/groupwise.min.js', alone);
  cpSync('dist/umd/package.json', join(folder, 'package.json'));
  const message = await messageOf((require(alone) as Library).loadModel(model));
  assert.match(message, /^LoadError: .* groupwise-ops\.min\.js, which cannot be loaded: Cannot find module/);
  const library = require(join(process.cwd(), 'dist/umd/groupwise.min.js')) as Library;
  assert.equal(await sumsOf(library, model), SUMS);
});

test('a reader that is not given them refuses the model, as it does an operator that nobody knows', () => {
  const refused = (error: unknown) =>
    error instanceof FormatError && /operator \d+ is not known .*byte/.test(error.message);
  assert.throws(() => readModel(model), refused);
  assert.is(readModel(model, rareOps).graph.nodes[0]!.op.name, 'cumulate');
});

noteSkippedWithoutBrowser('scripted operators by script tag');

if (hasBrowser) {
  let browser: Browser;
  let server: Server;
  let page: Page;

  const html = (...scripts: string[]): Uint8Array =>
    new TextEncoder().encode(
      `<!doctype html><title>sums</title><link rel="icon" href="data:,">${scripts.map((path) => `<script src="${path}"></script>`).join('')}`,
    );

  const [MAIN, OPS] = ['/dist/umd/groupwise.min.js', '/dist/umd/groupwise-ops.min.js'];

  test.before(async () => {
    server = await serve({
      '/sums.gw': model,
      '/tag.html': html(MAIN),
      '/alone.html': html('/alone/groupwise.min.js'),
      '/alone/groupwise.min.js': readFileSync(`.${MAIN}`),
      '/short.html': html('/application/groupwise@1'),
      '/application/groupwise@1': readFileSync(`.${MAIN}`),
      '/both.html': html('/alone/groupwise.min.js', OPS),
      '/dist/umd/worker.js': new TextEncoder().encode(
        `importScripts('groupwise.min.js'); groupwise.loadModel('/sums.gw').then((model) => postMessage([...model.run(new Float32Array(${JSON.stringify(INPUT)})).y.data]), (error) => postMessage(error.message));`,
      ),
    });
    browser = await launchBrowser();
  });
  test.after(async () => {
    await browser.close();
    server.close();
  });
  test.before.each(async () => {
    page = await browser.newPage();
  });
  test.after.each(() => page.close());

  /** The sums that a page computes, or its error. */
  const sumsIn = async (path: string): Promise<number[] | string> => {
    await page.goto(`${server.origin}${path}`);
    return page.evaluate(async (input) => {
      const { groupwise } = globalThis as unknown as { groupwise: Library };
      try {
        const model = await groupwise.loadModel('/sums.gw');
        return [...(model.run(Float32Array.from(input)).y!.data as Float32Array)];
      } catch (error) {
        return error instanceof groupwise.LoadError ? error.message : `not typed: ${String(error)}`;
      }
    }, INPUT);
  };

  test('a script tag loads them from the folder of its file, and only for a model that needs them', async () => {
    const requested: string[] = [];
    page.on('request', (request) => requested.push(new URL(request.url()).pathname));
    assert.equal(await sumsIn('/tag.html'), SUMS);
    assert.equal(requested, ['/tag.html', MAIN, '/sums.gw', OPS]);
  });

  test('a script tag without the file beside says from where it was to come', async () => {
    const message = await sumsIn('/alone.html');
    assert.match(message as string, `${server.origin}/alone/groupwise-ops.min.js cannot be fetched`);
    for (const name of ['ops', 'loading', 'worker']) assert.match(message as string, `groupwise-${name}.min.js`);
    assert.match(message as string, '(int8 models need both)');
    assert.match(message as string, 'in the folder of groupwise.min.js, or load those needed with script tags');
    assert.equal(await sumsIn('/both.html'), SUMS);
  });

  test('the address of a package without a file is not guessed at', async () => {
    assert.match((await sumsIn('/short.html')) as string, /groupwise@1 does not end in the name of a file/);
  });

  test('a classic worker loads them', async () => {
    await page.goto(`${server.origin}/tag.html`);
    const found = await page.evaluate(
      () =>
        new Promise((resolve) => {
          new Worker('/dist/umd/worker.js').onmessage = ({ data }) => resolve(data);
        }),
    );
    assert.equal(found, SUMS);
  });
}

test.run();
