// How long a camera blocks the page: `node build/bench/pages/camera.js [MODEL] [SECONDS]`. Chromium's own camera, 640 x 480,
// is classified on the page and in a worker. A timer that runs without a pause notes how late it is: the time for which
// something else held the thread.

import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { serve } from '../../test/support/server.js';

const [model = 'models/cifar10-fast-flgc4/model.gw', seconds = '10'] = process.argv.slice(2);

const PAGE = `<!doctype html><video muted playsinline width="640" height="480"></video>
<script src="/dist/umd/groupwise.min.js"></script><script type="module">
window.measure = async (worker) => {
  const video = document.querySelector('video');
  video.srcObject ??= await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } });
  await video.play();
  const classifier = await groupwise.loadClassifier('/model.gw', { worker });
  const stopped = new AbortController();
  const blocked = [];
  let longTasks = 0;
  const observer = new PerformanceObserver((list) => (longTasks += list.getEntries().length));
  let labels = 0;
  const frames = (async () => {
    for await (const _ of classifier.stream(video, { signal: stopped.signal })) {
      // the first frames compile and warm up
      if (++labels === 10) start();
    }
  })().catch((error) => { if (!stopped.signal.aborted) throw error; });
  let begun = 0, pageFrames = 0;
  const start = () => {
    begun = performance.now();
    observer.observe({ type: 'longtask' });
    const channel = new MessageChannel();
    let last = performance.now();
    channel.port1.onmessage = () => {
      const now = performance.now();
      blocked.push(now - last);
      last = now;
      if (!stopped.signal.aborted) channel.port2.postMessage(0);
    };
    channel.port2.postMessage(0);
    const frame = () => { pageFrames++; if (!stopped.signal.aborted) requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
    setTimeout(() => stopped.abort(), ${Number(seconds) * 1000});
  };
  await frames;
  const time = (performance.now() - begun) / 1000;
  classifier.dispose();
  observer.disconnect();
  // time for which the thread was held, weighted by itself: the share of moments at which a user waits so long
  blocked.sort((a, b) => a - b);
  const total = blocked.reduce((sum, value) => sum + value, 0);
  const quantile = (share) => blocked[Math.min(blocked.length - 1, Math.floor(share * blocked.length))];
  let sum = 0;
  const moment = blocked.find((value) => (sum += value) >= 0.99 * total);
  return { labels: (labels - 10) / time, frames: pageFrames / time, p99: quantile(0.99), moment, worst: blocked.at(-1), longTasks };
};
</script>`;

const server = await serve(
  {
    '/camera.html': new TextEncoder().encode(PAGE),
    '/model.gw': new Uint8Array(readFileSync(model)),
  },
  "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src 'self' blob:",
);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
});
const page = await (await browser.newContext({ permissions: ['camera'] })).newPage();
await page.goto(`${server.origin}/camera.html`);
for (const worker of [false, true, false, true]) {
  const { labels, frames, p99, moment, worst, longTasks } = await page.evaluate<Record<string, number>>(
    `window.measure(${worker})`,
  );
  console.log(
    `${worker ? 'in a worker' : 'on the page'}: ${labels!.toFixed(1)} labels/s, ${frames!.toFixed(0)} page frames/s, ` +
      `thread held: 99 % of turns at most ${p99!.toFixed(2)} ms, 99 % of time ${moment!.toFixed(2)} ms, longest ${worst!.toFixed(1)} ms, ${longTasks} long tasks`,
  );
}
await browser.close();
server.close();
