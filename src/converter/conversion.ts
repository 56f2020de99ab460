// A network on its way to a model file: read and optimised once, then written.

import type { Platform } from '../platform.js';
import { checkLabels } from '../classifier/labels.js';
import { ArgumentError, UnsupportedError, printable } from '../errors.js';
import { LIMITS } from '../format/layout.js';
import type { Metadata } from '../format/metadata.js';
import type { ModelFile } from '../format/read.js';
import { asStored, encodeConstants, type Encoded, type WeightType } from '../format/storage.js';
import { writeModel } from '../format/write.js';
import { preprocessFor, type PreprocessOption } from '../image/for-input.js';
import { checkPreprocess } from '../image/preprocess-check.js';
import type { Graph } from '../ir/graph.js';
import { sizeOf, type Tensor, type TensorInfo } from '../ir/tensor.js';
import type { Value } from '../ir/value.js';
import { withBatch } from '../ir/with-shapes.js';
import { inTurns, nextTask, type Steps } from '../next-task.js';
import { embeddedKernels } from '../kernels/embedded.js';
import { describeLayers, type Description } from '../runtime/describe.js';
import { createEvaluator } from '../runtime/evaluate-node.js';
import { VERSION_TEXT } from '../version.js';
import { readAnySize } from './any-size.js';
import { readAnyBatch, type Rewritten } from './batching.js';
import { evaluateOnce } from './evaluate-once.js';
import { optimise, STAGES } from './optimise.js';
import { nonFiniteWeights } from './non-finite.js';
import { Budget } from './reading/budget.js';
import type { Network } from './reading/network.js';
import { recordTestVector, type TestVector } from './test-vector.js';
import { weightNoise, type LayerNoise } from './weight-noise.js';

/** What a network becomes; all optional. */
export type ConversionOptions = {
  /** Inputs of the network that get a fixed value, by name. */
  constants?: Record<string, Tensor>;
  /**
   * Whole shapes of inputs whose sizes the file leaves open, by name. A first size of -1 leaves the batch open, as in
   * `{ photo: [-1, 3, 224, 224] }`.
   */
  shapes?: Record<string, number[]>;
  /** Names of the classes in the order of the scores. */
  labels?: readonly string[];
  /**
   * How a photo becomes the input: `imagenet` (torchvision's mean and deviation) or `inception` (x / 127.5 - 1), both with
   * the short side resized to round(size * 256 / 224), bilinear, centre crop, RGB; or a description of all of it.
   */
  preprocess?: PreprocessOption;
  /**
   * How weights are stored; default `f32`. `int8` is 8 bits with a scale per output channel, a quarter of the bytes.
   * They are computed with in float32. Layers of networks that are quantised already compute with integers, and have weights
   * of 8 bits always.
   */
  weights?: WeightType;
  /** License of the weights, as an SPDX expression where there is one. */
  license?: string;
  /** What the network was made from; default the producer that its file names. */
  source?: string;
  /** Called with each warning; each names a layer that has NaN or infinite weights. */
  onWarning?: (message: string) => void;
  /** Ends the conversion, which then rejects with the signal's reason. */
  signal?: Platform<'AbortSignal'> | undefined;
};

/** The names of the graphs that `AfterStage` gets, in order: as it is read, and after each stage of passes. */
export const STAGE_NAMES: readonly string[] = ['read', ...STAGES.map(({ name }) => name)];

/** How many times as much as the constants of a network the passes may compute, for all sizes of images. */
const TIMES_IN_PASSES = 4;

/** Called with the graph after each stage, to look at it. */
export type AfterStage = (stage: string, graph: Graph) => void;

/** A network that is read and optimised. */
export class Conversion {
  private constructor(
    /** The network as its file will hold it. */
    readonly graph: Graph,
    readonly metadata: Metadata,
    /** The operators of the nodes in the file that was converted. */
    readonly operators: readonly string[],
    /** Why the network takes one sample at a time, if its file leaves their number open. */
    readonly whyOneSample: string | undefined,
    /** The network before its weights are rounded, and its constants as the file has them. */
    private readonly exact: { graph: Graph; encoded: ReadonlyMap<Value, Encoded> },
    private readonly testVector?: ModelFile['testVector'],
  ) {}

  /**
   * Reads and optimises a network.
   *
   * @throws {UnsupportedError} listing everything in the network that has no counterpart
   * @throws {FormatError} if its file contradicts itself
   * @throws {ArgumentError} if options do not fit the network
   */
  static async from(network: Network, options: ConversionOptions = {}, afterStage?: AfterStage): Promise<Conversion> {
    const { constants, shapes, weights = 'f32', signal } = options;
    const evaluator = await createEvaluator(embeddedKernels);
    const budget = new Budget(network.elements);
    const evaluate = evaluateOnce(budget.limit(evaluator), budget.elements);
    // passes compute with weights, which they change, so nothing is remembered
    const inPasses = new Budget(network.elements, TIMES_IN_PASSES).limit(evaluator);
    const photo = Boolean(options.preprocess ?? network.preprocess);
    const convert = (sizes?: readonly number[], isProof = false) => {
      const reading = { constants, shapes, photo, evaluate, ...(sizes && { sizes }) };
      const show: AfterStage = (stage, graph) => {
        if (!isProof) afterStage?.(stage, graph.dynamicBatch ? withBatch(graph, 1) : graph);
      };
      return readAnyBatch(
        (batch) => network.read({ ...reading, batch }, budget),
        (read): Steps<Rewritten> => {
          show('read', read);
          return optimise(read, inPasses, { afterStage: show });
        },
      );
    };
    const { graph, pruned, whyOneSample } = await inTurns(
      readAnySize(convert, sizesOf(options.preprocess ?? network.preprocess)),
      signal,
    );
    checkConstants(graph, budget);
    if (options.onWarning) for (const warning of nonFiniteWeights(graph)) options.onWarning(printable(warning));
    const metadata = metadataOf(network, graph, options, pruned);
    const encoded = await inTurns(encodeConstants(graph, weights), signal);
    const stored = await inTurns(asStored(graph, encoded), signal);
    await nextTask(); // in which the signal may be aborted
    return new Conversion(stored, metadata, network.operators, whyOneSample, { graph, encoded });
  }

  /** The inputs of the network for one sample. */
  get inputs(): TensorInfo[] {
    return infosOf(this.graph);
  }

  /** What the layers are and cost. */
  describe(): Pick<Description, 'layers' | 'macs' | 'weights'> {
    return describeLayers(this.graph);
  }

  /** The signal-to-noise ratio of every layer whose weights are rounded, in the order of the network. */
  signalToNoise(): LayerNoise[] {
    return weightNoise(this.exact.graph, this.graph);
  }

  /**
   * The same with an input and what the network must give for it; without outputs they are what this network gives.
   *
   * @throws {ShapeError} if numbers are missing, too many or of an unknown name, or the network's values are not floats
   */
  async withTestVector(vector: TestVector): Promise<Conversion> {
    const recorded = await recordTestVector(this.graph, vector);
    await nextTask(); // in which a signal may be aborted
    return new Conversion(this.graph, this.metadata, this.operators, this.whyOneSample, this.exact, recorded);
  }

  /** The bytes of the model file; the same network and options give the same bytes. */
  bytes(): Uint8Array<ArrayBuffer> {
    const { metadata, testVector } = this;
    const { graph, encoded } = this.exact;
    return writeModel({ graph, metadata, ...(testVector && { testVector }) }, encoded);
  }
}

/** @throws {UnsupportedError} if constants became so many, such as reshapes of the same one, that the file would be too large */
const checkConstants = ({ nodes }: Graph, { elements }: Budget): void => {
  const values = new Set(nodes.flatMap(({ inputs }) => inputs.filter(({ data }) => data)));
  const total = [...values].reduce((sum, { data }) => sum + data!.length, 0);
  if (total > elements)
    throw new UnsupportedError([
      `the layers have ${total} elements of constants; at most ${elements} are supported for a file of this size`,
    ]);
};

/** @throws {ArgumentError} for a text that is too long for a model file */
const checkLength = (name: string, text: string, argument: string): void => {
  const { length } = new TextEncoder().encode(text);
  if (length > LIMITS.name)
    throw new ArgumentError(`${name} has ${length} bytes; the limit is ${LIMITS.name}`, argument);
};

/** The height and width of photos, if the preprocessing says them. */
const sizesOf = (preprocess: PreprocessOption | undefined): number[] | undefined =>
  typeof preprocess === 'object' ? [checkPreprocess(preprocess).height, preprocess.width] : undefined;

const infosOf = (graph: Graph): TensorInfo[] => graph.inputs.map(({ name, shape, type }) => ({ name, shape, type }));

const metadataOf = (network: Network, graph: Graph, options: ConversionOptions, pruned: number): Metadata => {
  const { license, source = network.producer.slice(0, 256) } = options;
  const { labels = network.labels, preprocess = network.preprocess } = options;
  const scores = graph.outputs.map(({ value }) => sizeOf(value.shape.slice(1)));
  if (labels) checkLabels(labels, scores);
  for (const [i, label] of (labels ?? []).entries()) checkLength(`label ${i}`, label, 'labels');
  if (license) checkLength('the license', license, 'license');
  checkLength('the source', source, 'source');
  return {
    ...(labels && { labels: [...labels] }),
    ...(preprocess && { preprocess: preprocessFor(preprocess, infosOf(graph)) }),
    ...(license && { license }),
    producer: VERSION_TEXT,
    ...(source && { source }),
    ...(pruned > 0 && { pruned }),
  };
};
