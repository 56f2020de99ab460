// Loads a model: from the bytes of a file to a network that is ready to run.

import { BOOLEAN, checkOptions, namingSource, OBJECT, tagOf, withDefaults, type Kinds } from '../arguments.js';
import { FormatError } from '../errors.js';
import { openModel } from '../format/open.js';
import { cureOfPart } from '../format/part-name.js';
import type { ModelFile } from '../format/read.js';
import type { Graph } from '../ir/graph.js';
import type { Numerics } from '../ir/plan.js';
import { givenKernels, KERNELS, type KernelsOption } from '../kernels/given.js';
import { sumStripes, type Host, type KernelModule } from '../kernels/wasm.js';
import type { Start } from '../threads/start-crew.js';
import { startKernels, THREADS } from './start-kernels.js';
import { checkMemory, checkWork, deadline, DEFAULT_LIMITS, LIMITS, type Limits } from './limits.js';
import { lowerGraph } from './lowering.js';
import { keptValues, Model } from './model.js';
import { pageOpener, readSource, type ModelSource } from './model-source.js';
import { READ_OPTIONS, type ReadOptions } from './read-options.js';
import { packerIn } from './packer.js';
import { planRun } from './plan.js';
import { WORKER_OPTIONS, type WorkerOptions } from './worker-options.js';
import { fillWeights, ownConstants, placeWeights, releaseWeights } from './weights.js';

/** Options of `loadModel`. */
export type LoadOptions = ReadOptions & {
  /**
   * Whether outputs have the same bits on every engine; default false: the model then uses fused multiply-add where the
   * engine implements it correctly, which is faster, but rounding differs between processors.
   *
   * This guarantees results of `run`, not particular instructions, and also applies to any future optimisation. The
   * scores of a classifier are a softmax of these results in double precision, where engines may compute `exp` with
   * another last bit; rounding to floats almost always hides it.
   */
  deterministic?: boolean;
  /**
   * The kernels, where the engine compiles no bytes (Cloudflare Workers) or a bundler does not find the files of
   * `groupwise/external`: `groupwise/kernels/simd.wasm`, or `{ simd, relaxed, scalar, int8, gated }`, each as a module, bytes or URL.
   * `scalar` is for engines with WebAssembly, but without its SIMD, `int8` and `gated` are for models with such layers.
   */
  kernels?: KernelsOption;
  /**
   * Threads that run the kernels, the calling one included; default 1. `'auto'` takes one for each core, at most 4. Results have
   * the same bits. Gated layers run on the calling thread alone. In Node, Deno and Bun the calling thread shares its work; in pages
   * that needs `worker: true` and cross-origin isolation (the headers COOP and COEP). Where threads cannot be had, there is one, and
   * `model.runtimeInfo()` says why. `dispose` ends them.
   */
  threads?: number | 'auto';
  /** What the model may cost; it is refused if it could cost more. */
  limits?: Limits;
};

/** The kinds of `LoadOptions`. */
export const LOAD_OPTIONS: Kinds<LoadOptions & WorkerOptions> = {
  ...READ_OPTIONS,
  ...WORKER_OPTIONS,
  deterministic: BOOLEAN,
  kernels: KERNELS,
  threads: THREADS,
  limits: OBJECT,
};

/** Creates `loadModel` from what runs kernels, and from the way to open URLs. */
export const modelLoader =
  (host: Host, opener = pageOpener, loadStarter?: Start['loadStarter']) =>
  /**
   * Loads a model.
   *
   * @param source its bytes, a Response, ReadableStream or Blob, or a URL (also as a string)
   * @throws {LoadError} if it cannot be fetched or its hash differs, {FormatError} if it is not a model, {EngineError}
   *   if the engine cannot run it
   */
  async (source: ModelSource, options: LoadOptions = {}): Promise<Model> => {
    checkOptions('loadModel', options, LOAD_OPTIONS);
    checkOptions('loadModel: limits', options.limits ?? {}, LIMITS);
    const own = options.kernels ? givenKernels(options.kernels, opener.readKernels) : host;
    const build = own.choose(!options.deterministic);
    build.catch(() => {}); // reported below, after the errors of the source and the file
    return namingSource(source, async () => {
      const bytes = await readSource(source, options, opener);
      await build.catch(() => {});
      const file = await openFrom(source, bytes);
      const limits = withDefaults(options.limits ?? {}, DEFAULT_LIMITS);
      const start = { host: own, build: await build, threads: options.threads, loadStarter };
      const numerics = options.deterministic || own.isExact ? 'exact' : 'fast';
      const model = await prepareModel(file, start, numerics, limits, options.signal);
      const { length } = file.graph.nodes;
      options.onProgress?.({ phase: 'plan', loaded: length, total: length });
      return model;
    });
  };

/** Reads a model from its bytes. @throws as `openModel`; the error says what to load in place of a part */
const openFrom = async (source: ModelSource, bytes: Uint8Array): Promise<ModelFile> => {
  try {
    return await openModel(bytes, sumStripes);
  } catch (error) {
    const name = tagOf(source) === 'URL' ? (source as URL).href : source;
    if (error instanceof FormatError && typeof name === 'string') error.message += cureOfPart(name);
    throw error;
  }
};

/** The modules of kernels that the ops of a graph need. */
const modulesOf = ({ nodes }: Graph): KernelModule[] => [
  ...new Set(nodes.flatMap(({ op }) => (op.kernels ? [op.kernels] : []))),
];

/** A network ready to run with a build of the kernels. Its weights move from the graph into the model's memory. */
export const prepareModel = async (
  file: ModelFile,
  start: Start,
  numerics: Numerics,
  limits = DEFAULT_LIMITS,
  signal?: AbortSignal,
): Promise<Model> => {
  const { graph } = file;
  const check = deadline(limits);
  checkWork(graph, limits);
  const kept = keptValues(graph);
  const layers = lowerGraph(graph, kept, numerics, check);
  ownConstants(graph, layers);
  const weights = placeWeights(graph, layers);
  const plan = planRun(graph, weights, kept, true, check);
  checkMemory(plan.memory.total, limits);
  const started = await startKernels(start, plan.memory.total, modulesOf(graph));
  try {
    signal?.throwIfAborted();
    const checkWriting = deadline(limits); // not before: compiling kernels may wait for a server
    fillWeights(started.memory, weights, packerIn(started.functions, started.memory, plan.memory), checkWriting);
    releaseWeights(weights);
    return new Model(file, { ...started, host: start.host, build: start.build, weights, limits }, plan, checkWriting);
  } catch (error) {
    started.end();
    throw error;
  }
};
