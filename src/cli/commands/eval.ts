// `groupwise eval`: measures the accuracy of a classifier on labelled pictures.

import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { Option, type Command } from 'commander';
import { ShapeError, escaped } from '../../errors.js';
import { matchClasses, type ModelClasses } from '../../eval/classes.js';
import { evaluateSet } from '../../eval/evaluate-set.js';
import { openFiles } from '../../eval/files.js';
import type { EvaluationResult } from '../../eval/metrics.js';
import { findPictures } from '../../eval/picture-set.js';
import { SetError } from '../../eval/set-error.js';
import { mergeShards, type Shard, type ShardFile, type ShardResult } from '../../eval/shard.js';
import { checkShard } from '../../eval/shard-file.js';
import { loadClassifier, type ClassifierOptions } from '../../node.js';
import { renderEvaluation } from '../../report/evaluation-page.js';
import { plural } from '../../report/text.js';
import { sizeOf } from '../../ir/tensor.js';
import { inCommandWords } from '../command-words.js';
import { checkPrepared, openClassifier, readClassifierOptions, type ClassifierWords } from '../classifier-options.js';
import { evaluationJson, showEvaluation } from '../evaluation-text.js';
import { checkStandardInput, naming, nameOf, readNetwork, readJson, STANDARD } from '../files.js';
import { readMatching } from '../matching.js';
import { checkOutput, writePage } from '../output-files.js';
import { rememberInput } from '../files-read.js';
import { machine } from '../machine.js';
import { jsonOption, limitsOption, deterministicOption, quoted, UsageError, wholeNumber } from '../options.js';
import { complain, note, print } from '../output.js';
import { preprocessOption } from '../preprocess-option.js';
import { startProgress } from '../progress.js';
import { modelFile } from '../bundled-models.js';

type Options = ClassifierWords & {
  classes?: string;
  split?: string;
  workers?: number;
  shard?: Shard;
  merge?: string[];
  html?: string;
  json?: boolean;
};

/** Maximum number of failures that are shown; JSON has all of them. */
const MAX_SHOWN_FAILURES = 10;

const parseShard = (text: string): Shard => {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text)?.map(Number) ?? [];
  if (index === undefined || count === undefined || index >= count)
    throw new UsageError(`--shard must be i/n with i from 0 to n - 1, such as 0/4, not ${quoted(text)}`);
  return { index, count };
};

/** The classes of a model. @throws {LoadError} or {ShapeError} if it does not classify photos */
const readModelClasses = async (
  path: string,
  bytes: Uint8Array,
  options: ClassifierOptions,
  words: Options,
): Promise<ModelClasses> => {
  using classifier = await openClassifier(path, words, () => loadClassifier(bytes, options));
  checkPrepared(path, classifier, words);
  const { model } = classifier;
  const count = sizeOf(model.outputs[0]!.shape.slice(1));
  if (count < 2)
    throw new ShapeError(`${nameOf(path)}: the model has one score, so there are no classes to choose from`);
  return { count, labels: options.labels ?? model.metadata.labels };
};

const evaluateModel = async (
  path: string,
  setPath: string,
  words: Options,
): Promise<EvaluationResult | ShardResult> => {
  checkStandardInput([path, words.labels, words.preprocess, words.classes]);
  const [bytes, options] = [await readNetwork(modelFile(path)), await readClassifierOptions(words)];
  const model = await readModelClasses(path, bytes, options, words);
  const files = await naming(setPath, () => openFiles(setPath));
  await rememberInput(setPath);
  if (words.html !== undefined) await checkOutput(words.html);
  const set = await naming(setPath, () => findPictures(files.paths, words.split));
  const matching = await readMatching(words.classes);
  const { classes, note: assumption } = await naming(setPath, () => matchClasses(set.folders, model, matching));
  if (assumption) note(`groupwise: ${escaped(assumption)}`);
  if (set.others) {
    const are = set.others === 1 ? 'is not a picture' : 'are not pictures';
    note(`groupwise: ${nameOf(setPath)}: ignores ${plural(set.others, 'file')} that ${are} in a class folder`);
  }

  const input = { model: { bytes, options, labels: model.labels }, files, pictures: set.pictures, classes };
  const names = {
    model: path === STANDARD ? 'Model' : basename(path),
    set: basename(setPath),
    ...(set.split !== undefined && { split: set.split }),
  };
  return naming(setPath, () =>
    evaluateSet(input, names, {
      workers: words.workers ?? availableParallelism(),
      shard: words.shard,
      thumbnails: words.html !== undefined,
      startProgress: (count) => startProgress(count, 'pictures'),
    }),
  );
};

const merge = async (paths: readonly string[], { html }: Options): Promise<EvaluationResult> => {
  checkStandardInput(paths);
  const parts: ShardFile[] = [];
  for (const path of paths) parts.push({ file: nameOf(path), part: checkShard(await readJson(path), nameOf(path)) });
  if (html !== undefined) await checkOutput(html);
  return mergeShards(parts);
};

const writeReport = (result: EvaluationResult, path: string): Promise<void> =>
  writePage(path, renderEvaluation(result, { machine: machine(), date: new Date() }));

const noteFailures = ({ failures }: EvaluationResult): void => {
  if (!failures.length) return;
  process.exitCode = 1;
  for (const { image, reason } of failures.slice(0, MAX_SHOWN_FAILURES))
    complain(`groupwise: ${escaped(image)}: ${escaped(inCommandWords(reason))}`);
  const verb = failures.length === 1 ? 'is' : 'are';
  complain(`groupwise: ${plural(failures.length, 'picture')} could not be classified and ${verb} not counted`);
};

const withoutPictures = (result: EvaluationResult): EvaluationResult => ({
  ...result,
  mistakes: result.mistakes.map(({ picture: _, ...mistake }) => mistake),
});

const checkWords = (
  model: string | undefined,
  set: string | undefined,
  { merge: parts, shard, html, json }: Options,
): void => {
  if (parts && (model !== undefined || shard))
    throw new UsageError('--merge takes only results of shards: no model, set or --shard');
  if (!parts && model === undefined)
    throw new UsageError('give a model and a set of pictures, or --merge with the results of shards');
  if (!parts && set === undefined)
    throw new UsageError('give a set of pictures: a folder, zip or tar.gz file with one folder per class');
  if (html === STANDARD && (json || shard)) throw new UsageError('--html and JSON cannot both go to standard output');
};

const evaluateCommand = async (model: string | undefined, set: string | undefined, options: Options): Promise<void> => {
  checkWords(model, set, options);
  const result = options.merge ? await merge(options.merge, options) : await evaluateModel(model!, set!, options);
  const [first] = result.failures;
  if (!result.images && first && !options.shard)
    throw new SetError(`no picture of ${result.failures.length} could be classified; ${first.image}: ${first.reason}`);
  if (options.shard) print(evaluationJson(result));
  else if (options.json) print(evaluationJson(withoutPictures(result)));
  else if (options.html !== STANDARD) print(showEvaluation(result));
  noteFailures(result);
  // Written last, so that the result is printed even if the page cannot be written.
  if (options.html !== undefined) await writeReport(result, options.html);
};

/** Adds `groupwise eval`. */
export const addEval = (program: Command): void => {
  program
    .command('eval')
    .description(
      'measure the accuracy of a classifier on labelled pictures: top-1, top-5, confusion matrix; the exit code is 1 if a picture cannot be read',
    )
    .argument('[model.gw]', 'the model: a file, or a name from `groupwise models`')
    .argument('[set]', 'folder, zip, tar or tar.gz file with one folder of pictures per class')
    .option('--html <file>', 'also write a page with the confusion matrix and the most confident mistakes as pictures')
    .option('--split <name>', 'part of the set, such as train (default: test, val or validation, if there is one)')
    .option('--classes <file>', 'maps folders to classes: a JSON object, an ordered list, or "sorted"')
    .option('--labels <file>', 'names of the classes, instead of those in the model')
    .option('--workers <count>', 'number of threads (default: one per core)', wholeNumber('--workers', 1))
    .addOption(
      new Option(
        '--shard <i/n>',
        'evaluate every n-th picture, starting with picture i (from 0), and print JSON for --merge',
      ).argParser(parseShard),
    )
    .option('--merge <result...>', 'merge the results of all shards instead')
    .addOption(preprocessOption())
    .addOption(deterministicOption())
    .addOption(limitsOption())
    .addOption(jsonOption())
    .action(evaluateCommand);
};
