// `groupwise verify`: compares a model's outputs with recorded ones.

import type { Command } from 'commander';
import { FormatError } from '../../errors.js';
import { openModel } from '../../format/open.js';
import type { ModelFile } from '../../format/read.js';
import { sizeOf } from '../../ir/tensor.js';
import { loadModel, type LoadOptions, type Model } from '../../node.js';
import { nameOf, naming, readNetwork } from '../files.js';
import { amount, jsonOption, limitsOption, deterministicOption } from '../options.js';
import { complain, note, print, printJson, shortenName, table } from '../output.js';
import { modelArgument } from '../bundled-models.js';

type Options = { tolerance: number; deterministic?: boolean; limits?: LoadOptions['limits']; json?: boolean };

/** The largest difference between an output and its recorded values, and the allowed difference. */
type Difference = { name: string; difference: number; allowed: number };

const compare = (model: Model, { testVector }: ModelFile, tolerance: number): Difference[] => {
  if (!testVector)
    throw new FormatError('the model has no test vector, so there is nothing to verify: convert it with --test-vector');
  const inputs = model.inputs.map(({ name }, index) => [name, testVector.inputs[index]!] as const);
  const results = model.run(Object.fromEntries(inputs));
  return model.outputs.map(({ name }, index) => {
    const expected = testVector.outputs[index]!;
    const { data } = results[name]!;
    let difference = 0,
      largest = 1;
    expected.forEach((value, i) => {
      const own = Math.abs(Number(data[i]) - value);
      difference = Math.max(difference, Object.is(Number(data[i]), value) ? 0 : Number.isNaN(own) ? Infinity : own);
      if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
    });
    return { name, difference, allowed: tolerance * largest };
  });
};

/** Whether the file is smaller than its weights in float32: then they are stored as f16 or int8. */
const isRounded = ({ graph }: ModelFile, fileBytes: number): boolean => {
  const constants = new Set(graph.nodes.flatMap(({ inputs }) => inputs.filter(({ data }) => data)));
  return [...constants].reduce((bytes, { shape }) => bytes + sizeOf(shape) * 4, 0) > fileBytes;
};

const ROUNDED =
  'its weights are stored in fewer bits than float32, and convert records what the stored weights give: this checks the engine, not what rounding changed';

const showDifferences = (differences: readonly Difference[]): string =>
  table(
    ['output', 'max |difference|\t', 'allowed\t'],
    differences.map(({ name, difference, allowed }) => [
      shortenName(name),
      difference.toExponential(2),
      allowed.toExponential(2),
    ]),
  );

const verdictOf = (path: string, differences: readonly Difference[]): string => {
  const wrong = differences.find(({ difference, allowed }) => !(difference <= allowed));
  if (!wrong) return `ok: ${nameOf(path)} reproduces the recorded outputs`;
  const { name, difference, allowed } = wrong;
  return `differs: ${nameOf(path)}: output "${shortenName(name)}" by ${difference.toExponential(2)}, allowed are ${allowed.toExponential(2)}`;
};

const verify = async (path: string, { tolerance, deterministic, limits, json }: Options): Promise<void> => {
  const bytes = await readNetwork(path);
  using model = await naming(path, () => loadModel(bytes, { deterministic, limits }));
  const file = await naming(path, () => openModel(bytes));
  const differences = await naming(path, () => compare(model, file, tolerance));
  const verified = differences.every(({ difference, allowed }) => difference <= allowed);
  const verdict = verdictOf(path, differences);
  const rounded = isRounded(file, bytes.length);
  if (json) printJson({ verified, kernels: model.kernels, rounded, outputs: differences });
  else print(`${showDifferences(differences)}\n\n${verdict}`);
  if (json && !verified) complain(`groupwise: ${verdict}`);
  if (rounded) note(`groupwise: ${nameOf(path)}: ${ROUNDED}`);
  if (!verified) process.exitCode = 1;
};

/** Adds `groupwise verify`. */
export const addVerify = (program: Command): void => {
  program
    .command('verify')
    .description('run a model on its test vector and compare with the recorded outputs')
    .addArgument(modelArgument())
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
