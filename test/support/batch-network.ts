// A small network at any batch size: convolution, clip, flattening, product.

import type { Graph } from '../../src/ir/graph.js';
import { clip } from '../../src/ops/clip.js';
import { conv } from '../../src/ops/conv/conv.js';
import { matmul } from '../../src/ops/matmul.js';
import { reshape } from '../../src/ops/reshape.js';
import { attrsFor } from './conv-reference.js';
import { constantOf, graphOf, nodeOf, valueOf } from './graph-runner.js';
import { seededFloats } from './seeded.js';

/** The weights of the convolution. */
export const w = constantOf('w', [5, 3, 3, 2], seededFloats(90, 1, -1, 1));
/** The bias of the convolution. */
export const bias = constantOf('bias', [5], seededFloats(5, 2, -1, 1));
const dense = constantOf('dense', [60, 4], seededFloats(240, 3, -1, 1));

/** Convolution, clip, flattening to `flat`, product. */
export const network = (batch: number, { flat = [0, -1], high = 6, weights = w } = {}): Graph => {
  const x = valueOf('x', [batch, 3, 4, 2]);
  const a = nodeOf(conv, attrsFor(2), [x, weights, bias], 'a');
  const b = nodeOf(clip, { low: 0, high }, [a.output], 'b');
  const c = nodeOf(reshape, { shape: flat }, [b.output], 'c');
  const d = nodeOf(matmul, { low: -Infinity, high: Infinity }, [c.output, dense], 'd');
  return graphOf([x], [a, b, c, d], [d.output, b.output]);
};
