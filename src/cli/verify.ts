import type { Command } from 'commander';
import { FormatError } from '../errors.js';
import type { Model } from '../node.js';
import { openModel } from './model.js';
import { amount, jsonOption, numericsOption } from './options.js';
import { note, print, printJson, table } from './output.js';
import { modelArgument } from './shipped.js';

type Options = { tolerance: number; numerics: 'fast' | 'exact'; json?: boolean };

/** The largest difference of an output from its recorded numbers, and from which on it counts as wrong. */
type Difference = { name: string; difference: number; allowed: number };

const compare = (model: Model, tolerance: number): Difference[] => {
  const { golden } = model.file;
  if (!golden)
    throw new FormatError('the model holds no golden vector, so there is nothing to verify: convert it with --golden');
  const results = model.run(Object.fromEntries(model.inputs.map(({ name }, index) => [name, golden.inputs[index]!])));
  return model.outputs.map(({ name }, index) => {
    const expected = golden.outputs[index]!;
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

const verify = async (path: string, { tolerance, numerics, json }: Options): Promise<void> => {
  using model = await openModel(path, { numerics });
  const differences = compare(model, tolerance);
  const verified = differences.every(({ difference, allowed }) => difference <= allowed);
  if (json) printJson({ verified, build: model.build, outputs: differences });
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
  if (verified) return;
  note(`groupwise: ${path} does not give what it was recorded to give`);
  process.exitCode = 1;
};

/** `groupwise verify`: the numbers recorded in a model against those of this engine. */
export const addVerify = (program: Command): void => {
  program
    .command('verify')
    .description('run the golden vector of a model and compare with what was recorded')
    .addArgument(modelArgument())
    .option(
      '--tolerance <number>',
      'allowed difference, times the largest number of the output if that is above 1',
      amount('--tolerance'),
      1e-4,
    )
    .addOption(numericsOption())
    .addOption(jsonOption())
    .action(verify);
};
