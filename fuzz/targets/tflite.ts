// TensorFlow Lite networks, converted: what is written can be read.

import { openTflite } from '../../src/converter/tflite/open.js';
import type { Target } from '../engine/target.js';
import { convertAndRead, tfliteSeeds } from '../support/networks.js';

const MAX_LENGTH = 4096;

export const target: Target = {
  seeds: () => tfliteSeeds(MAX_LENGTH),
  run: (bytes) => convertAndRead(openTflite(bytes)),
  maxLength: MAX_LENGTH,
  limits: { milliseconds: 3000, megabytes: 256 },
};
