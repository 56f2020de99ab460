// `groupwise verify`: compares a model's outputs with recorded ones.

import type { Command } from 'commander';
import { FormatError } from '../../errors.js';
import { openModel } from '../../format/open.js';
import type { ModelFile } from '../../format/read.js';
import { loadModel, type Model } from '../../node.js';
import { nameOf, naming, readInput } from '../files.js';
import { amount, jsonOption, deterministicOption } from '../options.js';
import { note, print, printJson, table } from '../output.js';
import { modelArgument } from '../bundled-models.js';

type Options = { tolerance: number; deterministic?: boolean; json?: boolean };

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

const verify = async (path: string, { tolerance, deterministic, json }: Options): Promise<void> => {
  const bytes = await readInput(path);
  using model = await naming(path, () => loadModel(bytes, { deterministic }));
  const differences = await naming(path, async () => compare(model, await openModel(bytes), tolerance));
  const verified = differences.every(({ difference, allowed }) => difference <= allowed);
  if (json) printJson({ verified, kernels: model.kernels, outputs: differences });
  else {
    print(
      table(
        ['output', 'max |difference|\t', 'allowed\t'],
        differences.map(({ name, difference, allowed }) => [
          name,
          difference.toExponential(2),
          allowed.toExponential(2),
        ]),
      ),
    );
  }
  if (verified && !json) print(`\n${nameOf(path)} reproduces the recorded outputs`);
  if (verified) return;
  note(`groupwise: ${nameOf(path)} does not reproduce the recorded outputs`);
  process.exitCode = 1;
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
    .addOption(jsonOption())
    .action(verify);
};
