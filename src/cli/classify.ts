import { basename } from 'node:path';
import type { Command } from 'commander';
import type { ImageClassifier, Ranked } from '../node.js';
import { readInput, readText } from './files.js';
import { parseLabels } from './labels.js';
import { openClassifier } from './model.js';
import { amount, jsonOption, numericsOption, wholeNumber } from './options.js';
import { bar, inMilliseconds, note, print, printJson, startProgress, styled } from './output.js';

type Options = { top: number; threshold?: number; labels?: string; numerics: 'fast' | 'exact'; json?: boolean };

type Classified = { image: string; milliseconds: number; results: Ranked[] };

const BAR = 24;

const show = ({ image, milliseconds, results }: Classified): string => {
  const width = Math.max(...results.map(({ label }) => label.length), 0);
  const lines = results.map(({ label, index, score }) => {
    const percent = `${(score * 100).toFixed(2)} %`.padStart(8);
    return `  ${percent}  ${styled('cyan', bar(score, BAR))}  ${label.padEnd(width)}  ${styled('dim', String(index))}`;
  });
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
      if (!progress && !options.json) print(show(classified));
    } catch (error) {
      const { message } = error as Error;
      failures.push(message.includes(basename(photo)) ? message : `${photo}: ${message}`);
    }
    progress?.advance();
  }
  progress?.stop();
  if (progress && !options.json) for (const classified of all) print(show(classified));
  for (const failure of failures) note(`groupwise: ${failure}`);
  if (failures.length) process.exitCode = 1;
  return all;
};

const classify = async (path: string, photos: string[], options: Options): Promise<void> => {
  const { labels, numerics } = options;
  const names = labels === undefined ? undefined : parseLabels(await readText(labels), labels);
  using classifier = await openClassifier(path, { numerics, ...(names && { labels: names }) });
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
    .option('--threshold <score>', 'only labels with at least this score', amount('--threshold'))
    .option('--labels <file>', 'names of the classes instead of those in the model')
    .addOption(numericsOption())
    .addOption(jsonOption())
    .action(classify);
};
