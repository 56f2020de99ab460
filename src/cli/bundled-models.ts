// The models that commands know by name: models/<name>/model.gw next to dist/, and the one for photos in its own package.

import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Argument } from 'commander';
import { LoadError } from '../errors.js';

const FOLDER = fileURLToPath(new URL('../models/', import.meta.url));

/** The only model in the npm package of groupwise. */
export const DEFAULT_MODEL = 'cifar10-fast-flgc4';

/** The model for photos, which is the default where it is installed. */
export const IMAGENET_MODEL = 'imagenet-efficientnet-lite0';

/** The npm package of `IMAGENET_MODEL`. */
export const IMAGENET_PACKAGE = 'groupwise-imagenet';

/** The file of the package as modules find it that lie in the user's folder, or where groupwise is installed. */
const packagedFile = (): string | undefined => {
  for (const place of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      return createRequire(place).resolve(`${IMAGENET_PACKAGE}/model.gw`);
    } catch {
      // not installed there
    }
  }
  return undefined;
};

const fileOf = (name: string): string => {
  const file = `${FOLDER}${name}/model.gw`;
  return (name === IMAGENET_MODEL && !existsSync(file) && packagedFile()) || file;
};

/** The names of the models that exist; a checkout has more than the npm package. */
export const bundledModels = (): string[] => {
  const names = existsSync(FOLDER) ? readdirSync(FOLDER) : [];
  return [...new Set([...names, IMAGENET_MODEL])].filter((name) => existsSync(fileOf(name))).sort();
};

/**
 * The file of a model given as a path or as the name of a bundled model.
 *
 * @throws {LoadError} for a name without dot and slash that is neither
 */
export const modelFile = (word: string): string => {
  const names = bundledModels();
  if (names.includes(word)) return fileOf(word);
  if (!/^\w[\w-]{1,100}$/.test(word) || existsSync(word)) return word;
  throw new LoadError(
    word === IMAGENET_MODEL
      ? `${word} is not installed: npm install ${IMAGENET_PACKAGE}`
      : `${word} is neither a file nor a bundled model (${names.join(', ') || 'none are installed'})`,
  );
};

/** @throws {LoadError} if a network to convert is the name of a bundled model, and no file has this name */
export const checkNoBundled = (word: string): void => {
  if (existsSync(word) || !(bundledModels().includes(word) || word === IMAGENET_MODEL)) return;
  throw new LoadError(
    `${word} is a bundled model, which is converted already: \`groupwise classify ${word} photo.jpg\` runs it, and convert makes an int8 model of it with --quantize int8 and --calibrate; to convert a network, name its .onnx or .tflite file`,
  );
};

/** The name of the model that classifies photos if no model is given. */
export const defaultModel = (): string => (existsSync(fileOf(IMAGENET_MODEL)) ? IMAGENET_MODEL : DEFAULT_MODEL);

/** The file of `defaultModel`. @throws {LoadError} if it does not exist */
export const defaultModelFile = (): string => {
  const file = fileOf(defaultModel());
  if (existsSync(file)) return file;
  throw new LoadError(
    `no model is given, and the bundled model ${file} does not exist: give a model.gw before the photos, or npm install ${IMAGENET_PACKAGE}`,
  );
};

/** The argument for a model; its value is the path of the file. */
export const modelArgument = (): Argument =>
  new Argument('<model.gw>', 'the model: a file, or a name from `groupwise models`').argParser(modelFile);
