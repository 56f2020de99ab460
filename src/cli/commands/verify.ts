// `groupwise verify`: compares a model's outputs with recorded or expected ones.

import type { Command } from 'commander';
import { openModel } from '../../format/open.js';
import type { StoredModel } from '../../format/read.js';
import { loadModel, type LoadOptions, type Model } from '../../node.js';
import { differencesFrom, expectedOf, recorded, type Difference, type Expectation } from '../expected-outputs.js';
import { nameOf, naming, readNetwork } from '../files.js';
import { amount, deterministicOption, jsonOption, limitsOption, repeated, UsageError } from '../options.js';
import { complain, note, print, printJson, shortenName, table } from '../output.js';
import { modelArgument } from '../bundled-models.js';

type Options = {
  input?: string[];
  expected?: string[];
  tolerance: number;
  deterministic?: boolean;
  limits?: LoadOptions['limits'];
  json?: boolean;
};

const OK = { recorded: 'reproduces the recorded outputs', given: 'gives the expected outputs' };

/** What weights that are stored in fewer bits mean for the comparison. */
const ROUNDED = {
  recorded:
    'its weights are stored in fewer bits than float32, and convert records what the stored weights give: this checks the engine, not what rounding changed',
  given:
    'its weights are stored in fewer bits than float32: if the expected arrays are from the network before rounding, raise --tolerance',
};

const showDifferences = (differences: readonly Difference[]): string =>
  table(
    ['output', 'max |difference|\t', 'allowed\t'],
    differences.map(({ name, difference, allowed }) => [
      shortenName(name),
      difference.toExponential(2),
      allowed.toExponential(2),
    ]),
  );

const verdictOf = (path: string, differences: readonly Difference[], ok: string): string => {
  const wrong = differences.find(({ difference, allowed }) => !(difference <= allowed));
  if (!wrong) return `ok: ${nameOf(path)} ${ok}`;
  const { name, difference, allowed } = wrong;
  return `differs: ${nameOf(path)}: output "${shortenName(name)}" by ${difference.toExponential(2)}, allowed are ${allowed.toExponential(2)}`;
};

/** The arrays of the options, or the test vector. */
const expectationOf = async (
  path: string,
  model: Model,
  file: StoredModel,
  { input, expected }: Options,
): Promise<Expectation> => {
  if (input && expected) return expectedOf(model, input, expected);
  if (input || expected) throw new UsageError('give both --input and --expected, or neither');
  return naming(path, () => recorded(model, file));
};

const verify = async (path: string, options: Options): Promise<void> => {
  const { tolerance, deterministic, limits, json } = options;
  const bytes = await readNetwork(path);
  using model = await naming(path, () => loadModel(bytes, { deterministic, limits }));
  const file = await naming(path, () => openModel(bytes));
  const expectation = await expectationOf(path, model, file, options);
  const results = await naming(path, () => model.run(expectation.inputs));
  const differences = differencesFrom(results, model, expectation, tolerance);
  const verified = differences.every(({ difference, allowed }) => difference <= allowed);
  const verdict = verdictOf(path, differences, OK[expectation.origin]);
  const rounded = file.weights !== 'f32';
  if (json) printJson({ verified, kernels: model.kernels, rounded, outputs: differences });
  else print(`${showDifferences(differences)}\n\n${verdict}`);
  if (json && !verified) complain(`groupwise: ${verdict}`);
  if (rounded) note(`groupwise: ${nameOf(path)}: ${ROUNDED[expectation.origin]}`);
  if (!verified) process.exitCode = 1;
};

/** Adds `groupwise verify`. */
export const addVerify = (program: Command): void => {
  program
    .command('verify')
    .description('run a model on its test vector, or on arrays, and compare with the recorded or expected outputs')
    .addArgument(modelArgument())
    .option('--input <[name=]x.npy>', 'an input instead of the test vector (may be repeated)', repeated)
    .option(
      '--expected <[name=]y.npy>',
      'the output that it must give, such as that of PyTorch (may be repeated)',
      repeated,
    )
    .option(
      '--tolerance <number>',
      'allowed difference of floats, relative to the largest value of the output if it exceeds 1',
      amount('--tolerance'),
      1e-4,
    )
    .addOption(deterministicOption())
    .addOption(limitsOption())
    .addOption(jsonOption())
    .action(verify);
};
