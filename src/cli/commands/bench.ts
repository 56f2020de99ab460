// `groupwise bench`: times and memory of a model.

import { basename } from 'node:path';
import { Option, type Command } from 'commander';
import { escaped } from '../../errors.js';
import { loadModel, type LoadOptions, type Model } from '../../node.js';
import { naming, readNetwork, STANDARD } from '../files.js';
import { checkOutput, writeOutput } from '../output-files.js';
import { randomInputs } from '../random-inputs.js';
import { jsonOption, limitsOption, deterministicOption, UsageError, wholeNumber } from '../options.js';
import { noteWritten, print, printJson } from '../output.js';
import { measurePeak } from '../peak.js';
import { showProfile } from '../profile-text.js';
import { circumstances } from '../circumstances.js';
import { measure as measureLayers } from '../../report/measured.js';
import { profileOf, type NetworkProfile } from '../../report/profile.js';
import { renderProfile } from '../../report/profile-page.js';
import { macRate } from '../../report/cost-text.js';
import { inBytes, inMilliseconds } from '../../report/units.js';
import { modelArgument } from '../bundled-models.js';

type Options = {
  runs: number;
  warmup: number;
  deterministic?: boolean;
  threads?: LoadOptions['threads'];
  limits?: LoadOptions['limits'];
  profile?: boolean;
  html?: string;
  json?: boolean;
};

/** Times in milliseconds, memory in bytes. */
type Result = {
  model: string;
  kernels: string;
  threads: number;
  oneThread?: string;
  runs: number;
  coldStart: number;
  firstRun: number;
  median: number;
  p95: number;
  min: number;
  mean: number;
  macs: number;
  memory: ReturnType<Model['describe']>['memory'];
};

const timeOf = (work: () => unknown): number => {
  const start = performance.now();
  work();
  return performance.now() - start;
};

/** The quantile `share` of the times. */
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!;

const measure = (name: string, model: Model, coldStart: number, { runs, warmup }: Options): Result => {
  const input = randomInputs(model.sampleInputs);
  const firstRun = timeOf(() => model.run(input));
  for (let i = 0; i < warmup; i++) model.run(input);
  const times = Array.from({ length: runs }, () => timeOf(() => model.run(input))).sort((a, b) => a - b);
  const { macs, memory } = model.describe();
  return {
    model: name,
    ...model.runtimeInfo(),
    runs,
    coldStart,
    firstRun,
    median: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    min: times[0]!,
    mean: times.reduce((sum, time) => sum + time, 0) / runs,
    macs,
    memory,
  };
};

const show = ({
  model,
  kernels,
  threads,
  oneThread,
  runs,
  coldStart,
  firstRun,
  median,
  p95,
  min,
  macs,
  memory,
}: Result): string =>
  [
    `${escaped(model)}, ${kernels} kernels, ${runs} runs on ${threads === 1 ? 'one thread' : `${threads} threads`}${oneThread ? ` (${oneThread})` : ''}`,
    `cold start  ${inMilliseconds(coldStart)}`,
    `first run   ${inMilliseconds(firstRun)}`,
    `median      ${inMilliseconds(median)}  (${macRate((macs / median) * 1000)})`,
    `p95         ${inMilliseconds(p95)}`,
    `min         ${inMilliseconds(min)}`,
    `memory      ${inBytes(memory.linear)}: weights ${inBytes(memory.weights)}, activations ${inBytes(memory.arena)}`,
  ].join('\n');

const profileModel = (model: Model, { runs }: Options): NetworkProfile => {
  const measured = measureLayers(model, randomInputs(model.sampleInputs), runs);
  return profileOf(measured, measurePeak(), model.runtimeInfo());
};

const writePage = async (output: string, result: Result, profile: NetworkProfile): Promise<void> => {
  const file = result.model === STANDARD ? 'Model' : basename(result.model);
  const page = new TextEncoder().encode(renderProfile(profile, { ...circumstances(), ...result, file }));
  await writeOutput(output, page);
  if (output !== STANDARD) noteWritten(output, page);
};

const checkWords = ({ html, json, profile }: Options): void => {
  if (html !== undefined && !profile) throw new UsageError('--html is the page of a profile: give --profile as well');
  if (html === STANDARD && json) throw new UsageError('--html and --json cannot both go to standard output');
};

const bench = async (path: string, options: Options): Promise<void> => {
  checkWords(options);
  const bytes = await readNetwork(path);
  const { html } = options;
  if (html !== undefined) await checkOutput(html);
  const start = performance.now();
  using model = await naming(path, () =>
    loadModel(bytes, { deterministic: options.deterministic, threads: options.threads, limits: options.limits }),
  );
  const result = measure(path, model, performance.now() - start, options);
  const profile = options.profile ? profileModel(model, options) : undefined;
  if (options.json) printJson({ ...circumstances(), ...result, ...(profile && { profile }) });
  else if (html !== STANDARD) print([show(result), ...(profile ? [showProfile(profile)] : [])].join('\n\n'));
  // Written last, so that the result is printed even if the page cannot be written.
  if (html !== undefined) await writePage(html, result, profile!);
};

/** @throws the error of a number that is none, except for `auto` */
const threadCount = (text: string): number | 'auto' => (text === 'auto' ? text : wholeNumber('--threads', 1)(text));

/** Adds `groupwise bench`. */
export const addBench = (program: Command): void => {
  program
    .command('bench')
    .description('measure load time, run time and memory with random inputs')
    .addArgument(modelArgument())
    .option('--runs <count>', 'number of measured runs', wholeNumber('--runs', 1), 50)
    .addOption(
      new Option('--warmup <count>', 'number of unmeasured warm-up runs')
        .argParser(wholeNumber('--warmup', 0))
        .default(10),
    )
    .option('--threads <count>', 'threads that share the work of a run: a number, or auto', threadCount, 1)
    .option(
      '--profile',
      'also show the time of every layer, and its share of the peak: what loops that only multiply and add reach here',
    )
    .option('--html <file>', 'also write the profile as a page with bars')
    .addOption(deterministicOption())
    .addOption(limitsOption())
    .addOption(jsonOption())
    .action(bench);
};
