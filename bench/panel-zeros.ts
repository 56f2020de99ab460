// MobileNetV2 whose 1x1 convolutions have zeros in panels of 8 outputs, as structured pruning leaves them, against the
// dense network. node build/bench/panel-zeros.js [--out FOLDER]

import { convertOnnx } from '../src/convert.js';
import { mulberry32 } from '../test/support/seeded.js';
import { measureFamilies } from './families.js';
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

const networks = SHARES.map((share) => ({
  name: `${share * 100} % zeros`,
  build: () => convertOnnx(mobilenetV2(false, pruned(share))),
}));
await measureFamilies('panel-zeros', [{ networks }]);
