// Cases: the option `worker`.

import type { WorkerClassifier } from '../../src/index.js';
import { codeOf, expectEqual, type Case, type World } from './case.js';
import { seeded, SHAPE } from './model.js';

const hasWorkers = ({ workers = typeof Worker === 'function' }: World): boolean => workers;

const withWorker = async <Result>(
  { library, read, options }: World,
  work: (classifier: WorkerClassifier) => Promise<Result>,
): Promise<Result> => {
  const how = { ...options, deterministic: true, worker: true } as const;
  const classifier = await library.loadClassifier(await read('model.gw'), how);
  try {
    return await work(classifier);
  } finally {
    classifier.dispose();
  }
};

const tensor = (seed: number) => ({ data: seeded(seed), shape: SHAPE });

export const worker: readonly Case[] = [
  {
    name: 'worker: exact outputs',
    has: hasWorkers,
    run: (world) => withWorker(world, async ({ model }) => (await model.run(seeded(1))).scores!.data as Float32Array),
  },
  {
    name: 'worker: exact outputs of two threads, or the reason for one',
    has: hasWorkers,
    run: async ({ library, read, options }) => {
      const how = { ...options, deterministic: true, worker: true, threads: 2 } as const;
      const model = await library.loadModel(await read('model.gw'), how);
      try {
        const { threads, oneThread } = model.runtimeInfo();
        if (threads !== 2 && !oneThread) throw new Error(`there are ${threads} threads without a reason`);
        return (await model.run(seeded(1))).scores!.data as Float32Array;
      } finally {
        model.dispose();
      }
    },
  },
  {
    name: 'worker: model by path or URL',
    has: (world) => hasWorkers(world) && !!world.locate,
    run: async ({ library, locate, options }) => {
      const classifier = await library.loadClassifier(locate!('model.gw'), { ...options, worker: true });
      expectEqual(classifier.classes[3], 'cat');
      classifier.dispose();
    },
  },
  {
    name: 'worker: a picture file',
    has: (world) => hasWorkers(world) && world.decodes !== false,
    run: (world) =>
      withWorker(world, async (classifier) => {
        const [best] = await classifier.classify(await world.read('cat.jpg'));
        expectEqual(best!.label, 'cat');
      }),
  },
  {
    name: 'worker: a hundred calls at once',
    has: hasWorkers,
    run: (world) =>
      withWorker(world, async (classifier) => {
        const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => classifier.classify(tensor(i))));
        expectEqual(answers.filter((classes) => classes.length === 5).length, 100);
      }),
  },
  {
    name: 'worker: an op that is loaded on demand',
    has: hasWorkers,
    run: async ({ library, read, options }) => {
      const model = await library.loadModel(await read('rare.gw'), { ...options, worker: true });
      expectEqual([...(await model.run(new Float32Array([3, -1, 4, 1, -5, 9]))).y!.data], [3, 2, 6, 7, 2, 11]);
      model.dispose();
    },
  },
  {
    name: 'worker: abort, errors and dispose',
    has: hasWorkers,
    run: (world) =>
      withWorker(world, async (classifier) => {
        const controller = new AbortController();
        const aborted = codeOf(() => classifier.classify(tensor(1), { signal: controller.signal }));
        controller.abort(new RangeError('enough'));
        expectEqual(await aborted, 'RangeError');
        const wrong = { data: new Float32Array(12), shape: [1, 3, 2, 2] };
        expectEqual(await codeOf(() => classifier.classify(wrong)), 'GW_SHAPE');
        const waiting = codeOf(() => classifier.classify(tensor(2)));
        classifier.dispose();
        expectEqual([await waiting, await codeOf(() => classifier.classify(tensor(3)))], ['GW_ENGINE', 'GW_ENGINE']);
      }),
  },
];
