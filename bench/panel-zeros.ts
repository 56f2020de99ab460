// MobileNetV2 whose 1x1 convolutions have zeros in panels of 8 outputs, as structured pruning leaves them, against the
// dense network. node build/bench/panel-zeros.js

import { convertOnnx } from '../src/convert.js';
import { loadModel, type Model } from '../src/index.js';
import { mulberry32 } from '../test/support/seeded.js';
import { conditions, interleave } from './interleave.js';
import { mobilenetV2, type Prune } from './msgc-networks.js';

/** Number of outputs whose weights for an input are 0 together. */
const PANEL = 8;

/** Shares of the weights that are 0. */
const SHARES = [0, 0.5, 0.75, 0.85, 0.9];

/** Sets a share of the panels [8 outputs][1 input] to 0, at random. */
const pruned = (share: number): Prune => {
  const next = mulberry32(21);
  return (weights, outputs, inputs) => {
    for (let first = 0; first < outputs; first += PANEL) {
      for (let input = 0; input < inputs; input++) {
        if (next() >= share) continue;
        for (let output = first; output < Math.min(first + PANEL, outputs); output++)
          weights[output * inputs + input] = 0;
      }
    }
  };
};

const models: Model[] = [];
for (const share of SHARES) models.push(await loadModel(await convertOnnx(mobilenetV2(false, pruned(share)))));
const timings = interleave(models);
console.log(`${conditions()}, ${models[0]!.kernels} kernels\n`);
console.log('| zeros | MMACs | fastest ms | MACs promise | times as fast as dense |\n|---|---|---|---|---|');
const first = models[0]!.describe().macs;
SHARES.forEach((share, i) => {
  const { macs } = models[i]!.describe();
  const { fastest } = timings[i]!;
  console.log(
    `| ${share * 100} % | ${(macs / 1e6).toFixed(1)} | ${fastest.toFixed(2)} | ${(first / macs).toFixed(2)} | ${(timings[0]!.fastest / fastest).toFixed(2)} |`,
  );
});
