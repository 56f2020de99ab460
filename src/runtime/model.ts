// A loaded network: owns its memory, runs, tells about itself.

import { withBatch } from '../ir/with-batch.js';
import { findChains, joinChains, membersOf, type Chain } from './fusion/row-bands.js';
import { describeGraph, type Description } from './describe.js';
import { EngineError, ShapeError } from '../errors.js';
import type { Metadata } from '../format/metadata.js';
import { readModel } from '../format/read.js';
import { findGatedChains, joinGatedChains, type GatedChain } from './fusion/gated-chains.js';
import type { Graph } from '../ir/graph.js';
import type { ScoreKind } from '../ir/op.js';
import type { Value } from '../ir/value.js';
import { batchOf, namedInputs, readValue, writeValue, type ModelInput } from './tensors.js';
import {
  bindSteps,
  fillWeights,
  layoutRun,
  layoutWeights,
  type PlannedStep,
  type RunLayout,
  type WeightLayout,
} from './plan.js';
import { readSource, type ModelSource, type ReadOptions } from './model-source.js';
import { scoreKindOf } from './score-kind.js';
import { showShape, type Tensor, type TensorInfo } from '../ir/tensor.js';
import {
  chooseBuild,
  createMemory,
  growMemory,
  instantiateKernels,
  type Build,
  type CompileKernels,
  type Kernels,
} from '../kernels/wasm.js';

/** Options of `loadModel`. */
export type LoadOptions = ReadOptions & {
  /**
   * Whether outputs have the same bits on every engine; default false: the model then uses fused multiply-add where the
   * engine implements it correctly, which is faster and rounds differently from processor to processor.
   *
   * This is a promise about results, not a choice of instructions: it stays true for whatever else makes models faster.
   */
  deterministic?: boolean;
};

/**
 * Time and multiply-accumulates of one layer in a profiled run. Layers whose heads choose channels count what the samples
 * of this run keep: kept channels * outputs of the head * taps * pixels.
 */
export type LayerProfile = { name: string; op: string; milliseconds: number; macs: number; shape: readonly number[] };

/** Times of a profiled run; `milliseconds` is their sum. */
export type Profile = { milliseconds: number; layers: LayerProfile[] };

/** What `run` computes for one batch; the layers of `graph` are the steps' or parts of them. */
type Run = { graph: Graph; layout: RunLayout; steps: PlannedStep[]; batch: number };

/** A network ready to run. Call `dispose` when it is no longer needed, or declare it with `using`. */
export class Model {
  /** What `run` takes. */
  readonly inputs: readonly TensorInfo[];
  /** What `run` returns. */
  readonly outputs: readonly TensorInfo[];
  /** What the model file says about the model: labels, pre-processing, license, origin. */
  readonly metadata: Readonly<Metadata>;
  /** Which build of the kernels computes. */
  readonly kernels: Build;
  readonly #graph: Graph;
  readonly #weights: WeightLayout;
  readonly #joins: Joins;
  #memory: WebAssembly.Memory | undefined;
  #functions: Kernels | undefined;
  #run: Run;

  /** @internal Use `loadModel`. */
  constructor(
    { graph, metadata }: { graph: Graph; metadata: Metadata },
    functions: Kernels,
    memory: WebAssembly.Memory,
    weights: WeightLayout,
    joins: Joins,
    layout: RunLayout,
    kernels: Build,
  ) {
    this.metadata = metadata;
    this.kernels = kernels;
    this.#graph = graph;
    this.#weights = weights;
    this.#joins = joins;
    this.#memory = memory;
    this.#functions = functions;
    this.#run = { graph, layout, steps: bindSteps(functions, memory, weights, layout), batch: 1 };
    const batched = graph.dynamicBatch ? withBatch(graph, 2) : graph;
    this.inputs = graph.inputs.map((value) => ({
      ...infoOf(value),
      shape: graph.dynamicBatch ? [-1, ...value.shape.slice(1)] : value.shape,
    }));
    this.outputs = graph.outputs.map(({ name, value }, index) => {
      const moves = batched.outputs[index]!.value.shape[0] !== value.shape[0];
      return { name, type: value.type, shape: moves ? [-1, ...value.shape.slice(1)] : value.shape };
    });
  }

  /** Names of the classes in the order of the scores, if the model has them. */
  get labels(): readonly string[] | undefined {
    return this.metadata.labels;
  }

  /**
   * Runs the network.
   *
   * @param input the only input's numbers as a typed array or `{ data, shape }`, or a record of these by input name; in the
   *   layout of the ONNX file, images as [N, channels, height, width]
   * @returns each output by name; the arrays are the caller's
   * @throws {ShapeError} if an input is missing, unknown or has another shape
   * @throws {EngineError} after `dispose`
   */
  run(input: ModelInput): Record<string, Tensor> {
    this.#compute(input, (step) => step.run());
    return this.#results();
  }

  /**
   * Runs the network and takes the time of every layer.
   *
   * @throws as `run` does
   */
  profile(input: ModelInput): Profile {
    const layers: LayerProfile[] = [];
    this.#compute(input, ({ node: step, run }) => {
      const members = membersOf(step);
      const times = members.map(() => 0);
      const counted = members.map((): number | undefined => undefined);
      let last = performance.now();
      const clock = (layer: number, macs?: number) => {
        const now = performance.now();
        times[layer]! += now - last;
        last = now;
        if (macs !== undefined) counted[layer] = (counted[layer] ?? 0) + macs;
      };
      run(clock);
      clock(members.length - 1);
      members.forEach((node, i) => {
        const macs = counted[i] ?? node.op.macs?.(node.inputs, node.output, node.attrs) ?? 0;
        layers.push({ name: node.name, op: node.op.name, milliseconds: times[i]!, macs, shape: node.output.shape });
      });
    });
    return { milliseconds: layers.reduce((sum, layer) => sum + layer.milliseconds, 0), layers };
  }

  /** Layers, sizes, multiply-accumulates and memory for one sample, or for the batch run last. */
  describe(): Description {
    return describeGraph(this.#run.graph, this.#run.layout.memory, this.metadata, this.#alive.buffer.byteLength);
  }

  /** @internal Runs the network for the values before its last layer with weights. */
  embed(input: ModelInput): Tensor {
    const value = embeddingOf(this.#graph);
    if (!value) throw new ShapeError('the network has no layer with weights, so there is no embedding');
    this.#compute(input, (step) => step.run());
    const { graph, layout } = this.#run;
    const planned = graph.nodes[this.#graph.nodes.findIndex(({ output }) => output === value)]?.output;
    const batched = planned ?? graph.inputs[this.#graph.inputs.indexOf(value)]!;
    return readValue(this.#alive, batched, layout.addressOf(batched));
  }

  /** Frees the memory. The model cannot be used afterwards; a second call does nothing. */
  dispose(): void {
    this.#memory = undefined;
    this.#functions = undefined; // they hold the memory as well
    this.#run.steps = [];
  }

  /** As `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @internal What the first output holds. */
  get scoreKind(): ScoreKind {
    return scoreKindOf(this.#graph);
  }

  /** @internal What `console.log` shows in Node, Deno and Bun. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const show = (infos: readonly TensorInfo[]) =>
      infos.map(({ name, shape }) => `${name} ${showShape(shape)}`).join(', ');
    return `Model { ${show(this.inputs)} -> ${show(this.outputs)}, ${this.#graph.nodes.length} layers, ${this.kernels} kernels }`;
  }

  get #alive(): WebAssembly.Memory {
    if (!this.#memory) throw new EngineError('the model was disposed');
    return this.#memory;
  }

  #compute(input: ModelInput, take: (step: PlannedStep) => void): void {
    const memory = this.#alive;
    const tensors = namedInputs(this.inputs, input);
    const batch = batchOf(this.#graph, tensors);
    if (batch !== this.#run.batch) this.#plan(batch);
    const { layout, steps } = this.#run;
    layout.graph.inputs.forEach((value, index) => writeValue(memory, value, layout.addressOf(value), tensors[index]!));
    steps.forEach(take);
  }

  #plan(batch: number): void {
    const graph = withBatch(this.#graph, batch);
    const layout = layoutRun(join(graph, this.#joins), this.#weights, keptValues(graph));
    growMemory(this.#alive, layout.memory.total);
    this.#run = { graph, layout, steps: bindSteps(this.#functions!, this.#alive, this.#weights, layout), batch };
  }

  #results(): Record<string, Tensor> {
    const { layout } = this.#run;
    return Object.fromEntries(
      layout.graph.outputs.map(({ name, value }) => [name, readValue(this.#alive, value, layout.addressOf(value))]),
    );
  }
}

/** Which nodes run together. */
type Joins = { gated: readonly GatedChain[]; chains: readonly Chain[] };

const findJoins = (graph: Graph): Joins => {
  const kept = keptValues(graph);
  const gated = findGatedChains(graph, kept);
  return { gated, chains: findChains(joinGatedChains(graph, gated), kept) };
};

const join = (graph: Graph, { gated, chains }: Joins): Graph => joinChains(joinGatedChains(graph, gated), chains);

const infoOf = ({ name, type, shape }: Value): TensorInfo => ({ name, type, shape });

/** What the last layer with weights reads. */
const embeddingOf = (graph: Graph): Value | undefined =>
  graph.nodes.findLast(({ op, inputs }) => op.weights && op.packs?.(inputs).length)?.inputs[0];

const keptValues = (graph: Graph): Value[] => {
  const embedding = embeddingOf(graph);
  return embedding && !embedding.data ? [embedding] : [];
};

/** `loadModel` for kernels from a given place. */
export const modelLoader =
  (compile: CompileKernels) =>
  /**
   * Loads a model.
   *
   * @param source its bytes, a Response, ReadableStream or Blob, or a URL (also as a string)
   * @throws {LoadError} if it cannot be fetched, {FormatError} if it is not a model, {EngineError} if the engine cannot run it
   */
  async (source: ModelSource, options: LoadOptions = {}): Promise<Model> => {
    const build = chooseBuild(compile, !options.deterministic);
    build.catch(() => {}); // reported below, after the source's own errors
    const bytes = await readSource(source, options);
    const chosen = await build.catch((error: unknown) => {
      readModel(bytes); // a file that is none is the first thing to tell
      throw error;
    });
    const file = readModel(bytes);
    ownConstants(file.graph);
    const { graph } = file;
    const joins = findJoins(graph);
    const joined = join(graph, joins);
    const weights = layoutWeights(joined);
    const layout = layoutRun(joined, weights, keptValues(graph));
    const memory = createMemory(layout.memory.total);
    const kernels = await instantiateKernels(await compile(chosen), memory);
    options.signal?.throwIfAborted();
    fillWeights(memory, weights);
    releasePacked(graph, weights);
    const model = new Model(file, kernels, memory, weights, joins, layout, chosen);
    options.onProgress?.({ phase: 'plan', loaded: graph.nodes.length, total: graph.nodes.length });
    return model;
  };

/** Copies the constants that are needed after loading, so that the caller's bytes may change or go. */
const ownConstants = (graph: Graph): void => {
  for (const { op, inputs } of graph.nodes) {
    const packed = op.weights ? (op.packs?.(inputs) ?? []) : [];
    inputs.forEach((input, index) => {
      if (input.data && !packed.includes(index)) input.data = input.data.slice();
    });
  }
};

const NOTHING = new Float32Array(0);

/** Lets go of weights that are only needed packed, so that they are held once. */
const releasePacked = (graph: Graph, weights: WeightLayout): void => {
  for (const { op, inputs } of graph.nodes) {
    for (const index of op.weights ? (op.packs?.(inputs) ?? []) : []) {
      if (!weights.constants.has(inputs[index]!)) inputs[index]!.data = NOTHING;
    }
  }
  for (const entry of weights.packed) entry.tables = [];
};
