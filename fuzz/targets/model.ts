// Sections of model files: what is read can be written, and reads the same.

import { readModel } from '../../src/format/read.js';
import { writeModel } from '../../src/format/write.js';
import { rareOps } from '../../src/ops/rare.js';
import { expect, type Target } from '../engine/target.js';
import { modelOf, modelSeeds } from '../support/model-sections.js';

export const target: Target = {
  seeds: modelSeeds,
  run: (bytes) => {
    const model = readModel(modelOf(bytes), rareOps);
    const written = writeModel(model, 'f32');
    const again = writeModel(readModel(written.slice(), rareOps), 'f32');
    expect(Buffer.compare(written, again) === 0, 'a model that is written differently after it was read');
  },
  maxLength: 2048,
};
