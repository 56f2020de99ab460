// Sums, products and functions of int8 values.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import type { AttrsOf } from '../../ir/schema.js';
import { sameShape, showShape, sizeOf } from '../../ir/tensor.js';
import { samplesOf, shapeInWords, wordsAcross } from '../../ir/value.js';
import { INT8_KERNELS } from '../../kernels/modules.js';
import { FARTHEST, checkIntegerBounds, checkScales, integersIn } from './checks.js';
import { shortTable } from './integers.js';
import { checkIntegers } from '../shared/checks.js';

/** The scales of two values and of the result, and its bounds. */
const schema = { aScale: 'f32', bScale: 'f32', scale: 'f32', low: 'i32', high: 'i32' } as const;

/** @throws {ShapeError} for scales or bounds that int8 values cannot have */
const checkAttrs = ({ aScale, bScale, scale, low, high }: AttrsOf<typeof schema>): void => {
  checkScales('a scale', aScale, bScale, scale);
  checkIntegerBounds({ low, high });
};

/** y = round(a * (aScale / scale) + b * (bScale / scale)) within `low` and `high`, ties to even, with factors and sums in f32. */
export const addInt8 = defineOp({
  code: 46,
  name: 'addInt8',
  kernels: INT8_KERNELS,
  int8: true,
  inputs: { a: 'value', b: 'value' },
  attrs: schema,
  type: ({ a, b }) => integersIn(a, b),
  shape: ({ a, b }, attrs) => {
    checkAttrs(attrs);
    if (!sameShape(a.shape, b.shape))
      throw new ShapeError(`${showShape(a.shape)} and ${showShape(b.shape)} are not the same shape`);
    return a.shape;
  },
  plan: ({ a, b }, output, { aScale, bScale, scale, low, high }) => ({
    overwrites: a,
    bind: (kernels, address) => {
      const [to, left, right, words] = [address(output), address(a), address(b), sizeOf(shapeInWords(output))];
      const [aFactor, bFactor] = [Math.fround(aScale / scale), Math.fround(bScale / scale)];
      return () => kernels.addInt8(to, left, right, words, aFactor, bFactor, low, high);
    },
  }),
});

/**
 * y = round(a * b * (aScale * bScale / scale)) within `low` and `high`, ties to even, with the factor in f32. `b` has the shape of
 * `a`, or is [N, 1, ..., C]: a factor for each sample and channel.
 */
export const mulInt8 = defineOp({
  code: 47,
  name: 'mulInt8',
  kernels: INT8_KERNELS,
  int8: true,
  inputs: { a: 'value', b: 'value' },
  attrs: schema,
  type: ({ a, b }) => integersIn(a, b),
  shape: ({ a, b }, attrs) => {
    checkAttrs(attrs);
    const perChannel = a.shape.map((size, axis) => (axis > 0 && axis < a.shape.length - 1 ? 1 : size));
    if (!sameShape(a.shape, b.shape) && !sameShape(perChannel, b.shape))
      throw new ShapeError(`${showShape(b.shape)} is neither ${showShape(a.shape)} nor ${showShape(perChannel)}`);
    return a.shape;
  },
  plan: ({ a, b }, output, { aScale, bScale, scale, low, high }) => ({
    bind: (kernels, address) => {
      const [to, left, right, words] = [address(output), address(a), address(b), wordsAcross(a)];
      const factor = Math.fround((aScale * bScale) / scale);
      const row = words * 4;
      if (sameShape(a.shape, b.shape)) {
        const pixels = sizeOf(a.shape.slice(0, -1));
        return () => kernels.mulInt8(to, left, right, pixels, words, row, factor, low, high);
      }
      const pixels = sizeOf(a.shape.slice(1, -1));
      const image = pixels * row;
      return () => {
        for (let n = 0; n < samplesOf(a); n++)
          kernels.mulInt8(to + n * image, left + n * image, right + n * row, pixels, words, 0, factor, low, high);
      };
    },
  }),
});

/** Integers from -FARTHEST to FARTHEST. */
const INTEGERS = 2 * FARTHEST + 1;

/** y = table[x + 255]: any function of an int8 value, for its integers from -255 to 255. */
export const mapInt8 = defineOp({
  code: 48,
  name: 'mapInt8',
  kernels: INT8_KERNELS,
  int8: true,
  inputs: { x: 'value' },
  attrs: { table: 'i32s' },
  type: ({ x }) => integersIn(x),
  shape: ({ x }, { table }) => {
    checkIntegers('table', table, INTEGERS, -FARTHEST, FARTHEST);
    return x.shape;
  },
  lower: (_, { table }) => {
    const packed = shortTable((INTEGERS + 1) / 2, (target) => target.set(table));
    return {
      packed: [packed],
      plan: ({ x }, output) => ({
        overwrites: x,
        bind: (kernels, address) => {
          const [to, from, words, at] = [address(output), address(x), sizeOf(shapeInWords(x)), address(packed)];
          return () => kernels.mapInt8(to, from, words, at);
        },
      }),
    };
  },
});
