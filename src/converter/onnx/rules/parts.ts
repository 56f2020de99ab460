// Operators that take arrays apart and put them together.

import { concat } from '../../../ops/concat.js';
import { gather } from '../../../ops/rare/gather.js';
import { isIdentity } from '../../../ops/shared/permutation.js';
import { pad } from '../../../ops/pad.js';
import { tile } from '../../../ops/rare/tile.js';
import { sameShape, showShape, sizeOf } from '../../../ir/tensor.js';
import { isEmpty } from '../../reading/builder.js';
import { axesOf, axisOf } from '../../reading/axes.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import { empty, rangeOf, take } from '../../reading/ranges.js';
import { broadcastShapes, broadcastTo } from '../../reading/broadcast.js';
import type { Rule, Rules } from './rule.js';

const sliceRule: Rule = (node, build) => {
  const x = node.input(0);
  const isOld = node.opset < 10;
  const starts = isOld ? node.ints('starts') : (node.numbers(1) ?? refuse('the starts are missing'));
  const ends = isOld ? node.ints('ends') : (node.numbers(2) ?? refuse('the ends are missing'));
  const listed = isOld ? node.ints('axes', [...starts.keys()]) : (node.numbers(3) ?? [...starts.keys()]);
  const steps = (isOld ? undefined : node.numbers(4)) ?? starts.map(() => 1);
  const axes = listed.map((axis) => axisOf(axis, x.shape.length));
  axesOf(axes, x.shape.length);
  if ([ends, axes, steps].some((list) => list.length !== starts.length)) {
    refuse('starts, ends, axes and steps differ in length');
  }
  return take(
    build,
    x,
    axes.map((axis, i) => rangeOf(axis, x.shape[axis]!, starts[i]!, ends[i]!, steps[i]!)),
  );
};

/** `size` in `count` equal parts; the last one is smaller if that does not divide. */
const evenParts = (size: number, count: number): number[] => {
  const most = Math.ceil(size / count);
  return Array.from({ length: count }, (_, i) => Math.max(Math.min(most, size - i * most), 0));
};

const partSizes = (node: NodeView, size: number): readonly number[] => {
  const listed = node.opset < 13 ? (node.has('split') ? node.ints('split') : undefined) : node.numbers(1);
  const count = node.int('num_outputs', node.outputs.length);
  return (
    listed ?? (count === node.outputs.length ? evenParts(size, count) : refuse(`num_outputs ${count} is not supported`))
  );
};

const splitRule: Rule = (node, build) => {
  const x = node.input(0);
  const axis = node.axis(x.shape.length, 0);
  const sizes = partSizes(node, x.shape[axis]!);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.some((size) => size < 0) || total !== x.shape[axis]) {
    refuse(`parts ${showShape(sizes)} do not add up to ${x.shape[axis]}`);
  }
  let next = 0;
  const starts = sizes.map((size) => (next += size) - size);
  if (node.outputs.length > sizes.length) refuse('it has too many outputs');
  const part = (i: number) => take(build, x, [{ axis, start: starts[i]!, step: 1, count: sizes[i]! }]);
  return node.outputs.map((name, i) => (name ? part(i) : undefined));
};

const concatRule: Rule = (node, build) => {
  const all = node.all();
  const axis = node.axis(all[0]!.shape.length, 1);
  const inputs = all.filter((input) => !isEmpty(input));
  if (inputs.length === 0) return all[0]!;
  return inputs.length === 1 ? inputs[0]! : build.op(concat, { axis }, inputs);
};

/** Pads for all axes from pads for the listed ones. */
const spreadPads = (pads: readonly number[], axes: readonly number[], rank: number): number[] => {
  if (pads.length !== 2 * axes.length) refuse(`${pads.length} pads do not fit ${axes.length} axes`);
  const spread = new Array<number>(2 * rank).fill(0);
  axes.forEach((axis, i) => {
    spread[axis] = pads[i]!;
    spread[rank + axis] = pads[axes.length + i]!;
  });
  return spread;
};

const padRule: Rule = (node, build) => {
  const x = node.input(0);
  const rank = x.shape.length;
  const isOld = node.opset < 11;
  const listed = isOld ? node.ints('pads') : (node.numbers(1) ?? refuse('the pads are missing'));
  const axes = (isOld ? undefined : node.numbers(3)) ?? [...x.shape.keys()];
  const value = isOld ? node.float('value', 0) : (node.number(2) ?? 0);
  const pads = spreadPads(
    listed,
    axes.map((axis) => axisOf(axis, rank)),
    rank,
  );
  const mode = node.word('mode', ['constant', 'reflect', 'edge', 'wrap']);
  return pads.every((count) => count === 0) ? x : build.op(pad, { mode, pads, value }, [x]);
};

const gatherRule: Rule = (node, build) => {
  const [x, indices] = [node.input(0), node.input(1)];
  const axis = node.axis(x.shape.length, 0);
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  if (isEmpty(indices)) return empty(build, x, shape);
  const isWhole = indices.data && isIdentity([...indices.data], x.shape[axis]); // torch's as_strided of a whole array
  return isWhole ? build.reshape(x, shape) : build.op(gather, { axis }, [x, indices]);
};

const expandRule: Rule = (node, build) => {
  const x = node.input(0);
  const shape = broadcastShapes([x.shape, node.numbers(1) ?? refuse('the shape is missing')]);
  return shape.includes(0) ? empty(build, x, shape) : broadcastTo(build, x, shape);
};

const tileRule: Rule = (node, build) => {
  const x = node.input(0);
  const repeats = node.numbers(1) ?? refuse('the repeats are missing');
  if (
    sameShape(
      repeats,
      x.shape.map(() => 1),
    )
  )
    return x;
  if (sizeOf(repeats) === 0)
    return empty(
      build,
      x,
      x.shape.map((size, axis) => size * (repeats[axis] ?? 1)),
    );
  return build.op(tile, { repeats }, [x]);
};

/** Cut to a size, or filled up with zeros, the same at both ends of each axis; the end has what is odd. */
const centerCropPad: Rule = (node, build) => {
  const x = node.input(0);
  const rank = x.shape.length;
  const target = node.numbers(1) ?? refuse('the shape is missing');
  const axes = node.ints('axes', [...x.shape.keys()]).map((axis) => axisOf(axis, rank));
  if (axes.length !== target.length) refuse(`a shape of ${target.length} sizes does not fit ${axes.length} axes`);
  const wide = axes.map((axis, i) => ({ axis, size: x.shape[axis]!, to: target[i]! }));
  const cut = wide
    .filter(({ size, to }) => to < size)
    .map(({ axis, size, to }) => ({ axis, start: Math.floor((size - to) / 2), step: 1, count: to }));
  const pads = new Array<number>(2 * rank).fill(0);
  for (const { axis, size, to } of wide) {
    const missing = Math.max(to - size, 0);
    pads[axis] = Math.floor(missing / 2);
    pads[rank + axis] = missing - pads[axis];
  }
  const inside = take(build, x, cut);
  return pads.every((count) => count === 0) ? inside : build.op(pad, { mode: 'constant', pads, value: 0 }, [inside]);
};

/** The places of an axis, or of all elements in a row, where a condition that is known holds. */
const compress: Rule = (node, build) => {
  const { data } = node.constant(1, 'the size of the result must be known');
  const given = node.input(0);
  const x = node.has('axis') ? given : build.reshape(given, [sizeOf(given.shape)]);
  const axis = node.has('axis') ? node.axis(x.shape.length) : 0;
  const places: number[] = [];
  for (let place = 0; place < Math.min(data.length, x.shape[axis]!); place++) if (data[place] !== 0) places.push(place);
  const shape = x.shape.map((size, i) => (i === axis ? places.length : size));
  return places.length === 0 ? empty(build, x, shape) : build.op(gather, { axis }, [x, build.ints(places)]);
};

export const partRules: Rules = {
  Slice: sliceRule,
  Split: splitRule,
  Concat: concatRule,
  Pad: padRule,
  Gather: gatherRule,
  Expand: expandRule,
  Tile: tileRule,
  CenterCropPad: centerCropPad,
  Compress: compress,
};
