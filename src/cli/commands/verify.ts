// `groupwise verify`: compares a model's outputs with recorded or expected ones.

import type { Command } from 'commander';
import { openModel } from '../../format/open.js';
import type { StoredModel } from '../../format/read.js';
import { sizeOf } from '../../ir/tensor.js';
import { loadModel, type LoadOptions } from '../../node.js';
import { differencesFrom, expectedOf, recorded, type Difference } from '../expected-outputs.js';
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

/** Whether the file is smaller than its weights in float32: then they are stored as f16 or int8. */
const isRounded = ({ graph }: StoredModel, fileBytes: number): boolean => {
  const constants = new Set(graph.nodes.flatMap(({ inputs }) => inputs.filter(({ data }) => data)));
  return [...constants].reduce((bytes, { shape }) => bytes + sizeOf(shape) * 4, 0) > fileBytes;
};

const ROUNDED = {
  recorded:
    'its weights are stored in fewer bits than float32, and convert records what the stored weights give: this checks the engine, not what rounding changed',
  given:
    'its weights are stored in fewer bits than float32, which changes the outputs: if they are of the network before, allow more with --tolerance',
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

const verdictOf = (path: string, differences: readonly Difference[], kind: keyof typeof ROUNDED): string => {
  const wrong = differences.find(({ difference, allowed }) => !(difference <= allowed));
  if (!wrong)
    return `ok: ${nameOf(path)} ${kind === 'given' ? 'gives the expected outputs' : 'reproduces the recorded outputs'}`;
  const { name, difference, allowed } = wrong;
  return `differs: ${nameOf(path)}: output "${shortenName(name)}" by ${difference.toExponential(2)}, allowed are ${allowed.toExponential(2)}`;
};

const verify = async (path: string, options: Options): Promise<void> => {
  const { input, expected, tolerance, deterministic, limits, json } = options;
  if (!input !== !expected) throw new UsageError('--input and --expected need each other: give both, or neither');
  const bytes = await readNetwork(path);
  using model = await naming(path, () => loadModel(bytes, { deterministic, limits }));
  const file = await naming(path, () => openModel(bytes));
  const isGiven = input !== undefined && expected !== undefined;
  const expectation = isGiven
    ? await expectedOf(model, input, expected)
    : await naming(path, () => recorded(model, file));
  const differences = await naming(path, () => differencesFrom(model, expectation, tolerance));
  const kind = isGiven ? 'given' : 'recorded';
  const verified = differences.every(({ difference, allowed }) => difference <= allowed);
  const verdict = verdictOf(path, differences, kind);
  const rounded = isRounded(file, bytes.length);
  if (json) printJson({ verified, kernels: model.kernels, rounded, outputs: differences });
  else print(`${showDifferences(differences)}\n\n${verdict}`);
  if (json && !verified) complain(`groupwise: ${verdict}`);
  if (rounded) note(`groupwise: ${nameOf(path)}: ${ROUNDED[kind]}`);
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
      'allowed difference, relative to the largest value of the output if it exceeds 1',
      amount('--tolerance'),
      1e-4,
    )
    .addOption(deterministicOption())
    .addOption(limitsOption())
    .addOption(jsonOption())
    .action(verify);
};
