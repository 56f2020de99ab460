// Cases: where models come from, and what loaders refuse.

import type { ModelSource } from '../../src/index.js';
import { codeOf, expectEqual, hasSignals, type Case, type World } from './case.js';

const load = async ({ library, options }: World, source: ModelSource): Promise<void> => {
  const classifier = await library.loadClassifier(source, options);
  expectEqual(classifier.classes[3], 'cat');
  classifier.dispose();
};

export const loading: readonly Case[] = [
  {
    name: 'model from bytes',
    run: async (world) => load(world, await world.read('model.gw')),
  },
  {
    name: 'model from a Blob',
    has: () => typeof Blob === 'function',
    run: async (world) => load(world, new Blob([await world.read('model.gw')])),
  },
  {
    name: 'model from a Response and its stream',
    has: () => typeof Response === 'function',
    run: async (world) => {
      await load(world, new Response(await world.read('model.gw')));
      await load(world, new Response(await world.read('model.gw')).body!);
    },
  },
  {
    name: 'model by path or URL, with progress',
    has: ({ locate }) => !!locate,
    run: async ({ library, locate, options }) => {
      const phases = new Set<string>();
      const onProgress = ({ phase }: { phase: string }) => void phases.add(phase);
      const model = await library.loadModel(locate!('model.gw'), { ...options, onProgress });
      expectEqual([...phases].sort(), ['download', 'plan']);
      model.dispose();
    },
  },
  {
    name: 'model with an op that is loaded on demand',
    run: async ({ library, read, options }) => {
      const model = await library.loadModel(await read('rare.gw'), options);
      expectEqual([...model.run(new Float32Array([3, -1, 4, 1, -5, 9])).y!.data], [3, 2, 6, 7, 2, 11]);
      model.dispose();
    },
  },
  {
    name: 'given kernels',
    has: ({ kernels }) => kernels !== undefined,
    run: async ({ library, read, kernels }) => {
      const model = await library.loadModel(await read('model.gw'), { kernels: kernels! });
      expectEqual(model.kernels, 'simd');
      model.dispose();
    },
  },
  {
    name: 'convert',
    has: ({ convert }) => !!convert,
    run: async ({ convert, read }) => (await convert!()).convertOnnx(await read('network.onnx')),
  },
  {
    name: 'errors of loading',
    run: async ({ library, read, options }) => {
      const bytes = await read('model.gw');
      const damaged = bytes.slice();
      damaged[damaged.length >> 1]! ^= 1;
      const codes = [
        await codeOf(() => library.loadModel(bytes.subarray(0, 1000), options)),
        await codeOf(() => library.loadModel(damaged, options)),
        await codeOf(() => library.loadModel(bytes, { ...options, deterministc: true } as object)),
        await codeOf(() => library.loadModel(bytes, { ...options, limits: { memory: 1000 } })),
        await codeOf(async () => library.loadModel(await read('page.html'), options)),
      ];
      expectEqual(codes, ['GW_FORMAT', 'GW_FORMAT', 'GW_ARGUMENT', 'GW_ENGINE', 'GW_FORMAT']);
    },
  },
  {
    name: 'errors of paths and URLs',
    has: ({ locate }) => !!locate,
    run: async ({ library, locate, options }) => {
      const codes = [
        await codeOf(() => library.loadModel(locate!('page.html'), options)),
        await codeOf(() => library.loadModel(locate!('missing.gw'), options)),
        await codeOf(() => library.loadModel(locate!('model.gw'), { ...options, sources: 'bytes' })),
      ];
      expectEqual(codes, ['GW_FORMAT', 'GW_LOAD', 'GW_LOAD']);
    },
  },
  {
    name: 'integrity',
    has: () => typeof crypto === 'object' && !!crypto.subtle,
    run: async ({ library, read, options }) => {
      const bytes = await read('model.gw');
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      const integrity = `sha256-${btoa(String.fromCharCode(...digest))}`;
      (await library.loadModel(bytes, { ...options, integrity })).dispose();
      digest[0]! ^= 1;
      const wrong = `sha256-${btoa(String.fromCharCode(...digest))}`;
      expectEqual(await codeOf(() => library.loadModel(bytes, { ...options, integrity: wrong })), 'GW_LOAD');
    },
  },
  {
    name: 'aborted load',
    has: hasSignals,
    run: async ({ library, read, options }) => {
      const bytes = await read('model.gw');
      const signal = AbortSignal.abort();
      expectEqual(await codeOf(() => library.loadModel(bytes, { ...options, signal })), 'AbortError');
      const controller = new AbortController();
      const loading = codeOf(() => library.loadModel(bytes, { ...options, signal: controller.signal }));
      controller.abort(new RangeError('enough'));
      expectEqual(await loading, 'RangeError');
    },
  },
];
