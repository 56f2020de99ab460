// Cases: many pictures, streams, abort, dispose.

import type { Pixels } from '../../src/index.js';
import { codeOf, expectEqual, hasSignals, type Case } from './case.js';
import { seeded, SHAPE, withClassifier } from './model.js';

const pixels = (seed: number): Pixels => ({
  data: Uint8Array.from(seeded(seed, 20 * 20 * 3), (value) => (value + 2) * 64),
  width: 20,
  height: 20,
  channels: 3,
});

const WRONG = { data: new Float32Array(12), shape: [1, 3, 2, 2] };

export const calls: readonly Case[] = [
  {
    name: 'classifyBatch',
    run: (world) =>
      withClassifier(world, async (classifier) => {
        const photos = [pixels(1), pixels(2), pixels(3)];
        const together = await classifier.classifyBatch(photos);
        for (const [i, photo] of photos.entries()) expectEqual(together[i], await classifier.classify(photo));
      }),
  },
  {
    name: 'classifyEach goes on after an error',
    run: (world) =>
      withClassifier(world, async (classifier) => {
        const found: string[] = [];
        for await (const { results, error } of classifier.classifyEach([pixels(1), WRONG, pixels(2)]))
          found.push(results ? 'results' : error.name);
        expectEqual(found, ['results', 'ShapeError', 'results']);
      }),
  },
  {
    name: 'stream of frames',
    run: (world) =>
      withClassifier(world, async (classifier) => {
        const frames = async function* () {
          for (let i = 1; i <= 3; i++) yield await Promise.resolve(pixels(i));
        };
        const labels: string[] = [];
        for await (const [best] of classifier.stream(frames())) labels.push(best!.label);
        expectEqual(labels[2], (await classifier.classify(pixels(3)))[0]!.label);
      }),
  },
  {
    name: 'aborted calls',
    has: hasSignals,
    run: (world) =>
      withClassifier(world, async (classifier) => {
        const signal = AbortSignal.abort();
        expectEqual(await codeOf(() => classifier.classify(pixels(1), { signal })), 'AbortError');
        const controller = new AbortController();
        const waiting = Array.from({ length: 20 }, (_, i) =>
          codeOf(() => classifier.classify(pixels(i), { signal: controller.signal })),
        );
        controller.abort(new RangeError('enough'));
        expectEqual(new Set(await Promise.all(waiting)).size, 1);
      }),
  },
  {
    name: 'a hundred calls at once',
    run: (world) =>
      withClassifier(world, async (classifier) => {
        const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => classifier.classify(pixels(i))));
        expectEqual(answers.filter((classes) => classes.length === 5).length, 100);
      }),
  },
  {
    name: 'after dispose',
    run: (world) =>
      withClassifier(world, async (classifier) => {
        classifier.dispose();
        classifier.dispose();
        expectEqual(await codeOf(() => classifier.classify({ data: seeded(1), shape: SHAPE })), 'GW_ENGINE');
        expectEqual(await codeOf(() => classifier.model.run(seeded(1))), 'GW_ENGINE');
      }),
  },
];
