// Model files as a whole, with a checksum that is made valid.

import { readModel } from '../../src/format/read.js';
import { scriptedOps } from '../../src/ops/scripted.js';
import { repaired, smallModels } from '../../test/support/model-file.js';
import type { Target } from '../engine/target.js';

export const target: Target = {
  seeds: smallModels,
  run: (bytes) => {
    readModel(bytes.length < 16 ? bytes : repaired(bytes), scriptedOps);
  },
  maxLength: 2048,
};
