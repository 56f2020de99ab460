// Zeros around an image become pads of convolutions, with the same outputs.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { foldPads } from '../../../src/converter/passes/fold-pads.js';
import { conv } from '../../../src/ops/conv/conv.js';
import { pad } from '../../../src/ops/pad.js';
import type { Builder } from '../../support/network-builder.js';
import { by, leaves } from '../../support/rewriting.js';

/** Pads after the image on both axes, one column more. */
const AFTER = [0, 0, 0, 0, 0, 1, 2, 0];

const padded = (b: Builder, attrs: { mode?: string; value?: number; pads?: number[] } = {}) =>
  b.add(pad, { mode: 'constant', value: 0, pads: AFTER, ...attrs }, b.input(2, 7, 6, 5));

leaves(
  'pads of zeros go into the convolution, beside its own',
  by(foldPads),
  ['conv'],
  (b) => b.graph(b.convLast(padded(b), 6, { strides: [2, 2], pads: [1, 0, 0, 0] })),
  ({ nodes }) => assert.equal(nodes[0]!.attrs.pads, [1, 0, 1, 2]),
);

leaves('into a depthwise convolution', by(foldPads), ['conv'], (b) =>
  b.graph(b.convLast(padded(b), 5, { strides: [2, 2], pads: [0, 0, 0, 0], group: 5 })),
);

leaves('into each convolution that reads them', by(foldPads), ['conv', 'conv'], (b) => {
  const x = padded(b);
  return b.graph(b.convLast(x, 3), b.convLast(x, 4));
});

leaves('and stay for anything else', by(foldPads), ['pad', 'conv', 'clip'], (b) => {
  const x = padded(b);
  return b.graph(b.convLast(x, 3), b.clip(x, 0, 1));
});

for (const [what, attrs] of [
  ['of another number', { value: 0.5 }],
  ['that mirror the image', { mode: 'reflect' }],
  ['that crop', { pads: [0, 0, -1, 0, 0, 1, 0, 0] }],
  ['of channels', { pads: [0, 0, 0, 1, 0, 1, 0, 0] }],
  ['of samples', { pads: [1, 0, 0, 0, 0, 1, 0, 0] }],
] as const) {
  leaves(`pads ${what} stay`, by(foldPads), ['pad', 'conv'], (b) =>
    b.graph(b.convLast(padded(b, { ...attrs, ...('pads' in attrs && { pads: [...attrs.pads] }) } as never), 6)),
  );
}

leaves('as do those of a residual', by(foldPads), ['conv', 'pad', 'conv'], (b) => {
  const x = b.input(1, 5, 5, 4);
  const small = b.convLast(x, 4, { kernel: [2, 2], pads: [0, 0, 0, 0] });
  const residual = b.add(pad, { mode: 'constant', value: 0, pads: [0, 0, 0, 0, 0, 1, 1, 0] }, small);
  const all = { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], group: 1, blocks: [] };
  const [w, bias] = [b.constant([4, 1, 1, 4]), b.constant([4])];
  return b.graph(b.add(conv, { ...all, low: -Infinity, high: Infinity }, x, w, bias, residual));
});

test.run();
