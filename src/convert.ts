/**
 * Converts ONNX and TensorFlow Lite networks to groupwise's model files, in Node and in browsers.
 *
 * @example
 * const bytes = await convertOnnx(onnx, { labels, preprocess: 'imagenet', weights: 'f16' });
 *
 * @example
 * const bytes = await convertTflite(tflite);
 *
 * @module
 */

import {
  bytesOf,
  checkOptions,
  FUNCTION,
  OBJECT,
  oneOf,
  recordOf,
  SIGNAL,
  STRING,
  STRINGS,
  type Kind,
  type Kinds,
} from './arguments.js';
import { Conversion, type ConversionOptions } from './converter/conversion.js';
import type { ReadExternalData } from './converter/onnx/external.js';
import { openOnnx } from './converter/onnx/open.js';
import type { Network } from './converter/reading/network.js';
import type { TestVector } from './converter/test-vector.js';
import { WEIGHT_TYPES } from './format/storage.js';
import { openTflite } from './converter/tflite/open.js';
import { PREPROCESS } from './image/for-input.js';
import { isTensorLike } from './ir/tensor.js';
import type { Bytes } from './platform.js';

export { ArgumentError, FormatError, GroupwiseError, LoadError, ShapeError, UnsupportedError } from './errors.js';
export type { PreprocessOption } from './image/for-input.js';
export { presets } from './image/presets.js';
export type { Preprocess } from './image/preprocess-spec.js';
export type { ReadExternalData } from './converter/onnx/external.js';
export type { ConversionOptions } from './converter/conversion.js';
export type { WeightType } from './format/storage.js';
export type { TestVector } from './converter/test-vector.js';
export type { Bytes } from './platform.js';
export type { Tensor } from './ir/tensor.js';

/** Options of `convertTflite`; all optional. */
export type ConvertTfliteOptions = ConversionOptions & {
  /**
   * An input and its expected outputs, for `groupwise verify`; without outputs, the converted network computes them.
   */
  testVector?: TestVector;
};

/** Options of `convertOnnx`; all optional. */
export type ConvertOptions = ConvertTfliteOptions & {
  /** Reads tensors that are stored outside the ONNX file; without it, a network with such tensors is refused. */
  externalData?: ReadExternalData;
};

const TENSOR: Kind = { expected: 'a tensor { data, shape }', fits: isTensorLike };

const SHAPE: Kind = {
  expected: 'a list of sizes of at least 1 (the first may be -1)',
  // -1 leaves the batch open
  fits: (value) =>
    Array.isArray(value) && value.every((size, axis) => Number.isSafeInteger(size) && size >= (axis ? 0 : -1)),
};

const TFLITE_OPTIONS: Kinds<ConvertTfliteOptions> = {
  constants: recordOf(TENSOR),
  shapes: recordOf(SHAPE),
  labels: STRINGS,
  preprocess: PREPROCESS,
  weights: oneOf(WEIGHT_TYPES),
  testVector: OBJECT,
  license: STRING,
  source: STRING,
  onWarning: FUNCTION,
  signal: SIGNAL,
};

const ONNX_OPTIONS: Kinds<ConvertOptions> = { ...TFLITE_OPTIONS, externalData: FUNCTION };

const convert = async (network: Network, { testVector, ...options }: ConvertTfliteOptions): Promise<Bytes> => {
  const conversion = await Conversion.from(network, options);
  options.signal?.throwIfAborted();
  const complete = testVector ? await conversion.withTestVector(testVector) : conversion;
  options.signal?.throwIfAborted();
  return complete.bytes();
};

/**
 * Converts an ONNX network to a model file. Opsets 6 to 28 are accepted.
 *
 * A first input size that the ONNX file leaves open becomes the batch of `run`, if nothing in the network fixes it;
 * otherwise it becomes 1.
 *
 * @returns the bytes of the .gw file; the same input always produces the same bytes
 * @throws {UnsupportedError} listing everything in the network that has no counterpart
 * @throws {FormatError} if the bytes are not an ONNX model
 * @throws {ArgumentError} if options are invalid or do not fit the network
 * @throws the reason of the signal
 */
export const convertOnnx = async (onnx: Uint8Array | ArrayBuffer, options: ConvertOptions = {}): Promise<Bytes> => {
  checkOptions('convertOnnx', options, ONNX_OPTIONS);
  const { externalData, ...rest } = options;
  rest.signal?.throwIfAborted();
  const bytes = bytesOf('the network of convertOnnx', onnx, 'onnx');
  return convert(await openOnnx(bytes, externalData, rest.signal), rest);
};

/**
 * Converts a TensorFlow Lite network to a model file. Labels and normalisation in the file's metadata are kept unless
 * options replace them. Networks of 8-bit integers are computed with the real numbers that the integers stand for.
 *
 * Arrays keep the order of their axes, channels last, except that an input for photos, which `preprocess` or the metadata
 * describe, becomes `[N, channels, height, width]`. A first input size that the file leaves open becomes the batch of
 * `run`.
 *
 * @returns the bytes of the .gw file; the same input always produces the same bytes
 * @throws {UnsupportedError} listing everything in the network that has no counterpart
 * @throws {FormatError} if the bytes are not a TensorFlow Lite model
 * @throws {ArgumentError} if options are invalid or do not fit the network
 * @throws the reason of the signal
 */
export const convertTflite = async (
  tflite: Uint8Array | ArrayBuffer,
  options: ConvertTfliteOptions = {},
): Promise<Bytes> => {
  checkOptions('convertTflite', options, TFLITE_OPTIONS);
  options.signal?.throwIfAborted();
  return convert(openTflite(bytesOf('the network of convertTflite', tflite, 'tflite')), options);
};
