// Elementwise functions: they take any axes in any order, and each channel for itself.

import type { Value } from '../../ir/value.js';
import { binary } from '../../ops/binary.js';
import { cast } from '../../ops/rare/cast.js';
import { clip } from '../../ops/clip.js';
import { dequantize, quantize } from '../../ops/int8/quantize.js';
import { unary } from '../../ops/unary.js';
import { where } from '../../ops/rare/where.js';
import { defineRewrites } from './rewrites.js';
import { constantBefore, isSameSelection, isWide } from './selection.js';

/** Rewrites of any function of one array, or of several of one shape. */
const elementwise = {
  isChannelwise: () => true,
  permute: <A>(_: unknown, attrs: A, perm: readonly number[]) => ({ attrs, perm }),
};

export const unaryRewrites = defineRewrites(unary, elementwise);

export const castRewrites = defineRewrites(cast, elementwise);

export const quantizeRewrites = defineRewrites(quantize, elementwise);

export const dequantizeRewrites = defineRewrites(dequantize, elementwise);

export const whereRewrites = defineRewrites(where, elementwise);

export const clipRewrites = defineRewrites(clip, { ...elementwise, hasBounds: true });

export const binaryRewrites = defineRewrites(binary, {
  isChannelwise: () => true,
  permute: ({ a, b }, attrs, perm) =>
    [a, b].every(({ shape }) => shape.length === perm.length) ? { attrs, perm } : undefined,
  select: ({ a, b }, attrs, selections) => {
    const selection = selections.a ?? selections.b;
    if (!selection || !isWide(selection)) return undefined;
    const { indices } = selection;
    const fits = ({ shape }: Value) => !shape.length || shape.at(-1) === 1 || shape.at(-1) === indices.length;
    if (!fits(a) || !fits(b)) return undefined;
    const sourceOf = (input: Value, own: typeof selection | undefined) => {
      if (own) return isSameSelection(own, selection) ? own.source : undefined;
      return (input.shape.at(-1) ?? 1) === 1 ? input : constantBefore(input, selection);
    };
    const [left, right] = [sourceOf(a, selections.a), sourceOf(b, selections.b)];
    return left && right && { attrs, inputs: { a: left, b: right }, indices };
  },
});
