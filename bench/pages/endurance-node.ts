// Endurance in Node: frames are arrays of pixels.

import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadClassifier } from '../../src/node.js';
import { endure, type Endurance, type Samples } from './endure.js';

const MODEL = 'models/cifar10-fast-flgc4/model.gw';
const [WIDTH, HEIGHT] = [640, 480];

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Runs the work in this process. */
export const enduranceInNode = (what: Endurance): Promise<Samples> => {
  const model = new Uint8Array(readFileSync(MODEL));
  const pixels = Array.from({ length: 8 }, (_, i) => new Uint8ClampedArray(WIDTH * HEIGHT * 4).fill(i * 30));
  return endure(
    {
      load: (options) => loadClassifier(model, options),
      frame: (i) => ({ data: pixels[i % pixels.length]!, width: WIDTH, height: HEIGHT, channels: 4 }),
      sample: async (done) => {
        await wait(50); // workers end
        collect();
        const { heapUsed, external, rss } = process.memoryUsage();
        return { done, time: performance.now(), heap: heapUsed + external, resident: rss };
      },
    },
    what,
  );
};
