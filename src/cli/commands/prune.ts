// `groupwise prune`: zeros in panels that kernels skip, chosen after training from a folder of photos.

import { Option, type Command } from 'commander';
import { WEIGHT_TYPES, type WeightType } from '../../format/storage.js';
import type { Target } from '../../prune/prune.js';
import { card } from '../../report/card.js';
import { renderComparison } from '../../report/comparison-page.js';
import { prunedLayers } from '../../report/prune-page.js';
import { percent, plural } from '../../report/text.js';
import { modelFile } from '../bundled-models.js';
import { readClassifierOptions, type ClassifierWords } from '../classifier-options.js';
import { withoutPictures } from '../compare-models.js';
import { rememberInput } from '../files-read.js';
import { checkStandardInput, readNetwork, STANDARD } from '../files.js';
import { machine } from '../machine.js';
import { readMatching } from '../matching.js';
import { amount, jsonOption, share, UsageError, wholeNumber } from '../options.js';
import { checkOutput, checkPage, checkStandardOutput, writeOutput, writePage } from '../output-files.js';
import { noteWritten, print, printJson, showWarnings } from '../output.js';
import { preprocessOption } from '../preprocess-option.js';
import { pruneModel } from '../prune-model.js';
import { showPruned, type PruneResult } from '../prune-text.js';

type Options = ClassifierWords & {
  calibrate: string;
  speed?: number;
  zeros?: number;
  photos: number;
  output?: string;
  classes?: string;
  weights?: WeightType;
  html?: string;
  json?: boolean;
};

const DEFAULT_PHOTOS = 300;

const targetOf = ({ speed, zeros }: Options): Target => {
  if ((speed === undefined) === (zeros === undefined))
    throw new UsageError('give either --speed, such as 1.5, or --zeros, such as 0.5');
  if (zeros !== undefined) return { zeros };
  if (speed! <= 1) throw new UsageError(`--speed must be more than 1, such as 1.5, not ${speed}`);
  return { speed: speed! };
};

const outputPath = (path: string, { output, json, html }: Options): string => {
  if (output === undefined && path === STANDARD)
    throw new UsageError('standard input needs -o with the name of the model file');
  checkStandardOutput({ '-o -': output === STANDARD, '--html -': html === STANDARD, '--json': json });
  const result = output ?? `${path.replace(/\.(gw|onnx|tflite)$/i, '')}-pruned.gw`;
  checkPage(result, html);
  return result;
};

const pruneCommand = async (path: string, options: Options): Promise<void> => {
  const target = targetOf(options);
  const output = outputPath(path, options);
  const { calibrate: folder, photos, weights, labels, preprocess, classes } = options;
  checkStandardInput([path, labels, preprocess, classes]);
  const given = { bytes: await readNetwork(modelFile(path)), settings: await readClassifierOptions(options) };
  const matching = await readMatching(classes);
  await rememberInput(folder);
  await checkOutput(output);
  if (options.html !== undefined) await checkOutput(options.html);
  const {
    bytes,
    result,
    labels: names,
  } = await pruneModel({
    ...given,
    done: 'pruned',
    path,
    words: options,
    folder,
    photos,
    matching,
    target,
    weights,
    pictures: options.html !== undefined,
  });
  await writeOutput(output, bytes);
  if (options.json) printJson(withoutPictures(result));
  else if (output !== STANDARD && options.html !== STANDARD) print(showPruned(result, names));
  showWarnings(result);
  if (output !== STANDARD) noteWritten(output, bytes);
  if (options.html !== undefined) await writePage(options.html, pageOf(result, names));
};

const pageOf = (result: PruneResult, labels: readonly string[] | undefined): string => {
  const { zeros, layers } = result;
  const making = {
    title: 'pruned',
    purpose: 'prune',
    cards: [card('Zeros', percent(zeros), `of the weights of ${plural(layers.length, 'layer')}`)],
    layers: prunedLayers(layers),
    labels,
  };
  return renderComparison(result, making, { machine: machine(), date: new Date() });
};

/** Adds `groupwise prune`. */
export const addPrune = (program: Command): void => {
  program
    .command('prune')
    .description(
      'make a classifier faster after training: weights become zeros that kernels skip, chosen and corrected from a folder of photos',
    )
    .argument('<model.gw>', 'the model: a file, or a name from `groupwise models`; other networks are converted first')
    .requiredOption(
      '--calibrate <folder>',
      'photos of the kind that the model will see, 100 to 1,000 of them: a folder, zip, tar or tar.gz file; labels are not needed',
    )
    .option('--speed <times>', 'how many times as fast the model should be, such as 1.5', amount('--speed'))
    .option('--zeros <share>', 'or the share of zeros in the layers that can be pruned, such as 0.5', share('--zeros'))
    .option(
      '--photos <count>',
      'photos that are used to prune; others judge the result',
      wholeNumber('--photos', 1),
      DEFAULT_PHOTOS,
    )
    .option('-o, --output <file>', 'the model file; default: next to the model, with -pruned.gw')
    .option('--html <file>', 'also write a page with all layers and the photos whose scores changed most')
    .option('--labels <file>', 'names of the classes, instead of those in the model')
    .option('--classes <file>', 'maps folders to classes: a JSON object, an ordered list, or "sorted"')
    .addOption(preprocessOption())
    .addOption(new Option('--weights <type>', 'how weights are stored; default: as in the model').choices(WEIGHT_TYPES))
    .addOption(jsonOption())
    .action(pruneCommand);
};
