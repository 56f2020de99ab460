// A model in a worker: the same methods as a model on the page, which return promises.

import type { Metadata } from '../format/metadata.js';
import type { Tensor, TensorInfo } from '../ir/tensor.js';
import type { Build } from '../kernels/wasm.js';
import type { Description } from '../runtime/describe.js';
import type { Profile, RuntimeInfo } from '../runtime/model.js';
import type { ModelInput } from '../runtime/tensors.js';
import type { Client } from './client.js';
import type { Loaded } from './serve.js';

/** A network ready to run in a worker. Call `dispose` when it is no longer needed, or declare it with `using`. */
export class WorkerModel {
  /** What `run` takes. */
  readonly inputs: readonly TensorInfo[];
  /** What `run` returns. */
  readonly outputs: readonly TensorInfo[];
  /** The metadata in the model file: labels, pre-processing, license, origin. */
  readonly metadata: Readonly<Metadata>;
  /** The build of the kernels in use. */
  readonly kernels: Build;
  readonly #client: Client;
  readonly #info: RuntimeInfo;
  /** @internal Inputs, outputs, layers and memory in a line. */
  readonly summary: string;

  /** @internal Use `loadModel` with the option `worker`. */
  constructor(client: Client, { inputs, outputs, metadata, kernels, summary, info }: Loaded) {
    this.#client = client;
    this.#info = info;
    this.summary = summary;
    this.inputs = inputs;
    this.outputs = outputs;
    this.metadata = metadata;
    this.kernels = kernels;
  }

  /** Names of the classes in the order of the scores, if the model has them. */
  get labels(): readonly string[] | undefined {
    return this.metadata.labels;
  }

  /**
   * Runs the network, as `run` of a model on the page does. The input is copied to the worker; the outputs move here.
   *
   * @throws the same errors as `run` of a model on the page
   */
  run(input: ModelInput): Promise<Record<string, Tensor>> {
    return this.#client.call('run', [input]);
  }

  /** Runs the network and measures the time of every layer. @throws the same errors as `run` */
  profile(input: ModelInput): Promise<Profile> {
    return this.#client.call('profile', [input]);
  }

  /** Layers, sizes, multiply-accumulates and memory, for the sizes of the last run (at first those in the model file). */
  describe(): Promise<Description> {
    return this.#client.call('describe', []);
  }

  /** What runs the model: the build of the kernels and the number of threads. */
  runtimeInfo(): RuntimeInfo {
    return { ...this.#info };
  }

  /** Ends the worker; calls that wait reject. */
  dispose(): void {
    this.#client.close();
  }

  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @internal What `console.log` shows in Node, Deno and Bun. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `WorkerModel { ${this.summary} }`;
  }
}
