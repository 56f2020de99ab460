// A process for one runtime in a Chromium of its own: prepares networks, and has a page load and run them.
// Chromium's processes inherit the core that this one is pinned to.

import { launchBrowser } from '../../../build/test/support/browser.js';
import { serve } from '../../../build/test/support/server.js';
import { importRuntime } from '../runtimes/index.js';
import { packed } from './packed.js';
import { prepareFor } from './prepare.js';

/** LiteRT.js and TensorFlow.js compile JavaScript from text. */
const POLICY = "script-src 'self' 'unsafe-inline' 'unsafe-eval'";

/** Clocks have steps of 5 us instead of 100 in pages that are isolated from other origins. */
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

const PAGE = '/candidate.html';
const PREPARED = '/prepared.bin';
const EMPTY_MODULE = '/empty.js';
const FOLDER = '/bench/compare/';

const htmlOf = ({ importMap = {} }) => {
  const places = Object.entries(importMap).map(([name, file]) => [
    name,
    file === null ? EMPTY_MODULE : `${FOLDER}node_modules/${file}`,
  ]);
  return `<!doctype html>
<title>a runtime</title>
<script type="importmap">${JSON.stringify({ imports: Object.fromEntries(places) })}</script>
<body></body>`;
};

const start = async () => {
  const files = { [EMPTY_MODULE]: new TextEncoder().encode('export default {};') };
  const [{ origin }, browser] = await Promise.all([serve(files, POLICY, ISOLATED), launchBrowser()]);
  return { files, origin, page: await browser.newPage() };
};

const started = start();

const COMMANDS = {
  /** In a page without what an earlier network left. */
  async load({ network, ...message }) {
    const { files, origin, page } = await started;
    const runtime = await importRuntime(message.runtime);
    files[PAGE] = new TextEncoder().encode(htmlOf(runtime));
    files[PREPARED] = packed(await prepareFor(runtime, network));
    await page.goto(origin + PAGE);
    await page.evaluate((module) => import(module), `${FOLDER}measure/page.js`);
    const answer = await pass({ ...message, prepared: PREPARED });
    delete files[PREPARED];
    return answer;
  },
  warmUp: (message) => pass(message),
  time: (message) => pass(message),
};

const pass = async (message) => (await started).page.evaluate((asked) => globalThis.answer(asked), message);

process.on('message', async (message) => {
  try {
    process.send(await COMMANDS[message.command](message));
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) });
  }
});

// The browser ends with this process.
for (const event of ['SIGTERM', 'SIGINT']) process.on(event, () => process.exit());
process.on('disconnect', () => process.exit());
