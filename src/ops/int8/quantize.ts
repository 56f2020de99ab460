// From floats to int8 values and back.

import { defineOp } from '../../ir/op.js';
import { sameShape, sizeOf } from '../../ir/tensor.js';
import { channelsOf } from '../../ir/value.js';
import { INT8_KERNELS } from '../../kernels/modules.js';
import { asOp, firstInput, type Node } from '../../ir/graph.js';
import type { Chains } from '../../ir/op.js';
import { soleProducersOf } from '../shared/sole-producers.js';
import { floatOnly } from '../shared/checks.js';
import { checkIntegerBounds, checkScales, integersIn } from './checks.js';

/** From planes to pixels. */
const TURN = [0, 2, 3, 1];

const isTurn = ({ op, attrs }: Node): boolean => op.name === 'transpose' && sameShape(attrs.perm as number[], TURN);

/** Planes that are turned into pixels first are quantised on the way, as the inputs of networks from ONNX are. */
const turned: Chains = {
  find: (nodes, whole) => {
    const soleProducer = soleProducersOf(nodes, whole);
    return nodes.flatMap((node, place) => {
      const turn = asOp(node, quantize) && soleProducer(firstInput(node), isTurn);
      return turn === undefined ? [] : [[turn, place]];
    });
  },
  lower: () => ({
    packed: [],
    replaces: [],
    plan: ([turn, node]) => ({
      bind: (kernels, address) => {
        const x = firstInput(turn!);
        const { scale, low, high } = asOp(node, quantize)!.attrs;
        const [samples, channels, ...sizes] = x.shape as [number, number, ...number[]];
        const [to, from, pixels] = [address(node!.output), address(x), sizeOf(sizes)];
        return () => kernels.quantizePlanesInt8(to, from, samples, channels, pixels, 0, pixels, scale, low, high);
      },
    }),
  }),
};

/**
 * y = round(x / scale) within `low` and `high`, ties to even, as an int8 value. A zero point z of 8-bit integers from a to b gives
 * `low` = a - z and `high` = b - z.
 */
export const quantize = defineOp({
  code: 43,
  name: 'quantize',
  kernels: INT8_KERNELS,
  inputs: { x: 'value' },
  attrs: { scale: 'f32', low: 'i32', high: 'i32' },
  moves: true,
  type: ({ x }) => {
    floatOnly({ x });
    return 'int8';
  },
  shape: ({ x }, { scale, low, high }) => {
    checkScales('scale', scale);
    checkIntegerBounds({ low, high });
    return x.shape;
  },
  chains: turned,
  plan: ({ x }, output, { scale, low, high }) => ({
    bind: (kernels, address) => {
      const [to, from, [rows, channels]] = [address(output), address(x), rowsOf(x.shape)];
      return () => kernels.quantizeInt8(to, from, rows, channels, scale, low, high);
    },
  }),
});

/** y = x * scale, floats of an int8 value. */
export const dequantize = defineOp({
  code: 44,
  name: 'dequantize',
  kernels: INT8_KERNELS,
  int8: true,
  inputs: { x: 'value' },
  attrs: { scale: 'f32' },
  moves: true,
  type: ({ x }) => {
    integersIn(x);
    return 'float32';
  },
  shape: ({ x }, { scale }) => {
    checkScales('scale', scale);
    return x.shape;
  },
  plan: ({ x }, output, { scale }) => ({
    bind: (kernels, address) => {
      const [to, from, [rows, channels]] = [address(output), address(x), rowsOf(x.shape)];
      return () => kernels.dequantizeInt8(to, from, rows, channels, scale);
    },
  }),
});

/** Rows of channels; all elements are one row where no channel has padding beside it. */
const rowsOf = (shape: readonly number[]): readonly [number, number] => {
  const channels = channelsOf({ shape });
  return channels % 2 ? [sizeOf(shape) / channels, channels] : [1, sizeOf(shape)];
};
