// Local response normalisation, compared with its formula in double precision.

import { test } from 'uvu';
import type { AttrsOf } from '../../src/ir/schema.js';
import { lrn } from '../../src/ops/rare/lrn.js';
import { refuses, type Dense } from '../support/cases.js';
import { checkOp } from '../support/harness.js';

type Attrs = AttrsOf<typeof lrn.attrs>;

const reference = ([x]: Dense[], { size, alpha, beta, bias }: Attrs): number[] => {
  const channels = x!.shape.at(-1)!;
  return Array.from(x!.data, (value, index) => {
    const [first, channel] = [index - (index % channels), index % channels];
    let sum = 0;
    for (let c = channel - Math.floor((size - 1) / 2); c <= channel + Math.ceil((size - 1) / 2); c++) {
      if (c >= 0 && c < channels) sum += x!.data[first + c]! ** 2;
    }
    return value / (bias + (alpha / size) * sum) ** beta;
  });
};

const SIZES = [1, 2, 3, 5, 40];

checkOp(
  lrn,
  reference,
  [1, 3, 4, 5, 16, 67].flatMap((channels) =>
    SIZES.flatMap((size) =>
      [0.75, 0.5, 1.3].map((beta) => ({
        attrs: { size, alpha: 0.9, beta, bias: 1.5 },
        inputs: [{ shape: [2, 3, channels], low: -3, high: 3 }],
      })),
    ),
  ),
);

const shapeOf = (attrs: Partial<Attrs>) =>
  lrn.shape([{ name: 'x', shape: [1, 2, 4], type: 'float32' }], { size: 3, alpha: 1, beta: 1, bias: 1, ...attrs });

refuses({
  'a size of 0': () => shapeOf({ size: 0 }),
  'a fraction': () => shapeOf({ size: 1.5 }),
  'an infinite factor': () => shapeOf({ alpha: Infinity }),
  NaN: () => shapeOf({ beta: NaN }),
});

test.run();
