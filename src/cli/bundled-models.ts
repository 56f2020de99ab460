// Models that come with groupwise: models/<name>/model.gw beside dist/.

import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Argument } from 'commander';
import { LoadError } from '../errors.js';

const FOLDER = fileURLToPath(new URL('../models/', import.meta.url));

/** The model that photos are classified with when none is given; the only one in the package. */
export const DEFAULT_MODEL = 'cifar10-mobilenetv2-flgc8';

const fileOf = (name: string): string => `${FOLDER}${name}/model.gw`;

/** Names of the models that are there. */
export const shippedModels = (): string[] =>
  existsSync(FOLDER)
    ? readdirSync(FOLDER)
        .filter((name) => existsSync(fileOf(name)))
        .sort()
    : [];

/**
 * The file of a model that a command names: that of the shipped model of this name, or else what is named is a file.
 *
 * @throws {LoadError} for a name without a dot or slash that is neither
 */
export const modelFile = (word: string): string => {
  const shipped = shippedModels();
  if (shipped.includes(word)) return fileOf(word);
  if (/^\w[\w-]+$/.test(word) && !existsSync(word))
    throw new LoadError(
      `${word} is neither a file nor a model that comes along (${shipped.join(', ') || 'there are none'})`,
    );
  return word;
};

/** The file of `DEFAULT_MODEL`. @throws {LoadError} if it is not there */
export const defaultModelFile = (): string => {
  const file = fileOf(DEFAULT_MODEL);
  if (existsSync(file)) return file;
  throw new LoadError(
    `no model is given, and ${file}, which comes with groupwise, is not there: give a model.gw before the photos`,
  );
};

/** The argument for a model; what commands get is its file. */
export const modelArgument = (): Argument =>
  new Argument('<model.gw>', 'the model: a file, or a name from `groupwise models`').argParser(modelFile);
