// `groupwise run`: runs a model on NumPy arrays.

import { join } from 'node:path';
import type { Command } from 'commander';
import { ShapeError, escaped } from '../../errors.js';
import type { LoadOptions, Tensor } from '../../node.js';
import { writeNpy } from '../../node/npy.js';
import { showShape } from '../../ir/tensor.js';
import { plural } from '../../report/text.js';
import { nameOf } from '../files.js';
import { makeFolder, writeOutput } from '../output-files.js';
import { openModel } from '../open-model.js';
import { readInputs } from '../input-arrays.js';
import { jsonOption, limitsOption, deterministicOption, repeated, UsageError } from '../options.js';
import { note, print, printJson, table } from '../output.js';
import { modelArgument } from '../bundled-models.js';

type Options = {
  input?: string[];
  outputDir?: string;
  deterministic?: boolean;
  limits?: LoadOptions['limits'];
  json?: boolean;
};

type Summary = {
  name: string;
  shape: readonly number[];
  type: string;
  min: number;
  max: number;
  mean: number;
  file?: string;
};

/**
 * Says how many numbers of a tensor are not a number: nothing computed from them is of use, and JSON has null for them.
 */
const noteNaN = (what: string, { data }: Tensor): void => {
  const count = Array.from(data as ArrayLike<number>).filter(Number.isNaN).length;
  if (count) note(`groupwise: ${escaped(what)} has ${count} NaN among its ${plural(data.length, 'number')}`);
};

/** A file name for an output, without characters that paths cannot contain. */
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
  using model = await openModel(path, { deterministic: options.deterministic, limits: options.limits });
  if (!model.inputs.length)
    throw new ShapeError(`${nameOf(path)}: the model has no inputs, so there is nothing to run`);
  if (!options.input) {
    const names = model.inputs.map(({ name, shape }) => `"${name}" ${showShape(shape)}`).join(', ');
    throw new UsageError(`--input is missing; the model takes ${names}`);
  }
  const inputs = await readInputs(model, options.input);
  const outputs = model.run(inputs);
  for (const [name, tensor] of Object.entries(inputs)) noteNaN(`input "${name}"`, tensor);
  for (const [name, tensor] of Object.entries(outputs)) noteNaN(`output "${name}"`, tensor);
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
    .option('--input <[name=]x.npy>', 'an input (may be repeated)', repeated)
    .option('--output-dir <folder>', 'write each output as <name>.npy (default: print only a summary)')
    .addOption(deterministicOption())
    .addOption(limitsOption())
    .addOption(jsonOption())
    .action(run);
};
