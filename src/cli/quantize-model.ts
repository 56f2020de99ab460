// The work of `groupwise convert --quantize int8`: reads photos, quantises, and judges the result on other photos.

import { recordTestVector } from '../converter/test-vector.js';
import { openModel } from '../format/open.js';
import type { ModelFile } from '../format/read.js';
import type { WeightType } from '../format/storage.js';
import { writeModel } from '../format/write.js';
import { calibrate, checkFloats } from '../quantizer/calibrate.js';
import { keepAgreement } from '../quantizer/keep-agreement.js';
import { layerNoise } from '../quantizer/layer-noise.js';
import { QuantizeError } from '../quantizer/quantize-error.js';
import { quantizeGraph, type Quantized } from '../quantizer/quantize.js';
import { percent } from '../report/text.js';
import { calibrationInputs, namesOf, openAdapting, type Adapting, type Opened } from './calibrated.js';
import { compareModels, withPictures } from './compare-models.js';
import { naming } from './files.js';
import { photoWarnings } from './comparison-warnings.js';
import { floatReason } from './float-reason.js';
import { countInt8, isConversion, type Int8Counts } from './int8-counts.js';
import { int8Warnings } from './int8-warnings.js';
import { withProgress } from './progress.js';
import type { Int8Layer, QuantizeResult } from './quantize-text.js';
import { readTestVector } from './test-vector-option.js';

/** What is quantised, and how. */
export type Quantizing = Adapting & {
  /** The bytes of a model file of floats. */
  bytes: Uint8Array;
  /** The share of the photos that are to keep their best class. */
  agreement?: number;
  /** How the weights of layers that stay in float are stored. */
  weights: WeightType;
  license?: string | undefined;
  /** Words of `--test-vector`. */
  testVector?: readonly string[] | undefined;
  /** Whether the result has pictures. */
  pictures: boolean;
};

/** Photos that choose layers, at most. */
const CHOOSING = 300;

/** Photos on which the noise of layers is measured. */
const NOISE_PHOTOS = 20;

/** Quantises a model. @returns the bytes of the new model, what it is like, and its labels */
export const quantizeModel = async (
  quantizing: Quantizing,
): Promise<{ bytes: Uint8Array; result: QuantizeResult; labels: readonly string[] | undefined }> => {
  const { path, agreement, pictures } = quantizing;
  const start = performance.now();
  const opened = await openAdapting(quantizing, quantizing.bytes, agreement === undefined ? 0 : CHOOSING);
  using _ = opened.classifier;
  await naming(path, () => checkFloats(opened.file.graph));
  const photos = await calibrationInputs(quantizing, opened);
  const { quantized, layers, kept } = await quantizeShowing(opened.file, photos, agreement);
  const counts = countInt8(quantized.graph.nodes.map(({ op, output }) => ({ op: op.name, type: output.type })));
  await naming(path, () => checkCounts(counts, kept));
  const written = await naming(path, () => int8Bytes(quantized, opened, quantizing));
  const { likeness, speed, worst, ...compared } = await compareModels(quantizing, opened, written);
  const bytes = { before: opened.size, after: written.length };
  const unreadable = [...photos.unreadable, ...compared.unreadable];
  const used = {
    calibration: photos.inputs.length,
    ...(kept && { choosing: photos.choosing.length }),
    heldOut: likeness.photos,
    unreadable: unreadable.length,
  };
  const result: QuantizeResult = {
    ...namesOf(quantizing),
    photos: used,
    unreadable,
    warnings: [...photoWarnings(used, quantizing.photos), ...int8Warnings({ speed, bytes, likeness }, kept)],
    counts,
    ...(kept && { kept }),
    bytes,
    speed,
    likeness,
    layers,
    worst: pictures ? await withPictures(opened.files, worst) : worst,
    seconds: (performance.now() - start) / 1000,
  };
  return { bytes: written, result, labels: opened.file.metadata.labels };
};

/** @throws {QuantizeError} if no layer computes in int8 */
const checkCounts = ({ int8 }: Int8Counts, kept: QuantizeResult['kept']): void => {
  if (int8) return;
  throw new QuantizeError(
    kept
      ? `no layer is left in int8 at an expected agreement of ${percent(kept.expected.share)}: choose a lower --keep-agreement than ${kept.wanted}`
      : 'none of its layers can compute in int8: their sizes or attributes have no int8 form',
  );
};

type Photos = Awaited<ReturnType<typeof calibrationInputs>>;

/** Calibrates, chooses the layers that stay in float, and measures the noise of the others. */
const quantizeShowing = async (
  { graph }: ModelFile,
  { inputs, choosing }: Photos,
  wanted: number | undefined,
): Promise<{ quantized: Quantized; layers: Int8Layer[]; kept?: QuantizeResult['kept'] }> => {
  const calibration = await withProgress('calibrated', (show) => calibrate(graph, inputs, show));
  const mixed =
    wanted !== undefined &&
    (await withProgress('of the choice of layers', (show) =>
      keepAgreement(calibration, [...inputs, ...choosing], wanted, show),
    ));
  const quantized = mixed ? mixed.quantized : await quantizeGraph(calibration);
  const noise = await withProgress('of the noise measured', (show) =>
    layerNoise(calibration, quantized, inputs.slice(0, NOISE_PHOTOS), show),
  );
  const names = new Set(mixed ? mixed.kept.map(({ name }) => name) : []);
  const layers = quantized.graph.nodes
    .filter(({ op }) => !isConversion(op.name))
    .map((node): Int8Layer => {
      const decibels = noise.get(node);
      const isInt8 = node.output.type === 'int8';
      return {
        name: node.name,
        op: node.op.name,
        isInt8,
        ...(!isInt8 && { floatReason: floatReason(node, names) }),
        ...(decibels !== undefined && { decibels }),
      };
    });
  if (!mixed) return { quantized, layers };
  const { agreement, kept } = mixed;
  return { quantized, layers, kept: { wanted, expected: agreement, layers: kept.map(({ name }) => name) } };
};

/** The bytes of the int8 model, with the test vector that is asked for. */
const int8Bytes = async (
  { graph }: Quantized,
  { file }: Opened,
  { weights, license, testVector }: Quantizing,
): Promise<Uint8Array> => {
  const metadata = { ...file.metadata, ...(license !== undefined && { license }) };
  const bytes = writeModel({ graph, metadata }, weights);
  if (!testVector) return bytes;
  const stored = await openModel(bytes);
  const vector = await recordTestVector(stored.graph, await readTestVector(testVector, graph.inputs));
  return writeModel({ graph, metadata, ...(vector && { testVector: vector }) }, weights);
};
