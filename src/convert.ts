/**
 * Converts ONNX networks to groupwise's model files, in Node and in browsers.
 *
 * @example
 * const bytes = await convertOnnx(onnx, { labels, preprocess: 'imagenet', weights: 'f16' });
 *
 * @module
 */

import { bytesOf, checkOptions, FUNCTION, OBJECT, oneOf, STRING, STRINGS, type Kinds } from './arguments.js';
import { sameStructure } from './converter/batching.js';
import { describeInputs, recordGolden, type Golden } from './converter/test-vector.js';
import { embeddedKernels } from './kernels/embedded.js';
import { createEvaluator, type Evaluate } from './runtime/evaluate-node.js';
import type { Metadata } from './format/metadata.js';
import { writeModel } from './format/write.js';
import type { Graph } from './ir/graph.js';
import { PREPROCESS, preprocessFor, type PreprocessOption } from './image/for-input.js';
import { checkLabels } from './classifier/labels.js';
import { loadExternalData, type ReadExternalData } from './converter/onnx/external.js';
import { mostConstants, type OnnxModel } from './converter/onnx/model.js';
import { parseOnnx } from './converter/onnx/protobuf.js';
import { readOnnx } from './converter/onnx/read.js';
import { optimise } from './converter/passes/index.js';
import type { Bytes } from './platform.js';
import { sizeOf, type Tensor } from './ir/tensor.js';
import { VERSION_TEXT } from './version.js';

export { ArgumentError, FormatError, GroupwiseError, LoadError, ShapeError, UnsupportedError } from './errors.js';
export type { PreprocessOption } from './image/for-input.js';
export { presets } from './image/presets.js';
export type { Preprocess } from './image/preprocess-spec.js';
export type { ReadExternalData } from './converter/onnx/external.js';
export type { Golden } from './converter/test-vector.js';
export type { Bytes } from './platform.js';
export type { Tensor } from './ir/tensor.js';

/** Options of `convertOnnx`; all optional. */
export type ConvertOptions = {
  /** Inputs of the network that get a fixed value, by name. */
  constants?: Record<string, Tensor>;
  /** Whole shapes of inputs whose sizes beyond the first the file leaves open, by name. */
  shapes?: Record<string, number[]>;
  /** Names of the classes in the order of the scores. */
  labels?: readonly string[];
  /**
   * How a photo becomes the input: `imagenet` (torchvision's mean and deviation) or `inception` (x / 127.5 - 1), both with the short
   * side to round(size * 256 / 224), bilinear, centre crop, RGB; or all of it.
   */
  preprocess?: PreprocessOption;
  /** How weights are stored; default `f32`. */
  weights?: 'f32' | 'f16';
  /** An input and what it must give, for `groupwise verify`; without outputs they are what this network gives. */
  golden?: Golden;
  /** Reads tensors that are stored beside the ONNX file; without it a network with such tensors is refused. */
  externalData?: ReadExternalData;
  /** Licence of the weights, as an SPDX expression where there is one. */
  licence?: string;
  /** What the network was made from; default the producer that the ONNX file names. */
  source?: string;
};

const CONVERT_OPTIONS: Kinds<ConvertOptions> = {
  constants: OBJECT,
  shapes: OBJECT,
  labels: STRINGS,
  preprocess: PREPROCESS,
  weights: oneOf(['f32', 'f16']),
  golden: OBJECT,
  externalData: FUNCTION,
  licence: STRING,
  source: STRING,
};

/**
 * Converts an ONNX network to a model file. Files of opset 6 to 25 are taken; the operators are tested in those of 7 to 22.
 *
 * A first input size that the ONNX file leaves open becomes the batch of `run`, if nothing in the network fixes it;
 * otherwise it becomes 1.
 *
 * @returns the bytes of the .gw file; the same input gives the same bytes
 * @throws {UnsupportedError} listing everything in the network that has no counterpart
 * @throws {FormatError} if the bytes are not an ONNX model
 * @throws {ArgumentError} if options are wrong or do not fit the network
 */
export const convertOnnx = async (onnx: Uint8Array | ArrayBuffer, options: ConvertOptions = {}): Promise<Bytes> => {
  checkOptions('convertOnnx', options, CONVERT_OPTIONS);
  const model = parseOnnx(bytesOf('the network of convertOnnx', onnx));
  await loadExternalData(model, options.externalData);
  const { graph, pruned } = buildGraph(model, options, await createEvaluator(embeddedKernels, mostConstants(model)));
  const metadata = metadataOf(model, graph, options, pruned);
  const weights = options.weights ?? 'f32';
  const bytes = writeModel({ graph, metadata }, weights);
  if (!options.golden) return bytes;
  return writeModel({ graph, metadata, testVector: await recordGolden(bytes, options.golden) }, weights);
};

/** The optimised network, with how many channels it left out; its batch is open if another batch gives the same network. */
const buildGraph = (
  model: OnnxModel,
  options: ConvertOptions,
  evaluate: Evaluate,
): { graph: Graph; pruned: number } => {
  const build = (batch: number) => {
    const graph = readOnnx(model, { constants: options.constants, shapes: options.shapes, batch, evaluate });
    return optimise(graph, evaluate);
  };
  const built = build(1);
  built.graph.dynamicBatch &&= sameStructure(built.graph, () => build(3).graph);
  return built;
};

const metadataOf = (model: OnnxModel, graph: Graph, options: ConvertOptions, pruned: number): Metadata => {
  const { labels, preprocess, licence, source = model.producer.slice(0, 256) } = options;
  if (labels)
    checkLabels(
      labels,
      graph.outputs.map(({ value }) => sizeOf(value.shape.slice(1))),
    );
  return {
    ...(labels && { labels: [...labels] }),
    ...(preprocess && { preprocess: preprocessFor(preprocess, describeInputs(graph)) }),
    ...(licence && { license: licence }),
    producer: VERSION_TEXT,
    ...(source && { source }),
    ...(pruned > 0 && { pruned }),
  };
};
