// A loaded network: owns its memory, runs, describes itself.

import { disposed } from '../arguments.js';
import { ShapeError, escaped } from '../errors.js';
import type { Metadata } from '../format/metadata.js';
import type { Graph } from '../ir/graph.js';
import type { ScoreKind } from '../ir/op.js';
import { showShape, type Tensor, type TensorInfo } from '../ir/tensor.js';
import type { Value } from '../ir/value.js';
import { inOtherShapes, withShapes } from '../ir/with-shapes.js';
import { growMemory, type Build, type Host } from '../kernels/wasm.js';
import type { Started } from './start-kernels.js';
import { describeGraph, type Description } from './describe.js';
import { bindRun, planRun, type PlannedStep, type RunPlan } from './plan.js';
import { checkMemory, checkWork, deadline, type Limits } from './limits.js';
import { scoreKindOf } from './score-kind.js';
import { namedInputs, openShape, readValue, shapesOf, writeValue, type ModelInput } from './tensors.js';
import type { Weights } from './weights.js';

/**
 * Time and multiply-accumulates of one layer in a profiled run. Gated layers count only the channels
 * that heads keep in this run: kept channels * outputs of the head * taps * pixels.
 */
export type LayerProfile = {
  /** Name of the node in the ONNX file. */
  name: string;
  /** Name of the op. */
  op: string;
  /**
   * How a convolution is computed: `direct`, `pointwise`, `depthwise 3x3` (or another size), `depthwise` (with dilation, or not
   * of images), `Winograd F(2,3)` or `Winograd F(4,3)`, with tiles of 2 x 2 or 4 x 4 pixels. Layers of other ops have none,
   * and of gated ones and their chains only those in tiles.
   */
  algorithm?: string;
  /** Time of the layer. */
  milliseconds: number;
  /** Multiply-accumulates that the layer computed. */
  macs: number;
  /** Shape of the output. */
  shape: readonly number[];
};

/** Times of a profiled run. */
export type Profile = {
  /** Sum of the times of the layers. */
  milliseconds: number;
  /** The layers that take time, in the order in which they ran. */
  layers: LayerProfile[];
};

/** The WebAssembly part of a model. */
export type Engine = Started & {
  host: Host;
  build: Build;
  weights: Weights;
  limits: Required<Limits>;
};

/** What runs a model. */
export type RuntimeInfo = {
  /** The build of the kernels. */
  kernels: Build;
  /** Threads that run them, the calling one included. */
  threads: number;
  /** Why there is one thread although option `threads` asks for more. */
  oneThread?: string;
};

/** A plan with its steps, and the shapes of its inputs as text. */
type Run = { plan: RunPlan; steps: PlannedStep[]; shapes: string };

/** How many plans are kept for sizes that come back. */
const MAX_PLANS = 8;

/** A network ready to run. Call `dispose` when it is no longer needed, or declare it with `using`. */
export class Model {
  /** What `run` takes. */
  readonly inputs: readonly TensorInfo[];
  /** What `run` returns. */
  readonly outputs: readonly TensorInfo[];
  /** The metadata in the model file: labels, pre-processing, license, origin. */
  readonly metadata: Readonly<Metadata>;
  /** The build of the kernels in use. */
  readonly kernels: Build;
  readonly #info: RuntimeInfo;
  readonly #host: Host;
  readonly #graph: Graph;
  #engine: Engine | undefined;
  #run: Run;
  /** Plans by the shapes of their inputs, the last used one at the end. */
  readonly #plans = new Map<string, RunPlan>();

  /** @internal Use `loadModel`. */
  constructor(
    { graph, metadata }: { graph: Graph; metadata: Metadata },
    engine: Engine,
    plan: RunPlan,
    check?: () => void,
  ) {
    this.metadata = metadata;
    this.kernels = engine.build;
    const { build, threads, oneThread } = engine;
    this.#info = { kernels: build, threads, ...(oneThread && { oneThread }) };
    this.#host = engine.host;
    this.#graph = graph;
    this.#engine = engine;
    const shapes = keyOf(graph.inputs.map(({ shape }) => shape));
    this.#plans.set(shapes, plan);
    this.#run = { plan, steps: bindRun(engine.functions, engine.memory, plan, check), shapes };
    const others = [...inOtherShapes(graph)];
    this.inputs = graph.inputs.map(({ name, type }, index) => ({ name, type, shape: openShape(graph, index) }));
    this.outputs = graph.outputs.map(({ name, value }, index) => {
      const shapes = others.map(({ outputs }) => outputs[index]!.value.shape);
      const shape = value.shape.map((size, axis) => (shapes.every((own) => own[axis] === size) ? size : -1));
      return { name, type: value.type, shape: rowsOf(graph, value) ? [-1, ...shape.slice(1)] : shape };
    });
  }

  /** Names of the classes in the order of the scores, if the model has them. */
  get labels(): readonly string[] | undefined {
    return this.metadata.labels;
  }

  /**
   * Runs the network.
   *
   * @param input the only input, as a typed array or `{ data, shape }`, or a record of these by input name, in the
   *   layout of the ONNX file; images are [N, channels, height, width]. A network that takes images of any size needs
   *   the shape; a run with other sizes than the last one plans the network again, unless it ran with these before.
   * @returns each output by name; the arrays are copies that belong to the caller
   * @throws {ShapeError} if an input is missing, unknown or has another shape
   * @throws {EngineError} after `dispose`, or if a larger input needs memory that cannot be allocated or more than `limits`
   */
  run(input: ModelInput): Record<string, Tensor> {
    this.#compute(input, (step) => step.run());
    return this.#results();
  }

  /**
   * Runs the network and measures the time of every layer.
   *
   * @throws the same errors as `run`
   */
  profile(input: ModelInput): Profile {
    const layers: LayerProfile[] = [];
    this.#compute(input, ({ members, algorithms, run }) => {
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
        const macs = counted[i] ?? node.op.macs(node.inputs, node.output, node.attrs);
        const algorithm = algorithms?.[i];
        const { name, op, output } = node;
        layers.push({
          name,
          op: op.name,
          ...(algorithm && { algorithm }),
          milliseconds: times[i]!,
          macs,
          shape: output.shape,
        });
      });
    });
    return { milliseconds: layers.reduce((sum, layer) => sum + layer.milliseconds, 0), layers };
  }

  /** Layers, sizes, multiply-accumulates and memory, for the sizes of the last run (at first those in the model file). */
  describe(): Description {
    const { graph, memory } = this.#run.plan;
    return describeGraph(graph, memory, this.metadata, this.#alive.memory.buffer.byteLength);
  }

  /** What runs the model: the build of the kernels and the number of threads. */
  runtimeInfo(): RuntimeInfo {
    return { ...this.#info };
  }

  /** @internal Runs the network for the values before its last layer with weights. */
  embed(input: ModelInput): Tensor {
    const value = embeddingOf(this.#graph);
    if (!value) throw new ShapeError('the network has no layer with weights, so there is no embedding');
    this.#compute(input, (step) => step.run());
    const { graph, address } = this.#run.plan;
    const place = this.#graph.nodes.findIndex(({ output }) => output === value);
    const own = graph.nodes[place]?.output ?? graph.inputs[this.#graph.inputs.indexOf(value)]!;
    return readValue(this.#alive.memory, own, address(own));
  }

  /** Frees the memory and ends threads. The model cannot be used afterwards; a second call does nothing. */
  dispose(): void {
    this.#engine?.end();
    this.#engine = undefined;
    this.#run.steps = [];
  }

  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @internal What runs the kernels, also those that prepare pictures. */
  get host(): Host {
    return this.#host;
  }

  /** @internal The inputs for one sample; sizes that are open are those in the model file. */
  get sampleInputs(): TensorInfo[] {
    return this.#graph.inputs.map(({ name, type, shape }) => ({ name, type, shape }));
  }

  /** @internal What an output holds, taken as scores. */
  scoreKindOf(output: string): ScoreKind {
    return scoreKindOf(this.#graph, output);
  }

  /** @internal What `console.log` shows in Node, Deno and Bun. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Model { ${this.summary} }`;
  }

  /** @internal Inputs, outputs, layers and memory in a line. */
  get summary(): string {
    const show = (infos: readonly TensorInfo[]) =>
      infos.map(({ name, shape }) => `${name} ${showShape(shape)}`).join(', ');
    const { byteLength } = this.#engine?.memory.buffer ?? {};
    const memory = byteLength === undefined ? 'disposed' : `${(byteLength / 2 ** 20).toFixed(1)} MiB`;
    return `${escaped(`${show(this.inputs)} -> ${show(this.outputs)}`)}, ${this.#graph.nodes.length} layers, ${this.kernels} kernels, ${memory}`;
  }

  get #alive(): Engine {
    if (!this.#engine) throw disposed();
    return this.#engine;
  }

  #compute(input: ModelInput, take: (step: PlannedStep) => void): void {
    const { memory } = this.#alive;
    const tensors = namedInputs(this.inputs, input);
    const shapes = shapesOf(this.#graph, tensors);
    if (keyOf(shapes) !== this.#run.shapes) this.#plan(shapes);
    const { plan, steps } = this.#run;
    plan.graph.inputs.forEach((value, index) => writeValue(memory, value, plan.address(value), tensors[index]!));
    steps.forEach(take);
  }

  #plan(shapes: readonly (readonly number[])[]): void {
    const { functions, memory, limits } = this.#alive;
    const key = keyOf(shapes);
    const plan = this.#plans.get(key) ?? this.#planFor(shapes);
    growMemory(memory, plan.memory.total, 'run fewer samples at a time, or smaller ones');
    this.#plans.delete(key);
    this.#plans.set(key, plan);
    if (this.#plans.size > MAX_PLANS) this.#plans.delete(this.#plans.keys().next().value!);
    this.#run = { plan, steps: bindRun(functions, memory, plan, deadline(limits)), shapes: key };
  }

  #planFor(shapes: readonly (readonly number[])[]): RunPlan {
    const { weights, limits } = this.#alive;
    const graph = withShapes(this.#graph, shapes);
    checkWork(graph, limits);
    const plan = planRun(graph, weights, keptValues(graph), true, deadline(limits));
    checkMemory(plan.memory.total, limits);
    return plan;
  }

  #results(): Record<string, Tensor> {
    const { graph, address } = this.#run.plan;
    const { memory } = this.#alive;
    return Object.fromEntries(
      graph.outputs.map(({ name, value }) => [name, readValue(memory, value, address(value), rowsOf(graph, value))]),
    );
  }
}

/** The shapes of inputs as text. */
const keyOf = (shapes: readonly (readonly number[])[]): string => shapes.join(';');

/** Counts the valid rows of an output whose shape has more of them; undefined for other outputs. */
const rowsOf = (graph: Graph, value: Value) => graph.nodes.find(({ output }) => output === value)?.op.rows;

/** The input of the last layer with weights. */
const embeddingOf = (graph: Graph): Value | undefined =>
  graph.nodes.filter(({ op, inputs }) => op.hasWeights(inputs)).at(-1)?.inputs[0];

/** Values that stay readable after a run: what `embed` returns. */
export const keptValues = (graph: Graph): Value[] => {
  const embedding = embeddingOf(graph);
  return embedding && !embedding.data ? [embedding] : [];
};
