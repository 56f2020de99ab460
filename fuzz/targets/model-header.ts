// Model files as a whole, with a checksum that is made valid.

import { readModel } from '../../src/format/read.js';
import { rareOps } from '../../src/ops/rare.js';
import { repaired, smallModels } from '../../test/support/model-file.js';
import type { Target } from '../engine/target.js';

export const target: Target = {
  seeds: smallModels,
  run: (bytes) => {
    readModel(bytes.length < 16 ? bytes : repaired(bytes), rareOps);
  },
  maxLength: 2048,
};
