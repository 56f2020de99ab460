// The options of `groupwise convert` that say how a network is read.

import type { ConversionOptions } from '../converter/conversion.js';
import { OPEN } from '../converter/reading/inputs.js';
import { escaped } from '../errors.js';
import type { WeightType } from '../format/storage.js';
import { checkStandardInput, readText, STANDARD } from './files.js';
import { checkTwice, namedValue, quoted, UsageError } from './options.js';
import { note } from './output.js';
import { parseLabels } from './parse-labels.js';
import { readPreprocess } from './preprocess-option.js';
import { readArray } from './read-array.js';

/** The words that say how a network is read. */
export type ConvertWords = {
  labels?: string;
  preprocess?: string;
  weights: WeightType;
  constant?: string[];
  shape?: string[];
  externalData?: boolean;
  license?: string;
  testVector?: string[];
  printAfter?: string;
};

const readConstants = async (options: readonly string[]): Promise<ConversionOptions['constants']> => {
  const pairs = options.map((option) => namedValue('--constant', option));
  checkTwice(
    '--constant',
    pairs.map(([name]) => name),
  );
  return Object.fromEntries(
    await Promise.all(pairs.map(async ([name, path]) => [name, await readArray(path)] as const)),
  );
};

const sizeOf = (text: string): number => (/^0*[1-9]\d{0,14}$/.test(text) ? Number(text) : NaN);

const parseShape = (option: string): [string, number[]] => {
  const [name, value] = namedValue('--shape', option);
  // a letter, word or question mark in the first place is what the file calls a size that it leaves open
  const [batch = '', ...rest] = value.split(',').map((size) => size.trim());
  const sizes = [/^([a-z_]\w*|\?|-1)$/i.test(batch) ? OPEN : sizeOf(batch), ...rest.map(sizeOf)];
  if (sizes.includes(NaN))
    throw new UsageError(
      `--shape must be like name=1,3,224,224, or name=N,3,224,224 for any number of samples, not ${quoted(option)}`,
    );
  return [name, sizes];
};

/** The options of a conversion. @throws {UsageError} for words that contradict each other, {LoadError} for files that cannot be read */
export const readOptions = async (input: string, options: ConvertWords): Promise<ConversionOptions> => {
  const { labels, preprocess, constant = [], shape = [], license, weights } = options;
  const shapes = shape.map(parseShape);
  checkTwice(
    '--shape',
    shapes.map(([name]) => name),
  );
  checkStandardInput([input, labels, preprocess]);
  if (options.externalData && input === STANDARD)
    throw new UsageError('--external-data needs a model file in a folder');
  if (options.externalData && /\.tflite$/i.test(input))
    throw new UsageError('--external-data is for ONNX networks: a TensorFlow Lite file has all its tensors inside');
  return {
    weights,
    constants: await readConstants(constant),
    shapes: Object.fromEntries(shapes),
    ...(labels !== undefined && { labels: parseLabels(await readText(labels), labels) }),
    ...(preprocess !== undefined && { preprocess: await readPreprocess(preprocess) }),
    ...(license !== undefined && { license }),
    onWarning: (message) => note(`note: ${escaped(message)}`),
  };
};
