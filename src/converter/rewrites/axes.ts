// Ops that move elements along axes, or compute along some of them.

import { channelsOf, type Value } from '../../ir/value.js';
import { argmax } from '../../ops/rare/argmax.js';
import { concat } from '../../ops/concat.js';
import { expand } from '../../ops/rare/expand.js';
import { gather } from '../../ops/rare/gather.js';
import { normalize } from '../../ops/rare/normalize.js';
import { pad } from '../../ops/pad.js';
import { pool } from '../../ops/pool.js';
import { reduce } from '../../ops/reduce.js';
import { resize } from '../../ops/rare/resize.js';
import { compose, range } from '../../ops/shared/permutation.js';
import { slice } from '../../ops/slice.js';
import { softmax } from '../../ops/softmax.js';
import { tile } from '../../ops/rare/tile.js';
import { transpose } from '../../ops/transpose.js';
import { defineRewrites } from './rewrites.js';
import { constantBefore, isOrder, isSameSelection, selectAfter } from './selection.js';

const lastAxis = ({ shape }: Value): number => shape.length - 1;

/** `perm` for the remaining axes, when `axes` of the transposed array are removed. */
const permuteReduced = (perm: readonly number[], axes: readonly number[]): number[] => {
  const left = perm.filter((_, axis) => !axes.includes(axis));
  const order = [...left].sort((a, b) => a - b);
  return left.map((axis) => order.indexOf(axis));
};

/** Numbers for each axis, brought to the axes before a transposition. */
const permuteBack = (numbers: readonly number[], perm: readonly number[]): number[] => {
  const result = [...numbers];
  perm.forEach((axis, index) => (result[axis] = numbers[index]!));
  return result;
};

export const argmaxRewrites = defineRewrites(argmax, {
  permute: (_, attrs, perm) => ({
    attrs: { ...attrs, axis: perm[attrs.axis]! },
    perm: attrs.keep ? perm : permuteReduced(perm, [attrs.axis]),
  }),
});

/** Every kind of reduction over the channels gives the same in any order of them. */
export const reduceRewrites = defineRewrites(reduce, {
  isChannelwise: ({ x }, { axes }) => !axes.includes(lastAxis(x)),
  permute: (_, attrs, perm) => ({
    attrs: { ...attrs, axes: compose(perm, attrs.axes) },
    perm: attrs.keep ? perm : permuteReduced(perm, attrs.axes),
  }),
  select: ({ x }, attrs, { x: selection }) => {
    if (attrs.axes.includes(lastAxis(x)))
      return isOrder(selection) ? { attrs, inputs: { x: selection.source } } : undefined;
    const selected = selectAfter(selection);
    return selected && { attrs, inputs: { x: selected.source }, indices: selected.indices };
  },
});

/** Mean and variance of all channels are the same in any order of them. */
export const normalizeRewrites = defineRewrites(normalize, {
  select: ({ scale, bias }, attrs, { x: selection }) => {
    if (attrs.groups > 1 || !isOrder(selection)) return undefined;
    const [ownScale, ownBias] = [scale, bias].map((constant) => constantBefore(constant, selection));
    if (!ownScale || !ownBias) return undefined;
    const inputs = { x: selection.source, scale: ownScale, bias: ownBias };
    return { attrs, inputs, indices: selection.indices };
  },
});

export const softmaxRewrites = defineRewrites(softmax, {
  isChannelwise: ({ x }, { axis }) => axis !== lastAxis(x),
  permute: (_, attrs, perm) => ({ attrs: { ...attrs, axis: perm[attrs.axis]! }, perm }),
});

export const poolRewrites = defineRewrites(pool, { isChannelwise: () => true });

export const resizeRewrites = defineRewrites(resize, {
  isChannelwise: ({ x }, { axes }) => !axes.includes(lastAxis(x)),
  permute: (_, attrs, perm) => ({ attrs: { ...attrs, axes: compose(perm, attrs.axes) }, perm }),
});

export const padRewrites = defineRewrites(pad, {
  isChannelwise: ({ x }, { pads }) => !pads[lastAxis(x)] && !pads.at(-1),
  permute: (_, attrs, perm) => {
    const rank = perm.length;
    const [before, after] = [attrs.pads.slice(0, rank), attrs.pads.slice(rank)];
    return { attrs: { ...attrs, pads: [...permuteBack(before, perm), ...permuteBack(after, perm)] }, perm };
  },
});

export const sliceRewrites = defineRewrites(slice, {
  isChannelwise: ({ x }, { axes }) => !axes.includes(lastAxis(x)),
  asSelection: ({ x }, { axes, starts, steps, counts }) =>
    axes.length === 1 && axes[0] === lastAxis(x) ? range(counts[0]!, starts[0], steps[0]) : undefined,
  permute: (_, attrs, perm) => ({ attrs: { ...attrs, axes: compose(perm, attrs.axes) }, perm }),
});

export const gatherRewrites = defineRewrites(gather, {
  asSelection: ({ x, indices }, { axis }) => {
    if (axis !== lastAxis(x) || indices.shape.length !== 1 || !indices.data) return undefined;
    const size = channelsOf(x);
    return Array.from(indices.data, (index) => (index < 0 ? index + size : index));
  },
  permutedInputs: 1,
  permute: ({ indices }, { axis }, perm) => {
    if (indices.shape.length > 1) return undefined;
    return { attrs: { axis: perm[axis]! }, perm: indices.shape.length ? perm : permuteReduced(perm, [axis]) };
  },
});

export const transposeRewrites = defineRewrites(transpose, {
  permute: (_, { perm }, before) => ({ attrs: { perm: compose(before, perm) }, perm: range(perm.length) }),
});

export const tileRewrites = defineRewrites(tile, {
  permute: (_, { repeats }, perm) => ({ attrs: { repeats: permuteBack(repeats, perm) }, perm }),
});

export const expandRewrites = defineRewrites(expand, {
  permute: ({ like }, { shape }, perm) => {
    if (like || shape.length > perm.length) return undefined;
    const sizes = new Array<number>(perm.length).fill(0); // 0 keeps the size of the input
    shape.forEach((size, index) => (sizes[perm[index + perm.length - shape.length]!] = size));
    return { attrs: { shape: sizes }, perm };
  },
});

export const concatRewrites = defineRewrites(concat, {
  isChannelwise: ({ parts: [first] }, { axis }) => axis !== lastAxis(first!),
  permute: (_, { axis }, perm) => ({ attrs: { axis: perm[axis]! }, perm }),
  select: ({ parts }, attrs, { parts: selections }) => {
    const sources = parts.map((part, i) => selections[i]?.source ?? part);
    if (attrs.axis !== lastAxis(parts[0]!)) {
      const [first] = selections;
      const same = first && selections.every((selection) => selection && isSameSelection(selection, first));
      return same ? { attrs, inputs: { parts: sources }, indices: first.indices } : undefined;
    }
    const drops = selections.some((selection) => selection && selection.indices.length < channelsOf(selection.source));
    if (drops) return undefined;
    let start = 0;
    const indices = parts.flatMap((part, i) => {
      const own = selections[i]?.indices ?? range(channelsOf(part));
      const moved = own.map((index) => start + index);
      start += sources[i]!.shape.at(-1)!;
      return moved;
    });
    return { attrs, inputs: { parts: sources }, indices };
  },
});
