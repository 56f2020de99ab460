// Permutation of axes.

import { defineOp } from '../ir/op.js';
import { stridesOf } from '../ir/tensor.js';
import { shapeInWords } from '../ir/value.js';
import { checkAxes, checkChannelsStay, checkIntegers } from './shared/checks.js';
import { evenPlaces, planRemap, remapShape, remapTable } from './shared/remap.js';

/** Axis i of the output is axis `perm[i]` of the input. The channels of an int8 value stay the last axis. */
export const transpose = defineOp({
  code: 9,
  name: 'transpose',
  inputs: { x: 'value' },
  int8: true,
  attrs: { perm: 'axes' },
  moves: true,
  shape: ({ x }, { perm }) => {
    const rank = x.shape.length;
    checkIntegers('perm', perm, rank, 0);
    checkAxes(perm, rank);
    checkChannelsStay(x, perm.at(-1) === rank - 1);
    return remapShape(perm.map((axis) => x.shape[axis]!));
  },
  plan: ({ x }, output, { perm }) => {
    const shape = shapeInWords(x);
    const exchange = exchangeOf(shape, perm);
    if (!exchange) {
      const strides = stridesOf(shape);
      return planRemap(x, output, remapTable(perm.map((axis) => evenPlaces(shape[axis]!, 0, strides[axis]))));
    }
    const { batch, rows, columns } = exchange;
    return {
      bind: (kernels, address) => {
        const [from, to] = [address(x), address(output)];
        return () => kernels.transpose(to, from, batch, rows, columns, 0, columns);
      },
    };
  },
});

/** The sizes if `perm`, with adjacent axes joined, turns [batch, rows, columns] into [batch, columns, rows]. */
const exchangeOf = (shape: readonly number[], perm: readonly number[]) => {
  const order = perm.filter((axis) => shape[axis] !== 1);
  const inOrder = [...order].sort((a, b) => a - b);
  const fixed = order.findIndex((axis, index) => axis !== inOrder[index]);
  if (fixed < 0) return undefined;
  const moved = order.slice(fixed);
  const first = moved.indexOf(inOrder[fixed]!);
  const turned = [...moved.slice(first), ...moved.slice(0, first)];
  if (turned.some((axis, index) => axis !== inOrder[fixed + index])) return undefined;
  const product = (axes: readonly number[]) => axes.reduce((size, axis) => size * shape[axis]!, 1);
  return {
    batch: product(order.slice(0, fixed)),
    rows: product(moved.slice(first)),
    columns: product(moved.slice(0, first)),
  };
};
