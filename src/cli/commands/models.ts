// `groupwise models`: the bundled models.

import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { openModel } from '../open-model.js';
import { jsonOption } from '../options.js';
import { note, print, printJson, table } from '../output.js';
import { inBytes, inThousands } from '../../report/units.js';
import { defaultModel, modelFile, bundledModels } from '../bundled-models.js';

/** A bundled model. */
type Row = {
  name: string;
  default: boolean;
  file: string;
  bytes: number;
  macs: number;
  weights: number;
  classes: number;
  license?: string;
};

const describe = async (name: string): Promise<Row> => {
  const file = modelFile(name);
  using model = await openModel(file);
  const { macs, weights, metadata } = model.describe();
  const { labels, license } = metadata;
  return {
    name,
    default: name === defaultModel(),
    file,
    bytes: (await stat(file)).size,
    macs,
    weights,
    classes: labels?.length ?? 0,
    license,
  };
};

const show = (models: readonly Row[]): string =>
  table(
    ['model', 'classes\t', 'MACs\t', 'weights\t', 'file\t', 'license'],
    models.map(({ name, default: isDefault, classes, macs, weights, bytes, license = '' }) => [
      isDefault ? `${name} (default)` : name,
      String(classes),
      inThousands(macs),
      inThousands(weights),
      inBytes(bytes),
      license,
    ]),
  );

const list = async ({ json }: { json?: boolean }): Promise<void> => {
  const models: Row[] = [];
  for (const name of bundledModels()) models.push(await describe(name));
  if (json) printJson(models);
  else if (models.length) print(show(models));
  else note('groupwise: no bundled models are installed');
};

/** Adds `groupwise models`. */
export const addModels = (program: Command): void => {
  program.command('models').description('list the bundled models').addOption(jsonOption()).action(list);
};
