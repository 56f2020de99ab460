// What TensorFlow Lite's metadata say about a network (metadata_schema.fbs): the names of its classes, and how a photo becomes its input.

import { unzipSync } from 'fflate';
import { FormatError } from '../../errors.js';
import { sizeOf } from '../../ir/tensor.js';
import type { Preprocess } from '../../image/preprocess-spec.js';
import { valueType } from './encoding.js';
import { Table } from './flatbuffer.js';
import type { TfliteModel, TfliteTensor } from './model.js';

const MODEL = { graphs: 3 };
const GRAPH = { inputs: 2, outputs: 3 };
const TENSOR = { content: 3, steps: 4, files: 6 };
const CONTENT = { type: 0, properties: 1, image: 2 };
const STEP = { type: 0, options: 1, normalization: 1 };
const NORMALIZATION = { mean: 0, std: 1 };
const FILE = { name: 0, type: 2, axisLabels: 2 };
const GREY = 2;

/** Bytes of the longest list of names. */
const MAX_LABEL_BYTES = 2 ** 22;

/** A file that the archive after the model holds; undefined if there is none, or it is damaged. */
const readAttached = (bytes: Uint8Array, name: string): string | undefined => {
  try {
    const files = unzipSync(bytes, { filter: (file) => file.name === name && file.originalSize <= MAX_LABEL_BYTES });
    return files[name] && new TextDecoder().decode(files[name]);
  } catch {
    return undefined;
  }
};

/** The names of the classes of the first output that has as many scores. */
const labelsOf = (graph: Table, outputs: readonly TfliteTensor[], bytes: Uint8Array): string[] | undefined => {
  const described = graph.tables(GRAPH.outputs);
  for (const [index, output] of outputs.entries()) {
    const file = described[index]?.tables(TENSOR.files).find((entry) => entry.byte(FILE.type) === FILE.axisLabels);
    const text = file && readAttached(bytes, file.text(FILE.name));
    const labels = text?.split(/\r?\n/).filter((line, at, lines) => line !== '' || at < lines.length - 1);
    if (labels?.length === sizeOf(output.shape.slice(1))) return labels;
  }
  return undefined;
};

/** One number for all channels, or one for each. */
const perChannel = (numbers: readonly number[], channels: number): number[] | undefined =>
  (numbers.length === 1 || numbers.length === channels) && numbers.every(Number.isFinite) ? [...numbers] : undefined;

/** How a photo becomes the input: squashed to its size, then normalised as the metadata say. */
const preprocessOf = (graph: Table, input: TfliteTensor): Preprocess | undefined => {
  const [, height, width, channels] = input.shape;
  if (
    input.signature ||
    input.shape.length !== 4 ||
    (channels !== 1 && channels !== 3) ||
    valueType(input) !== 'float32'
  )
    return undefined;
  const described = graph.tables(GRAPH.inputs)[0];
  const step = described?.tables(TENSOR.steps).find((entry) => entry.byte(STEP.type) === STEP.normalization);
  const normalization = step?.table(STEP.options);
  const mean = perChannel(normalization?.floats(NORMALIZATION.mean) ?? [], channels);
  const std = perChannel(normalization?.floats(NORMALIZATION.std) ?? [], channels);
  if (!mean || !std || std.includes(0)) return undefined;
  const content = described!.table(TENSOR.content);
  const isGrey = content?.byte(CONTENT.type) === CONTENT.image && content.table(CONTENT.properties)?.byte(0) === GREY;
  if (isGrey !== (channels === 1)) return undefined;
  return {
    width: width!,
    height: height!,
    resize: 'squash',
    shortSide: 0,
    filter: 'bilinear',
    order: isGrey ? 'grey' : 'RGB',
    divisor: 1,
    mean,
    std,
    fill: 0,
  };
};

/** Whether a network is a classifier of photos: one input, one vector of scores. */
const isClassifier = ({ inputs, outputs }: TfliteModel): boolean =>
  inputs.length === 1 && outputs.length === 1 && outputs[0]!.shape.slice(2).every((size) => size === 1);

/** Labels and pre-processing of a classifier; nothing of metadata that are damaged or about something else. */
export const readMetadata = (
  model: TfliteModel,
  bytes: Uint8Array,
): { labels?: readonly string[]; preprocess?: Preprocess } => {
  try {
    const graph = model.metadata && Table.root(model.metadata, 'M001')?.tables(MODEL.graphs)[0];
    if (!graph) return {};
    const labels = labelsOf(graph, model.outputs, bytes);
    const preprocess = isClassifier(model) ? preprocessOf(graph, model.inputs[0]!) : undefined;
    return { ...(labels && { labels }), ...(preprocess && { preprocess }) };
  } catch (error) {
    if (error instanceof FormatError) return {};
    throw error;
  }
};
