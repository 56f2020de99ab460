// ONNX networks, converted: what is written can be read.

import { openOnnx } from '../../src/converter/onnx/open.js';
import type { Target } from '../engine/target.js';
import { convertAndRead, onnxSeeds } from '../support/networks.js';

const MAX_LENGTH = 5000;

export const target: Target = {
  seeds: () => onnxSeeds(MAX_LENGTH),
  run: async (bytes) => convertAndRead(await openOnnx(bytes)),
  maxLength: MAX_LENGTH,
  limits: { milliseconds: 3000, megabytes: 256 },
};
