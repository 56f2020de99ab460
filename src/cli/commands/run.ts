// `groupwise run`: arrays in, arrays out.

import { join } from 'node:path';
import type { Command } from 'commander';
import type { Model, Tensor } from '../../node.js';
import { writeNpy } from '../../node/npy.js';
import { showShape } from '../../ir/tensor.js';
import { readArray } from '../read-array.js';
import { makeFolder, writeOutput } from '../files.js';
import { openModel } from '../open-model.js';
import { jsonOption, deterministicOption, repeated, splitName, UsageError } from '../options.js';
import { print, printJson, table } from '../output.js';
import { modelArgument } from '../bundled-models.js';

type Options = { input: string[]; outputDir?: string; deterministic?: boolean; json?: boolean };

type Summary = {
  name: string;
  shape: readonly number[];
  type: string;
  min: number;
  max: number;
  mean: number;
  file?: string;
};

const readInputs = async (model: Model, options: readonly string[]): Promise<Record<string, Tensor>> => {
  const tensors: Record<string, Tensor> = {};
  for (const option of options) {
    const { name = model.inputs[0]!.name, value } = splitName(option);
    if (Object.hasOwn(tensors, name)) throw new UsageError(`input "${name}" is given twice`);
    Object.defineProperty(tensors, name, { value: await readArray(value), enumerable: true });
  }
  return tensors;
};

/** A file name for an output, whose name may have characters that paths cannot have. */
const fileName = (name: string): string => `${name.replace(/[/\\:*?"<>|\0]/g, '_').replace(/^\.+$/, '_') || '_'}.npy`;

const summarise = (name: string, { data, shape }: Tensor, type: string): Summary => {
  let min = Infinity,
    max = -Infinity,
    sum = 0;
  for (const element of data) {
    const value = Number(element);
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return { name, shape, type, min, max, mean: sum / data.length };
};

const show = (summaries: readonly Summary[]): string =>
  table(
    ['output', 'shape', 'type', 'min\t', 'max\t', 'mean\t', 'file'],
    summaries.map(({ name, shape, type, min, max, mean, file = '' }) => [
      name,
      showShape(shape),
      type,
      ...[min, max, mean].map((value) => value.toPrecision(6)),
      file,
    ]),
  );

const run = async (path: string, options: Options): Promise<void> => {
  using model = await openModel(path, { deterministic: options.deterministic });
  const outputs = model.run(await readInputs(model, options.input));
  const { outputDir } = options;
  if (outputDir !== undefined) await makeFolder(outputDir);
  const summaries: Summary[] = [];
  const files = new Set<string>();
  for (const { name, type } of model.outputs) {
    const summary = summarise(name, outputs[name]!, type);
    if (outputDir !== undefined) {
      const file = join(outputDir, fileName(name));
      if (files.has(file)) throw new UsageError(`two outputs would be written to ${file}`);
      files.add(file);
      await writeOutput(file, writeNpy(outputs[name]!));
      summary.file = file;
    }
    summaries.push(summary);
  }
  if (options.json) printJson({ outputs: summaries });
  else print(show(summaries));
};

/** Adds `groupwise run`. */
export const addRun = (program: Command): void => {
  program
    .command('run')
    .description('run a model on NumPy arrays')
    .addArgument(modelArgument())
    .requiredOption('--input <[name=]x.npy>', 'an input (may be repeated)', repeated)
    .option('--output-dir <folder>', 'write each output as <name>.npy (default: print only a summary)')
    .addOption(deterministicOption())
    .addOption(jsonOption())
    .action(run);
};
