// Results of shards, which other machines write.

import { parseJson } from '../../src/cli/files.js';
import { mergeShards } from '../../src/eval/shard.js';
import { checkShard } from '../../src/eval/shard-file.js';
import { expect, type Target } from '../engine/target.js';
import { textOf, textSeeds } from '../support/text.js';

const shard = {
  shard: { index: 0, count: 1 },
  checksums: { model: 'a', pictures: 'b', options: 'c' },
  model: 'model.gw',
  set: 'set',
  seconds: 1.5,
  classes: [
    { index: 0, label: 'ant', folder: 'ant' },
    { index: 3, label: 'bee' },
  ],
  outcomes: [
    ['ant/0.png', 0, 0, 0, 0.9, 0.9],
    ['bee/0.png', 3, 0, 1, 0.6, 0.4],
  ],
  mistakes: [{ image: 'bee/0.png', truth: 3, predicted: 0, score: 0.6, trueScore: 0.4 }],
  failures: [{ image: 'bee/1.png', reason: 'cut off' }],
};

export const target: Target = {
  seeds: () => textSeeds({ shard: JSON.stringify(shard) }),
  run: (bytes) => {
    const part = checkShard(parseJson(textOf(bytes), 'shard.json'), 'shard.json');
    const merged = mergeShards([{ file: 'shard.json', part }]);
    expect(merged.images >= 0 && merged.images <= part.outcomes.length + part.failures.length, 'more images than rows');
  },
  maxLength: 2048,
};
