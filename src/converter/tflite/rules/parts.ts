// Operators that take arrays apart and put them together.

import { sameShape, sizeOf } from '../../../ir/tensor.js';
import type { Value } from '../../../ir/value.js';
import { concat } from '../../../ops/concat.js';
import { gather } from '../../../ops/rare/gather.js';
import { pad } from '../../../ops/pad.js';
import { tile } from '../../../ops/rare/tile.js';
import { axesOf, axisOf } from '../../reading/axes.js';
import { broadcastShapes, broadcastTo } from '../../reading/broadcast.js';
import { isEmpty, type Builder } from '../../reading/builder.js';
import { empty, rangeOf, take, type Range } from '../../reading/ranges.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import { activated } from './fused.js';
import type { Rule, Rules } from './rule.js';

const listOf = (node: NodeView, index: number, length?: number): number[] => {
  const list = node.numbers(index) ?? refuse(`input ${index} is missing`);
  if (length !== undefined && list.length !== length) refuse(`${list.length} numbers do not fit ${length} axes`);
  return list;
};

const sliceRule: Rule = (node, build) => {
  const x = node.input(0);
  const { shape } = x;
  const [starts, sizes] = [listOf(node, 1, shape.length), listOf(node, 2, shape.length)];
  const ranges = shape.map((size, axis): Range => {
    const count = sizes[axis] === -1 ? size - starts[axis]! : sizes[axis]!;
    if (!(starts[axis]! >= 0 && count >= 0 && starts[axis]! + count <= size))
      refuse(`${count} elements from ${starts[axis]} on are not in an axis of ${size}`);
    return { axis, start: starts[axis]!, step: 1, count };
  });
  return take(build, x, ranges);
};

/** What one number of begin, end and strides is about: an axis of the input, or a new one. */
type Entry = { axis: number; index: number } | 'new';

/** The entries of a strided slice, one for each axis that the result has or loses. */
const entriesOf = (node: NodeView, count: number, rank: number): Entry[] => {
  const [ellipsis, added] = [node.int('ellipsis_mask'), node.int('new_axis_mask')];
  const isNew = (index: number) => ((added >> index) & 1) === 1 && ((ellipsis >> index) & 1) === 0;
  const indices = Array.from({ length: count }, (_, index) => index);
  const used = indices.filter((index) => !isNew(index) && ((ellipsis >> index) & 1) === 0).length;
  if (used > rank) refuse(`${used} ranges do not fit ${rank} axes`);
  let axis = 0;
  return indices.flatMap((index): Entry[] => {
    if (isNew(index)) return ['new'];
    if ((ellipsis >> index) & 1) {
      axis += rank - used;
      return [];
    }
    return [{ axis: axis++, index }];
  });
};

const stridedSlice: Rule = (node, build) => {
  const x = node.input(0);
  const [begin, end, steps] = [listOf(node, 1), listOf(node, 2), listOf(node, 3)];
  if (begin.length !== end.length || begin.length !== steps.length) refuse('begin, end and strides differ in length');
  if (node.flag('offset')) refuse('ends relative to begins are not supported');
  const has = (mask: string, index: number) => ((node.int(mask) >> index) & 1) === 1;
  const lost = new Set<number>();
  const entries = entriesOf(node, begin.length, x.shape.length);
  const ranges = entries.flatMap((entry) => {
    if (entry === 'new') return [];
    const { axis, index } = entry;
    const [size, step] = [x.shape[axis]!, steps[index]!];
    if (has('shrink_axis_mask', index)) {
      lost.add(axis);
      return [{ axis, start: axisOf(begin[index]!, size), step: 1, count: 1 }];
    }
    const from = has('begin_mask', index) ? (step > 0 ? 0 : size - 1) : begin[index]!;
    const to = has('end_mask', index) ? (step > 0 ? size : -size - 1) : end[index]!;
    return [rangeOf(axis, size, from, to, step)];
  });
  const y = take(build, x, ranges);
  return build.reshape(y, slicedShape(y.shape, entries, lost));
};

/** The shape of a strided slice without the axes that are lost, and with those that are new. */
const slicedShape = (shape: readonly number[], entries: readonly Entry[], lost: ReadonlySet<number>): number[] => {
  const sizes: number[] = [];
  let axis = 0;
  const copyTo = (end: number) => {
    for (; axis < end; axis++) if (!lost.has(axis)) sizes.push(shape[axis]!);
  };
  for (const [index, entry] of entries.entries()) {
    if (entry !== 'new') continue;
    const next = entries.slice(index).find((later) => later !== 'new');
    copyTo(next ? next.axis : shape.length);
    sizes.push(1);
  }
  copyTo(shape.length);
  return sizes;
};

/** Neighbouring parts of an axis. */
const parts = (build: Builder, x: Value, axis: number, sizes: readonly number[]): Value[] => {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.some((size) => size < 0) || total !== x.shape[axis])
    refuse(`parts of ${sizes.join(', ')} do not add up to ${x.shape[axis]}`);
  let next = 0;
  return sizes.map((count) => take(build, x, [{ axis, start: (next += count) - count, step: 1, count }]));
};

const split: Rule = (node, build) => {
  const x = node.input(1);
  const axis = axisOf(node.number(0) ?? refuse('the axis is missing'), x.shape.length);
  const size = x.shape[axis]! / node.outputs;
  return Number.isInteger(size)
    ? parts(build, x, axis, new Array<number>(node.outputs).fill(size))
    : refuse(`${node.outputs} parts do not divide ${x.shape[axis]}`);
};

const splitV: Rule = (node, build) => {
  const x = node.input(0);
  const axis = axisOf(node.number(2) ?? refuse('the axis is missing'), x.shape.length);
  const sizes = listOf(node, 1, node.outputs);
  const known = sizes.reduce((sum, size) => sum + Math.max(size, 0), 0);
  return parts(
    build,
    x,
    axis,
    sizes.map((size) => (size === -1 ? x.shape[axis]! - known : size)),
  );
};

const joined = (build: Builder, all: readonly Value[], axis: number): Value => {
  const inputs = all.filter((input) => !isEmpty(input));
  if (inputs.length < 2) return inputs[0] ?? all[0]!;
  return build.op(concat, { axis }, inputs);
};

const concatenation: Rule = (node, build) => {
  const all = node.all();
  return activated(node, build, joined(build, all, node.axis(all[0]!.shape.length)));
};

const pack: Rule = (node, build) => {
  const all = node.all();
  const axis = node.axis(all[0]!.shape.length + 1);
  const wide = all.map((x) => build.reshape(x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]));
  return joined(build, wide, axis);
};

const unpack: Rule = (node, build) => {
  const x = node.input(0);
  const axis = node.axis(x.shape.length);
  const shape = x.shape.filter((_, index) => index !== axis);
  if (x.shape[axis] !== node.outputs) refuse(`an axis of ${x.shape[axis]} does not make ${node.outputs} outputs`);
  return parts(build, x, axis, new Array<number>(node.outputs).fill(1)).map((part) => build.reshape(part, shape));
};

const gatherRule: Rule = (node, build) => {
  const [x, indices] = [node.input(0), node.input(1)];
  const axis = node.axis(x.shape.length);
  if (node.int('batch_dims') !== 0) refuse(`batch_dims ${node.int('batch_dims')} is not supported`);
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  return isEmpty(indices) ? empty(build, x, shape) : build.op(gather, { axis }, [x, indices]);
};

/** Pads as the file lists them: before and after each axis. */
const padsOf = (node: NodeView, rank: number): number[] => {
  const list = listOf(node, 1, 2 * rank);
  return [...list.filter((_, index) => index % 2 === 0), ...list.filter((_, index) => index % 2 === 1)];
};

const padRule: Rule = (node, build) => {
  const x = node.input(0);
  const pads = padsOf(node, x.shape.length);
  const value = node.optional(2) ? node.number(2)! : 0;
  return pads.every((count) => count === 0) ? x : build.op(pad, { mode: 'constant', pads, value }, [x]);
};

/** The longest axis that is mirrored: its places are listed. */
const MAX_MIRRORED = 2 ** 16;

/** Mirrored along every axis, without the edge or, as `SYMMETRIC`, with it. */
const mirrorPad: Rule = (node, build) => {
  const x = node.input(0);
  const rank = x.shape.length;
  const pads = padsOf(node, rank);
  if (pads.every((count) => count === 0)) return x;
  if (node.word('mode', ['REFLECT', 'SYMMETRIC']) === 'REFLECT')
    return build.op(pad, { mode: 'reflect', pads, value: 0 }, [x]);
  return x.shape.reduce((y, size, axis) => {
    const [before, after] = [pads[axis]!, pads[rank + axis]!];
    if (before === 0 && after === 0) return y;
    if (!(before >= 0 && after >= 0 && Math.max(before, after) <= size))
      refuse(`pads of ${before} and ${after} do not mirror an axis of ${size}: they must be from 0 to ${size}`);
    if (size > MAX_MIRRORED)
      refuse(`an axis of ${size} is mirrored with its edge; axes of at most ${MAX_MIRRORED} are supported`);
    const places = Array.from({ length: before + size + after }, (_, index) => index - before);
    const mirrored = places.map((place) => (place < 0 ? -1 - place : place < size ? place : 2 * size - 1 - place));
    return build.op(gather, { axis }, [y, build.ints(mirrored)]);
  }, x);
};

const tileRule: Rule = (node, build) => {
  const x = node.input(0);
  const repeats = listOf(node, 1, x.shape.length);
  if (repeats.every((count) => count === 1)) return x;
  if (sizeOf(repeats) === 0)
    return empty(
      build,
      x,
      x.shape.map((size, axis) => size * repeats[axis]!),
    );
  return build.op(tile, { repeats }, [x]);
};

const broadcastRule: Rule = (node, build) => {
  const [x, target] = [node.input(0), listOf(node, 1)];
  const shape = broadcastShapes([x.shape, target]);
  return sameShape(shape, target) ? broadcastTo(build, x, shape) : refuse(`it does not fit the shape ${target.join()}`);
};

const reverse: Rule = (node, build) => {
  const x = node.input(0);
  const axes = axesOf(listOf(node, 1), x.shape.length);
  return take(
    build,
    x,
    axes.map((axis) => ({ axis, start: x.shape[axis]! - 1, step: -1, count: x.shape[axis]! })),
  );
};

export const partRules: Rules = {
  SLICE: sliceRule,
  STRIDED_SLICE: stridedSlice,
  SPLIT: split,
  SPLIT_V: splitV,
  CONCATENATION: concatenation,
  PACK: pack,
  UNPACK: unpack,
  GATHER: gatherRule,
  PAD: padRule,
  PADV2: padRule,
  MIRROR_PAD: mirrorPad,
  TILE: tileRule,
  BROADCAST_TO: broadcastRule,
  REVERSE_V2: reverse,
};
