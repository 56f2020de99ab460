// What `groupwise convert` does with `--quantize`.

import { networkFormat } from '../file-kinds.js';
import { card } from '../report/card.js';
import { renderComparison } from '../report/comparison-page.js';
import { int8Layers } from '../report/int8-page.js';
import { percent, plural } from '../report/text.js';
import { modelFile } from './bundled-models.js';
import { withoutPictures } from './compare-models.js';
import { convertNetwork } from './convert-network.js';
import { readOptions, type ConvertWords } from './convert-options.js';
import { checkStandardInput, readNetwork, STANDARD } from './files.js';
import { rememberInput } from './files-read.js';
import { machine } from './machine.js';
import { readMatching } from './matching.js';
import { UsageError } from './options.js';
import { checkOutput, checkPage, checkStandardOutput, writeOutput, writePage } from './output-files.js';
import { note, noteWritten, print, printJson, showWarnings } from './output.js';
import { quantizeModel } from './quantize-model.js';
import { noiseOf, showEstimate, showQuantized, type QuantizeResult } from './quantize-text.js';

/** The words of `--quantize`, and those that need it. */
export type QuantizeWords = {
  quantize?: 'int8';
  calibrate?: string;
  photos?: number;
  keepAgreement?: number;
  classes?: string;
  html?: string;
  json?: boolean;
};

/** Photos to calibrate with, unless `--photos` says how many. */
export const DEFAULT_PHOTOS = 100;

const DEPENDENT = {
  calibrate: '--calibrate',
  photos: '--photos',
  keepAgreement: '--keep-agreement',
  classes: '--classes',
  html: '--html',
  json: '--json',
} as const;

/** @throws {UsageError} for words that need others */
export const checkQuantizeWords = (words: QuantizeWords, output: string): void => {
  const { quantize, calibrate, html, json } = words;
  const [alone] = Object.entries(DEPENDENT).filter(([word]) => words[word as keyof QuantizeWords] !== undefined);
  if (!quantize && alone)
    throw new UsageError(
      calibrate === undefined
        ? `${alone[1]} needs --quantize int8 and --calibrate with a folder of photos`
        : '--calibrate needs --quantize int8, too',
    );
  if (quantize && calibrate === undefined)
    throw new UsageError(
      '--quantize needs --calibrate with a folder of photos of the kind that the model will see, 100 to 1,000 of them; labels are not needed',
    );
  checkStandardOutput({ '-o -': output === STANDARD, '--html -': html === STANDARD, '--json': json });
  checkPage(output, html);
};

/** Options that say how a network is converted: a model file is converted already. */
const converting = ({ externalData }: ConvertWords) =>
  ({
    constant: '--constant',
    shape: '--shape',
    printAfter: '--print-after',
    externalData: externalData === false ? '--no-external-data' : '--external-data',
  }) as const;

const checkConverted = (words: ConvertWords): void => {
  const [wrong] = Object.entries(converting(words)).filter(([word]) => words[word as keyof ConvertWords] !== undefined);
  if (wrong)
    throw new UsageError(
      `${wrong[1]} is for .onnx and .tflite networks: a model file is converted already, so leave it out`,
    );
};

/** The bytes of a model file; other networks are converted first. */
const modelBytes = async (input: string, source: Uint8Array, words: ConvertWords, output: string) => {
  const isModel = networkFormat(source) === 'groupwise model';
  if (isModel) checkConverted(words);
  // rounded weights would be rounded twice, and the test vector is that of the int8 network
  const { testVector: _, ...own } = { ...words, weights: 'f32' as const };
  const settings = await readOptions(input, own);
  const show = output === STANDARD ? note : print;
  const bytes = isModel
    ? source
    : (await convertNetwork({ input, source, words: own, settings, show })).conversion.bytes();
  return { bytes, settings };
};

/** Quantises the network of a file. */
export const quantizeCommand = async (
  input: string,
  output: string,
  options: ConvertWords & QuantizeWords,
): Promise<void> => {
  const { calibrate = '', photos = DEFAULT_PHOTOS, keepAgreement, weights, license, testVector, html } = options;
  checkStandardInput([input, options.labels, options.preprocess, options.classes]);
  const source = await readNetwork(modelFile(input));
  await rememberInput(calibrate);
  await checkOutput(output);
  if (html !== undefined) await checkOutput(html);
  const matching = await readMatching(options.classes);
  const { bytes, settings } = await modelBytes(input, source, options, output);
  const { labels, preprocess } = settings;
  const quantized = await quantizeModel({
    done: 'quantised',
    path: input,
    bytes,
    words: options,
    settings: { ...(labels && { labels }), ...(preprocess && { preprocess }) },
    folder: calibrate,
    photos,
    matching,
    ...(keepAgreement !== undefined && { agreement: keepAgreement }),
    weights,
    license,
    testVector,
    pictures: html !== undefined,
  });
  await writeOutput(output, quantized.bytes);
  await showResult(quantized, output, options);
};

const showResult = async (
  { bytes, result, labels }: Awaited<ReturnType<typeof quantizeModel>>,
  output: string,
  { html, json }: QuantizeWords,
): Promise<void> => {
  if (json) printJson(withoutPictures(result));
  else if (output !== STANDARD && html !== STANDARD) print(showQuantized(result, labels));
  showWarnings(result);
  noteFew(result);
  if (output !== STANDARD) noteWritten(output, bytes);
  if (html !== undefined) await writePage(html, pageOf(result, labels));
};

/** Fewer photos than this leave much to chance. */
const ENOUGH_TO_CHOOSE = 200;

/** Says if the photos that chose layers are too few to tell. */
const noteFew = ({ kept, photos: { calibration, choosing = 0 } }: QuantizeResult): void => {
  if (kept && calibration + choosing < ENOUGH_TO_CHOOSE)
    note(
      `note: the agreement is estimated from ${plural(calibration + choosing, 'photo')}: give a folder with ${ENOUGH_TO_CHOOSE} more than --photos for a better estimate`,
    );
};

const pageOf = (result: QuantizeResult, labels: readonly string[] | undefined): string => {
  const { counts, kept, layers } = result;
  const noise = noiseOf(result);
  const making = {
    title: 'int8',
    purpose: 'calibrate',
    cards: [
      card(
        'Layers in int8',
        String(counts.int8),
        `${counts.float} in float; ${plural(counts.conversions, 'conversion')} between them`,
      ),
      kept &&
        card(
          'Kept in float',
          plural(kept.layers.length, 'layer'),
          `for an agreement of ${percent(kept.wanted)}; ${showEstimate(kept.expected)} is expected`,
        ),
      noise &&
        card(
          'Signal-to-noise',
          `${noise.mean.toFixed(1)} dB`,
          `of int8 layers on average, at worst ${noise.worst.decibels!.toFixed(1)} dB`,
        ),
    ].filter((part) => part !== undefined),
    layers: int8Layers(layers),
    labels,
  };
  return renderComparison(result, making, { machine: machine(), date: new Date() });
};
