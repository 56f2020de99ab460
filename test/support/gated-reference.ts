// Gated convolutions by the loops of dense ones in double precision.

import type { AttrsOf } from '../../src/ir/schema.js';
import { sizeOf } from '../../src/ir/tensor.js';
import type { gatedConv } from '../../src/ops/gated/gated-conv.js';
import type { Dense } from './cases.js';
import { convReference } from './conv-reference.js';

/** Each sample and head as a convolution of its own, of which the gates scale the weights. */
export const gatedReference = (
  inputs: readonly Dense[],
  attrs: AttrsOf<typeof gatedConv.attrs>,
  shape: readonly number[],
): number[] => {
  const [x, w, bias, gates, residual] = inputs as [Dense, Dense, Dense, Dense, Dense | undefined];
  const [channels, outputs, heads] = [x.shape.at(-1)!, shape.at(-1)!, gates.shape[1]!];
  const part = ({ shape: own, data }: Dense, n: number): Dense => {
    const size = sizeOf(own.slice(1));
    return { shape: [1, ...own.slice(1)], data: Array.from(data).slice(n * size, (n + 1) * size) };
  };
  return Array.from({ length: shape[0]! }, (_, n) => {
    const scaled = Array.from(w.data, (weight, i) => {
      const output = Math.floor(i / (w.data.length / outputs));
      const head = Math.floor((output * heads) / outputs);
      return weight * gates.data[(n * heads + head) * channels + (i % channels)]!;
    });
    const own = [part(x, n), { shape: w.shape, data: scaled }, bias, ...(residual ? [part(residual, n)] : [])];
    return convReference(own, { ...attrs, group: 1, blocks: [] }, [1, ...shape.slice(1)]);
  }).flat();
};
