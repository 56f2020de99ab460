// TensorFlow Lite files, parsed, with their metadata.

import { openTflite } from '../../src/converter/tflite/open.js';
import { expect, type Target } from '../engine/target.js';
import { tfliteSeeds } from '../support/networks.js';

const MAX_LENGTH = 4096;

export const target: Target = {
  seeds: () => tfliteSeeds(MAX_LENGTH),
  run: (bytes) => {
    const { operators } = openTflite(bytes);
    expect(
      operators.every((operator) => typeof operator === 'string'),
      'a node without an operator',
    );
  },
  maxLength: MAX_LENGTH,
};
