// A loaded network: owns its memory, runs, describes itself.

import { EngineError, ShapeError } from '../errors.js';
import type { Metadata } from '../format/metadata.js';
import type { Graph } from '../ir/graph.js';
import type { ScoreKind } from '../ir/op.js';
import { showShape, type Tensor, type TensorInfo } from '../ir/tensor.js';
import type { Value } from '../ir/value.js';
import { withBatch } from '../ir/with-batch.js';
import { growMemory, type Build, type Kernels } from '../kernels/wasm.js';
import { describeGraph, type Description } from './describe.js';
import { bindRun, planRun, type PlannedStep, type RunPlan } from './plan.js';
import { scoreKindOf } from './score-kind.js';
import { batchOf, namedInputs, readValue, writeValue, type ModelInput } from './tensors.js';
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

/** The WebAssembly part of a model; `functions` use `memory`. */
export type Engine = { functions: Kernels; memory: WebAssembly.Memory; build: Build; weights: Weights };

/** A plan with its steps. */
type Run = { plan: RunPlan; steps: PlannedStep[]; batch: number };

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
  readonly #graph: Graph;
  #engine: Engine | undefined;
  #run: Run;

  /** @internal Use `loadModel`. */
  constructor({ graph, metadata }: { graph: Graph; metadata: Metadata }, engine: Engine, plan: RunPlan) {
    this.metadata = metadata;
    this.kernels = engine.build;
    this.#graph = graph;
    this.#engine = engine;
    this.#run = { plan, steps: bindRun(engine.functions, engine.memory, plan), batch: 1 };
    const batched = graph.dynamicBatch ? withBatch(graph, 2) : graph;
    const anyBatch = ({ shape }: Value) => [-1, ...shape.slice(1)];
    this.inputs = graph.inputs.map((value) => {
      return { name: value.name, type: value.type, shape: graph.dynamicBatch ? anyBatch(value) : value.shape };
    });
    this.outputs = graph.outputs.map(({ name, value }, index) => {
      const grows = batched.outputs[index]!.value.shape[0] !== value.shape[0] || rowsOf(graph, value);
      return { name, type: value.type, shape: grows ? anyBatch(value) : value.shape };
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
   *   layout of the ONNX file; images are [N, channels, height, width]
   * @returns each output by name; the arrays are copies that belong to the caller
   * @throws {ShapeError} if an input is missing, unknown or has another shape
   * @throws {EngineError} after `dispose`, or if a larger batch needs memory that cannot be allocated
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
    this.#compute(input, ({ members, run }) => {
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
        layers.push({ name: node.name, op: node.op.name, milliseconds: times[i]!, macs, shape: node.output.shape });
      });
    });
    return { milliseconds: layers.reduce((sum, layer) => sum + layer.milliseconds, 0), layers };
  }

  /** Layers, sizes, multiply-accumulates and memory, for the batch size of the last run (initially 1). */
  describe(): Description {
    const { graph, memory } = this.#run.plan;
    return describeGraph(graph, memory, this.metadata, this.#alive.memory.buffer.byteLength);
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

  /** Frees the memory. The model cannot be used afterwards; a second call does nothing. */
  dispose(): void {
    this.#engine = undefined;
    this.#run.steps = [];
  }

  /** The same as `dispose`, for `using`. */
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

  get #alive(): Engine {
    if (!this.#engine) throw new EngineError('the model was disposed: load it again, or dispose it after its last use');
    return this.#engine;
  }

  #compute(input: ModelInput, take: (step: PlannedStep) => void): void {
    const { memory } = this.#alive;
    const tensors = namedInputs(this.inputs, input);
    const batch = batchOf(this.#graph, tensors);
    if (batch !== this.#run.batch) this.#plan(batch);
    const { plan, steps } = this.#run;
    plan.graph.inputs.forEach((value, index) => writeValue(memory, value, plan.address(value), tensors[index]!));
    steps.forEach(take);
  }

  #plan(batch: number): void {
    const { functions, memory, weights } = this.#alive;
    const graph = withBatch(this.#graph, batch);
    const plan = planRun(graph, weights, keptValues(graph));
    growMemory(memory, plan.memory.total, 'run fewer samples at a time');
    this.#run = { plan, steps: bindRun(functions, memory, plan), batch };
  }

  #results(): Record<string, Tensor> {
    const { graph, address } = this.#run.plan;
    const { memory } = this.#alive;
    return Object.fromEntries(
      graph.outputs.map(({ name, value }) => [name, readValue(memory, value, address(value), rowsOf(graph, value))]),
    );
  }
}

/** Counts the valid rows of an output whose shape has more of them; undefined for other outputs. */
const rowsOf = (graph: Graph, value: Value) => graph.nodes.find(({ output }) => output === value)?.op.rows;

/** The input of the last layer with weights. */
const embeddingOf = (graph: Graph): Value | undefined =>
  graph.nodes.findLast(({ op, inputs }) => op.hasWeights(inputs))?.inputs[0];

/** Values that stay readable after a run: what `embed` returns. */
export const keptValues = (graph: Graph): Value[] => {
  const embedding = embeddingOf(graph);
  return embedding && !embedding.data ? [embedding] : [];
};
