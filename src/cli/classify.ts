import { basename } from 'node:path';
import type { Command } from 'commander';
import { LoadError } from '../errors.js';
import type { ImageClassifier, Ranked } from '../node.js';
import { checkStandardInput, nameOf, readInput, readText } from './files.js';
import { parseLabels } from './labels.js';
import { openClassifier } from './model.js';
import { jsonOption, numericsOption, share, wholeNumber } from './options.js';
import { bar, columnOf, inMilliseconds, note, print, printJson, startProgress, styled } from './output.js';
import { preprocessOption, readPreprocess } from './preprocess.js';

type Options = {
  top: number;
  threshold?: number;
  labels?: string;
  preprocess?: string;
  numerics: 'fast' | 'exact';
  json?: boolean;
};

type Classified = { image: string; milliseconds: number; results: Ranked[] };

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

/** Classifies each photo; those that cannot be read are named on the standard error and left out. */
const classifyAll = async (classifier: ImageClassifier, photos: readonly string[], options: Options): Promise<Classified[]> => {
  const progress = startProgress(photos.length, 'photos');
  const all: Classified[] = [];
  const failures: string[] = [];
  for (const photo of photos) {
    try {
      const classified = await classifyPhoto(classifier, photo, options);
      all.push(classified);
      if (!progress && !options.json) print(show(classified, options));
    } catch (error) {
      const { message } = error as Error;
      failures.push(message.includes(basename(photo)) ? message : `${photo}: ${message}`);
    }
    progress?.advance();
  }
  progress?.stop();
  if (progress && !options.json) for (const classified of all) print(show(classified, options));
  for (const failure of failures) note(`groupwise: ${failure}`);
  if (failures.length) process.exitCode = 1;
  return all;
};

const open = async (path: string, { labels, preprocess, numerics }: Options): Promise<ImageClassifier> =>
  openClassifier(path, {
    numerics,
    ...(labels !== undefined && { labels: parseLabels(await readText(labels), labels) }),
    ...(preprocess !== undefined && { preprocess: await readPreprocess(preprocess) }),
  });

/** @throws {LoadError} if nothing says how photos are prepared; missing labels are only noted */
const checkModel = (path: string, { model }: ImageClassifier, { labels, preprocess }: Options): void => {
  const { metadata } = model.file;
  if (preprocess === undefined && !metadata.preprocess) {
    throw new LoadError(`${nameOf(path)}: the model does not say how a photo becomes its input: give --preprocess imagenet, tf or a JSON file, here or to convert`);
  }
  if (labels === undefined && !metadata.labels) {
    note(`groupwise: ${nameOf(path)} names no classes, so their numbers are shown: give --labels, here or to convert`);
  }
};

const classify = async (path: string, photos: string[], options: Options): Promise<void> => {
  checkStandardInput([path, options.labels, options.preprocess, ...photos]);
  using classifier = await open(path, options);
  checkModel(path, classifier, options);
  const all = await classifyAll(classifier, photos, options);
  if (options.json) printJson(all);
};

/** `groupwise classify`: labels of photos. */
export const addClassify = (program: Command): void => {
  program
    .command('classify')
    .description('classify photos (JPEG, PNG, WebP, BMP)')
    .argument('<model.gw>', 'the model')
    .argument('<photo...>', 'the photos')
    .option('--top <count>', 'how many labels', wholeNumber('--top', 1), 5)
    .option('--threshold <score>', 'only labels with at least this score', share('--threshold'))
    .option('--labels <file>', 'names of the classes instead of those in the model')
    .addOption(preprocessOption())
    .addOption(numericsOption())
    .addOption(jsonOption())
    .action(classify);
};
