import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { Option, type Command } from 'commander';
import { ShapeError } from '../errors.js';
import { parseClasses } from '../eval/class-file.js';
import { matchFolders, matchGiven, matchSorted, type Match, type ModelClasses } from '../eval/classes.js';
import { evaluateSet } from '../eval/evaluate-set.js';
import { openFiles } from '../eval/files.js';
import { findPictures, type PictureSet } from '../eval/picture-set.js';
import { SetError } from '../eval/set-error.js';
import { mergeShards, type Result, type Shard, type ShardResult } from '../eval/shard.js';
import { checkShard } from '../eval/shard-file.js';
import { loadClassifier, type ClassifierOptions } from '../node.js';
import { renderEvaluation } from '../report/evaluation.js';
import { sizeOf } from '../ir/tensor.js';
import { checkPrepared, readClassifierOptions, type ClassifierWords } from './classifier.js';
import { evaluationJson, showEvaluation } from './eval-output.js';
import {
  checkStandardInput,
  naming,
  nameOf,
  parseJson,
  readInput,
  readJson,
  readText,
  STANDARD,
  writeOutput,
} from './files.js';
import { machine } from './machine.js';
import { jsonOption, deterministicOption, UsageError, wholeNumber } from './options.js';
import { note, print, startProgress } from './output.js';
import { inBytes } from '../report/units.js';
import { preprocessOption } from './preprocess.js';
import { modelFile } from './shipped.js';

type Options = ClassifierWords & {
  classes?: string;
  split?: string;
  workers?: number;
  shard?: Shard;
  merge?: string[];
  html?: string;
  json?: boolean;
};

/** Failures that are shown; all of them are in JSON and HTML. */
const SHOWN = 10;

const parseShard = (text: string): Shard => {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text)?.map(Number) ?? [];
  if (index === undefined || count === undefined || index >= count)
    throw new UsageError(`--shard takes i/n with i from 0 to n - 1, such as 0/4, not '${text}'`);
  return { index, count };
};

/** The classes of a model. @throws {LoadError} or {ShapeError} if it does not classify photos */
const examine = async (
  path: string,
  bytes: Uint8Array,
  options: ClassifierOptions,
  words: Options,
): Promise<ModelClasses> => {
  using classifier = await naming(path, () => loadClassifier(bytes, options));
  checkPrepared(path, classifier, words);
  const { model } = classifier;
  const count = sizeOf(model.outputs[0]!.shape.slice(1));
  if (count < 2)
    throw new ShapeError(`${nameOf(path)}: the model gives one score, so there are no classes to choose from`);
  return { count, labels: options.labels ?? model.metadata.labels };
};

const matchClasses = async ({ folders }: PictureSet, model: ModelClasses, { classes }: Options): Promise<Match> => {
  if (classes === undefined) return matchFolders(folders, model);
  if (classes === 'sorted') return matchSorted(folders, model);
  const given = parseClasses(await readText(classes), (text) => parseJson(text, classes));
  return matchGiven(folders, given, model);
};

/** A result, and for a part what it is joined by. */
const evaluateWords = async (path: string, folder: string, words: Options): Promise<Result | ShardResult> => {
  checkStandardInput([path, words.labels, words.preprocess, words.classes]);
  const [bytes, options] = [await readInput(modelFile(path)), await readClassifierOptions(words)];
  const model = await examine(path, bytes, options, words);
  const files = await naming(folder, () => openFiles(folder));
  const set = await naming(folder, () => findPictures(files.paths, words.split));
  const { classes, note: assumed } = await naming(folder, () => matchClasses(set, model, words));
  if (assumed) note(`groupwise: ${assumed}`);
  if (set.others)
    note(
      `groupwise: ${folder}: ${set.others} file${set.others === 1 ? ' is' : 's are'} left out: no picture${set.others === 1 ? '' : 's'} in the folder of a class`,
    );
  const input = { model: { bytes, options, labels: model.labels }, files, pictures: set.pictures, classes };
  const names = {
    model: path === STANDARD ? 'Model' : basename(path),
    set: basename(folder),
    ...(set.split !== undefined && { split: set.split }),
  };
  const { shard, workers = availableParallelism() } = words;
  const begin = (count: number) => startProgress(count, 'pictures');
  return naming(folder, () => evaluateSet(input, names, { workers, shard, pictures: words.html !== undefined, begin }));
};

const merge = async (paths: readonly string[]): Promise<Result> => {
  checkStandardInput(paths);
  const parts: { file: string; part: ShardResult }[] = [];
  for (const path of paths) parts.push({ file: nameOf(path), part: checkShard(await readJson(path), nameOf(path)) });
  return mergeShards(parts);
};

const writeReport = async (result: Result, path: string): Promise<void> => {
  const report = new TextEncoder().encode(renderEvaluation(result, { machine: machine(), date: new Date() }));
  await writeOutput(path, report);
  if (path !== STANDARD) note(`written ${path}, ${inBytes(report.length)}`);
};

const noteFailures = ({ failures }: Result): void => {
  if (!failures.length) return;
  process.exitCode = 1;
  for (const { image, reason } of failures.slice(0, SHOWN)) note(`groupwise: ${image}: ${reason}`);
  note(
    `groupwise: ${failures.length} picture${failures.length === 1 ? '' : 's'} could not be classified and count${failures.length === 1 ? 's' : ''} in no figure`,
  );
};

const withoutPictures = (result: Result): Result => ({
  ...result,
  mistakes: result.mistakes.map(({ picture: _, ...mistake }) => mistake),
});

const checkWords = (
  model: string | undefined,
  set: string | undefined,
  { merge: parts, shard, html, json }: Options,
): void => {
  if (parts && (model !== undefined || shard))
    throw new UsageError('--merge takes the results of parts, and neither a model nor a set nor --shard');
  if (!parts && model === undefined)
    throw new UsageError('a model and a set of pictures are needed, or --merge with the results of parts');
  if (!parts && set === undefined)
    throw new UsageError('a set of pictures is needed: a folder, zip or tar.gz file with a folder for each class');
  if (html !== undefined && html !== STANDARD && [model, set, ...(parts ?? [])].includes(html))
    throw new UsageError(`${html} would be overwritten: choose another name`);
  if (html === STANDARD && (json || shard))
    throw new UsageError('--html and JSON cannot both go to the standard output');
};

const evaluateCommand = async (model: string | undefined, set: string | undefined, options: Options): Promise<void> => {
  checkWords(model, set, options);
  const result = options.merge ? await merge(options.merge) : await evaluateWords(model!, set!, options);
  const [first] = result.failures;
  if (!result.images && first && !options.shard)
    throw new SetError(`none of ${result.failures.length} pictures can be classified; ${first.image}: ${first.reason}`);
  if (options.shard) print(evaluationJson(result));
  else if (options.json) print(evaluationJson(withoutPictures(result)));
  else if (options.html !== STANDARD) print(showEvaluation(result));
  noteFailures(result);
  // last: a page that cannot be written costs no result
  if (options.html !== undefined) await writeReport(result, options.html);
};

/** `groupwise eval`: how often a classifier is right. */
export const addEval = (program: Command): void => {
  program
    .command('eval')
    .description(
      'count how often a classifier is right on labelled pictures: top-1, top-5, confusion matrix; exit code 1 if a picture cannot be read',
    )
    .argument('[model.gw]', 'the model: a file, or a name from `groupwise models`')
    .argument(
      '[set]',
      'folder, zip, tar or tar.gz file with a folder of pictures for each class, in test/ if there is one',
    )
    .option('--html <file>', 'write a page with the confusion matrix and the worst mistakes as pictures as well')
    .option('--split <name>', 'the part of the set, such as train; default test, val or validation if there is one')
    .option(
      '--classes <file>',
      'which class a folder is: JSON { folder: class }, or the folders in the order of the classes; sorted: in their own order',
    )
    .option('--labels <file>', 'names of the classes instead of those in the model')
    .option('--workers <count>', 'how many threads (default: one for each core)', wholeNumber('--workers', 1))
    .addOption(
      new Option('--shard <i/n>', 'only every n-th picture, from i = 0 on; prints JSON for --merge').argParser(
        parseShard,
      ),
    )
    .option('--merge <result...>', 'join the results of all shards instead')
    .addOption(preprocessOption())
    .addOption(deterministicOption())
    .addOption(jsonOption())
    .action(evaluateCommand);
};
