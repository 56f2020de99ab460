// Classifying a video element and a camera's track in a browser, on the page and in a worker.

import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hasBrowser, launchBrowser, noteSkippedWithoutBrowser } from '../support/browser.js';
import { serve, type Server } from '../support/server.js';

type Library = typeof import('../../src/index.js');

declare global {
  /** A canvas that changes 60 times a second, and a video that plays it, in the page. */
  var camera: {
    video: HTMLVideoElement;
    track: () => MediaStreamTrack;
    plug: () => Promise<void>;
    frames: () => number;
  };
  var streamed: Awaited<ReturnType<Library['loadClassifier']>>;
}

noteSkippedWithoutBrowser('videos and cameras');

const POLICY = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src blob:";

const test = suite('cameras');
let browser: Browser;
let server: Server;
let page: Page;

test.before(async () => {
  const files = {
    '/page.html': new TextEncoder().encode('<!doctype html><title>camera</title><body style="height: 4000px"></body>'),
    '/film.mp4': new TextEncoder().encode('no film'),
    '/model.gw': readFileSync('models/cifar10-fast-flgc4/model.gw'),
  };
  server = await serve(files, POLICY);
  if (hasBrowser) browser = await launchBrowser();
});
test.after(async () => {
  await browser?.close();
  server.close();
});
test.before.each(async () => void (page = await browser.newPage()));
test.after.each(() => page.close());

const open = async (worker: boolean): Promise<void> => {
  await page.goto(`${server.origin}/page.html`);
  await page.evaluate(async (inWorker) => {
    const path = '/dist/index.js';
    const { loadClassifier } = (await import(path)) as Library;
    globalThis.streamed = await loadClassifier('/model.gw', { worker: inWorker });
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 });
    const context = canvas.getContext('2d')!;
    let painted = 0;
    setInterval(() => {
      context.fillStyle = `hsl(${(painted++ * 7) % 360}, 80%, 50%)`;
      context.fillRect(0, 0, 64, 48);
    }, 16);
    const video = Object.assign(document.createElement('video'), { muted: true, width: 64, height: 48 });
    document.body.append(video);
    const track = () => (video.srcObject as MediaStream).getVideoTracks()[0]!;
    const plug = async () => {
      video.srcObject = canvas.captureStream();
      await video.play();
    };
    globalThis.camera = { video, track, plug, frames: () => painted };
    await plug();
  }, worker);
};

if (hasBrowser) {
  for (const worker of [false, true]) {
    test(`a video is classified frame by frame ${worker ? 'in a worker' : 'on the page'}`, async () => {
      await open(worker);
      const tops = await page.evaluate(async () => {
        const tops: string[] = [];
        for await (const [best] of streamed.stream(camera.video, { topK: 1 })) {
          tops.push(`${best!.label} ${best!.score}`);
          if (tops.length === 10) return tops;
        }
        return [];
      });
      assert.is(tops.length, 10);
      assert.ok(new Set(tops).size > 1, 'the scores change with the picture');
    });
  }

  test('frames that pass while results are used are skipped', async () => {
    await open(true);
    const { results, painted } = await page.evaluate(async () => {
      const start = camera.frames();
      let results = 0;
      for await (const _ of streamed.stream(camera.video)) {
        await new Promise((done) => setTimeout(done, 100));
        if (++results === 5) break;
      }
      return { results, painted: camera.frames() - start };
    });
    assert.is(results, 5);
    assert.ok(painted >= 15, `${painted} frames were painted`);
  });

  test('a camera that goes away may come back', async () => {
    await open(true);
    const results = await page.evaluate(async () => {
      let results = 0;
      for await (const _ of streamed.stream(camera.video)) {
        if (++results === 3) {
          camera.track().stop();
          setTimeout(() => void camera.plug(), 200);
        }
        if (results === 6) return results;
      }
      return -results;
    });
    assert.is(results, 6);
  });

  test('a video out of sight waits, one that is not displayed does not', async () => {
    await open(true);
    const counts = await page.evaluate(async () => {
      const controller = new AbortController();
      let results = 0;
      const done = (async () => {
        for await (const _ of streamed.stream(camera.video, { signal: controller.signal })) results++;
      })().catch(() => {});
      const after = async (milliseconds: number) => {
        await new Promise((resolve) => setTimeout(resolve, milliseconds));
        const before = results;
        await new Promise((resolve) => setTimeout(resolve, 300));
        return results - before;
      };
      const seen = await after(500);
      scrollTo(0, 3000);
      const away = await after(300);
      camera.video.style.display = 'none';
      const hidden = await after(300);
      controller.abort();
      await done;
      return { seen, away, hidden };
    });
    assert.ok(counts.seen > 0 && counts.hidden > 0, JSON.stringify(counts));
    assert.is(counts.away, 0);
  });

  for (const worker of [false, true]) {
    const where = worker ? 'in a worker' : 'on the page';

    test(`dispose ends the wait for the next frame, ${where}`, async () => {
      await open(worker);
      const found = await page.evaluate(async () => {
        let results = 0;
        try {
          for await (const _ of streamed.stream(camera.video)) {
            if (++results > 1) continue;
            camera.track().stop(); // the camera goes away
            setTimeout(() => streamed.dispose(), 300);
          }
        } catch (error) {
          return `${(error as Error).name}: ${(error as Error).message}`;
        }
        return 'it ended';
      });
      assert.match(found, /^EngineError: the model was disposed/);
    });

    test(`a video whose file cannot be played has an error, ${where}`, async () => {
      await open(worker);
      const found = await page.evaluate(async () => {
        const errorOf = (work: Promise<unknown>) =>
          work.then(
            () => 'no error',
            (error: Error) => `${error.name}: ${error.message}`,
          );
        const broken = (src: string) => Object.assign(document.createElement('video'), { src, preload: 'auto' });
        const late = [];
        for (const src of ['none.mp4', 'film.mp4']) late.push(await errorOf(streamed.stream(broken(src)).next()));
        const failed = broken('film.mp4');
        while (!failed.error) await new Promise((done) => setTimeout(done, 20));
        return [...late, await errorOf(streamed.stream(failed).next()), await errorOf(streamed.classify(failed))];
      });
      for (const message of found)
        assert.match(message, /^ImageError: the <video> cannot be played: check its src \(MediaError 4 .+\)$/);
    });
  }

  test('a track is classified until it ends', async () => {
    await open(true);
    const results = await page.evaluate(async () => {
      let results = 0;
      for await (const _ of streamed.stream(camera.track())) if (++results === 5) camera.track().stop();
      return results;
    });
    assert.ok(results >= 5);
  });
}

test.run();
