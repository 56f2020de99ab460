// The bundled models: models/<name>/model.gw next to dist/.

import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Argument } from 'commander';
import { LoadError } from '../errors.js';

const FOLDER = fileURLToPath(new URL('../models/', import.meta.url));

/** The model that classifies photos by default; the only one in the npm package. */
export const DEFAULT_MODEL = 'cifar10-mobilenetv2-flgc8';

/** The model that classifies photos by default where it exists: in a checkout; it is a package of its own. */
const IMAGENET_MODEL = 'imagenet-efficientnet-lite0';

const fileOf = (name: string): string => `${FOLDER}${name}/model.gw`;

/** The names of the models that exist; a checkout has more than the npm package. */
export const bundledModels = (): string[] =>
  existsSync(FOLDER)
    ? readdirSync(FOLDER)
        .filter((name) => existsSync(fileOf(name)))
        .sort()
    : [];

/**
 * The file of a model given as a path or as the name of a bundled model.
 *
 * @throws {LoadError} for a name without dot and slash that is neither
 */
export const modelFile = (word: string): string => {
  const names = bundledModels();
  if (names.includes(word)) return fileOf(word);
  if (/^\w[\w-]+$/.test(word) && !existsSync(word))
    throw new LoadError(`${word} is neither a file nor a bundled model (${names.join(', ') || 'none are installed'})`);
  return word;
};

/** The name of the model that classifies photos if no model is given. */
export const defaultModel = (): string => (existsSync(fileOf(IMAGENET_MODEL)) ? IMAGENET_MODEL : DEFAULT_MODEL);

/** The file of `defaultModel`. @throws {LoadError} if it does not exist */
export const defaultModelFile = (): string => {
  const file = fileOf(defaultModel());
  if (existsSync(file)) return file;
  throw new LoadError(
    `no model is given, and the bundled model ${file} does not exist: give a model.gw before the photos`,
  );
};

/** The argument for a model; its value is the path of the file. */
export const modelArgument = (): Argument =>
  new Argument('<model.gw>', 'the model: a file, or a name from `groupwise models`').argParser(modelFile);
