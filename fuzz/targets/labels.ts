// Names of classes: files of --labels and --classes.

import { parseJson } from '../../src/cli/files.js';
import { parseLabels } from '../../src/cli/parse-labels.js';
import { parseClasses } from '../../src/eval/class-file.js';
import { expect, isAnswer, type Target } from '../engine/target.js';
import { textOf, textSeeds } from '../support/text.js';

export const target: Target = {
  seeds: () =>
    textSeeds({
      lines: 'cat\ndog\r\n\nfox\n',
      list: '["cat", "dog"]',
      imagenet: '{"0": ["n01440764", "tench"], "1": ["n01443537", "goldfish"]}',
      indices: '{"cat": 3, "dog": 5}',
      names: '{"n01440764": "tench"}',
    }),
  run: (bytes) => {
    const text = textOf(bytes);
    try {
      const labels = parseLabels(text, 'labels.txt');
      expect(
        labels.every((label) => typeof label === 'string'),
        'a label that is no text',
      );
    } catch (error) {
      if (!isAnswer(error)) throw error;
    }
    const { classes } = parseClasses(text, (json) => parseJson(json, 'classes.txt'));
    for (const one of classes.values()) expect(['number', 'string'].includes(typeof one), 'a class that is neither');
  },
  maxLength: 512,
};
