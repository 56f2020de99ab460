import { basename } from 'node:path';
import type { Command } from 'commander';
import { formatOf } from '../../image/format.js';
import type { ImageClassifier, Classification } from '../../node.js';
import { checkPrepared, noteNameless, readClassifierOptions, type ClassifierWords } from '../classifier-options.js';
import { checkStandardInput, readHead, readInput, STANDARD } from '../files.js';
import { openClassifier } from '../open-model.js';
import { jsonOption, deterministicOption, share, UsageError, wholeNumber } from '../options.js';
import { bar, columnOf, note, print, printJson, startProgress, styled } from '../output.js';
import { inMilliseconds } from '../../report/units.js';
import { preprocessOption } from '../preprocess-option.js';
import { DEFAULT_MODEL, defaultModelFile, modelFile } from '../bundled-models.js';

type Options = ClassifierWords & { top: number; threshold?: number; json?: boolean };

type Classified = { image: string; milliseconds: number; results: Classification[] };

/** A photo that cannot be classified, and why. */
type Failed = { image: string; reason: string };

const BAR = 24;

const show = ({ image, milliseconds, results }: Classified, { threshold }: Options): string => {
  const width = columnOf(results.map(({ label }) => label));
  const lines = results.map(({ label, index, score }) => {
    const percent = `${(score * 100).toFixed(2)} %`.padStart(8);
    return `  ${percent}  ${styled('cyan', bar(score, BAR))}  ${label.padEnd(width)}  ${styled('dim', String(index))}`;
  });
  if (!lines.length) lines.push(`  (no class reaches ${threshold})`);
  return [`${styled('bold', image)}  ${inMilliseconds(milliseconds)}`, ...lines].join('\n');
};

const classifyPhoto = async (classifier: ImageClassifier, image: string, options: Options): Promise<Classified> => {
  const bytes = await readInput(image);
  const start = performance.now();
  const results = await classifier.classify(bytes, { topK: options.top, threshold: options.threshold });
  return { image, milliseconds: Number((performance.now() - start).toFixed(3)), results };
};

const attempt = async (classifier: ImageClassifier, image: string, options: Options): Promise<Classified | Failed> => {
  try {
    return await classifyPhoto(classifier, image, options);
  } catch (error) {
    return { image, reason: (error as Error).message };
  }
};

/** Classifies each photo; those that cannot be classified are named on the standard error as well. */
const classifyAll = async (
  classifier: ImageClassifier,
  photos: readonly string[],
  options: Options,
): Promise<(Classified | Failed)[]> => {
  const progress = startProgress(photos.length, 'photos');
  const all: (Classified | Failed)[] = [];
  const showOne = (one: Classified | Failed): void => {
    if ('results' in one && !options.json) print(show(one, options));
  };
  for (const photo of photos) {
    const one = await attempt(classifier, photo, options);
    all.push(one);
    if (progress) progress.advance();
    else showOne(one);
  }
  progress?.stop();
  if (progress) all.forEach(showOne);
  const failures = all.filter((one): one is Failed => 'reason' in one);
  for (const { image, reason } of failures)
    note(`groupwise: ${reason.includes(basename(image)) ? reason : `${image}: ${reason}`}`);
  if (failures.length) process.exitCode = 1;
  return all;
};

const open = async (path: string, options: Options): Promise<ImageClassifier> =>
  openClassifier(path, await readClassifierOptions(options));

const PICTURES = ['JPEG', 'PNG', 'WebP', 'BMP', 'GIF', 'TIFF', 'AVIF', 'HEIC', 'JPEG XL', 'JPEG 2000'];

const PICTURE_NAME = /\.(jpe?g|png|webp|bmp|gif|tiff?|avif|hei[cf]|jxl|jp2)$/i;

const isPicture = async (path: string): Promise<boolean> =>
  PICTURE_NAME.test(path) || PICTURES.includes(formatOf(await readHead(path)));

/** The first file is the model unless it is a picture, by name or content; the standard input is the model if photos follow. */
const sortFiles = async (
  files: readonly string[],
): Promise<{ path: string | undefined; photos: readonly string[] }> => {
  const [first, ...photos] = files as [string, ...string[]];
  const path = modelFile(first);
  const isPhoto = first === STANDARD ? !photos.length : path === first && (await isPicture(first));
  if (isPhoto) return { path: undefined, photos: files };
  if (!photos.length) throw new UsageError(`no photo is given, only a model, ${first}`);
  return { path, photos };
};

const openDefault = async (options: Options): Promise<ImageClassifier> => {
  const classifier = await open(defaultModelFile(), options);
  note(
    `groupwise: no model is given, so ${DEFAULT_MODEL} is used: ${classifier.model.labels?.join(', ') ?? 'it names no classes'}`,
  );
  return classifier;
};

const classify = async (files: readonly string[], options: Options): Promise<void> => {
  checkStandardInput([...files, options.labels, options.preprocess]);
  const { path, photos } = await sortFiles(files);
  using classifier = await (path === undefined ? openDefault(options) : open(path, options));
  checkPrepared(path ?? DEFAULT_MODEL, classifier, options);
  noteNameless(path ?? DEFAULT_MODEL, classifier, options);
  const all = await classifyAll(classifier, photos, options);
  if (options.json) printJson(all);
};

/** `groupwise classify`: labels of photos. */
export const addClassify = (program: Command): void => {
  program
    .command('classify')
    .description('classify photos (JPEG, PNG, WebP, BMP)')
    .usage('[options] [model.gw] <photo...>')
    .argument(
      '<file...>',
      `the photos; before them the model, a file or a name from \`groupwise models\` (default: ${DEFAULT_MODEL})`,
    )
    .option('--top <count>', 'how many labels', wholeNumber('--top', 1), 5)
    .option('--threshold <score>', 'only labels with at least this score', share('--threshold'))
    .option('--labels <file>', 'names of the classes instead of those in the model')
    .addOption(preprocessOption())
    .addOption(deterministicOption())
    .addOption(jsonOption())
    .action(classify);
};
