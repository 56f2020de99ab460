// The option `--preprocess`: a preset or a JSON file.

import { Option } from 'commander';
import type { PreprocessOption } from '../image/for-input.js';
import { presets } from '../image/presets.js';
import type { Preprocess } from '../image/preprocess-spec.js';
import { readJson, withChoices } from './files.js';

/** `--preprocess`. */
export const preprocessOption = (): Option =>
  new Option('--preprocess <how>', 'how photos are prepared: imagenet, inception or a JSON file');

/** The pre-processing selected by `--preprocess`. @throws {LoadError} if it is neither a preset nor a JSON file */
export const readPreprocess = async (option: string): Promise<PreprocessOption> => {
  if (Object.hasOwn(presets, option)) return option as keyof typeof presets;
  const choices = `--preprocess takes ${Object.keys(presets).join(', ')} or a JSON file`;
  return (await withChoices(() => readJson(option), choices)) as Preprocess;
};
