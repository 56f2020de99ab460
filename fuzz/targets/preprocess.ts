// Descriptions of the preprocessing in JSON.

import { parseJson } from '../../src/cli/files.js';
import { checkPreprocess } from '../../src/image/preprocess-check.js';
import { presets } from '../../src/image/presets.js';
import { expect, type Target } from '../engine/target.js';
import { textOf, textSeeds } from '../support/text.js';

const preprocess = {
  width: 8,
  height: 6,
  resize: 'short-side',
  shortSide: 9,
  filter: 'bicubic',
  order: 'RGB',
  divisor: 255,
  mean: [0.5, 0.4, 0.3],
  std: [0.2],
  fill: 114,
};

export const target: Target = {
  seeds: () =>
    textSeeds({
      full: JSON.stringify(preprocess),
      grey: JSON.stringify({ ...preprocess, order: 'grey', mean: [0], std: [1], resize: 'letterbox', shortSide: 0 }),
      presets: JSON.stringify(Object.keys(presets)),
    }),
  run: (bytes) => {
    const checked = checkPreprocess(parseJson(textOf(bytes), 'preprocess.json'));
    expect(
      checked.std.every((one) => one !== 0 && Number.isFinite(one)),
      'a deviation of 0',
    );
    expect(JSON.stringify(checkPreprocess(checked)) === JSON.stringify(checked), 'a checked copy that is refused');
  },
  maxLength: 1024,
};
