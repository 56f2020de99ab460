// Operators that pick, replace or order elements by indices.

import { binary } from '../../../ops/binary.js';
import { argmax } from '../../../ops/rare/argmax.js';
import { cumulate } from '../../../ops/scripted/cumulate.js';
import { gatherElements, gatherND } from '../../../ops/scripted/gather-elements.js';
import { scatterElements, scatterND } from '../../../ops/scripted/scatter.js';
import { gather } from '../../../ops/rare/gather.js';
import { isIdentity } from '../../../ops/shared/permutation.js';
import { topK } from '../../../ops/scripted/top-k.js';
import { sameShape, sizeOf } from '../../../ir/tensor.js';
import type { Value } from '../../../ir/value.js';
import { axisOf } from '../../reading/axes.js';
import { isEmpty, type Builder } from '../../reading/builder.js';
import { choose } from '../../reading/calculate.js';
import { gridOf, lineOf, pickAlong, putAlong } from '../../reading/channel-moves.js';
import { castTo } from '../../reading/elementwise.js';
import { progression } from '../../reading/progression.js';
import { refuse } from '../../reading/refusal.js';
import type { Rule, Rules } from './rule.js';

const REDUCTIONS = ['none', 'add', 'mul', 'max', 'min'] as const;

const topKRule: Rule = (node, build) => {
  const x = node.input(0);
  const axis = node.axis(x.shape.length, -1);
  const k = node.opset < 10 ? node.int('k') : (node.number(1) ?? refuse('k is missing'));
  const attrs = { axis, k, largest: node.flag('largest', true) };
  return [false, true].map((indices, i) => (node.outputs[i] ? build.op(topK, { ...attrs, indices }, [x]) : undefined));
};

const gatherElementsRule: Rule = (node, build) => {
  const [x, indices] = [node.input(0), node.input(1)];
  const axis = node.axis(x.shape.length, 0);
  const places = isSameExcept(x, indices, axis) ? lineOf(build, indices, axis, x.shape[axis]!) : undefined;
  return places ? pickAlong(build, x, axis, places) : build.op(gatherElements, { axis }, [x, indices]);
};

/** Whether two shapes differ along an axis at most. */
const isSameExcept = (a: Value, b: Value, axis: number): boolean =>
  a.shape.length === b.shape.length && a.shape.every((size, i) => i === axis || size === b.shape[i]);

const gatherNDRule: Rule = (node, build) => {
  const [x, indices] = [node.input(0), node.input(1)];
  const batch = node.int('batch_dims', 0);
  const grid = batch || isEmpty(indices) ? undefined : gridOf(build, indices, x.shape);
  if (grid) return grid.reduce((picked, places, axis) => pickAlong(build, picked, axis, places), x);
  if (batch || indices.shape.at(-1) !== 1) return build.op(gatherND, { batch }, [x, indices]);
  return build.op(gather, { axis: 0 }, [x, build.reshape(indices, indices.shape.slice(0, -1))]);
};

const scatterElementsRule: Rule = (node, build) => {
  const [x, indices, updates] = [node.input(0), node.input(1), node.input(2)];
  const attrs = { axis: node.axis(x.shape.length, 0), reduction: node.word('reduction', REDUCTIONS) };
  if (isEmpty(indices)) return x;
  const isWhole = attrs.reduction === 'none' && sameShape(indices.shape, updates.shape);
  const places = isWhole ? lineOf(build, indices, attrs.axis, x.shape[attrs.axis]!) : undefined;
  return (
    (places && putAlong(build, x, attrs.axis, places, updates)) ??
    build.op(scatterElements, attrs, [x, indices, updates])
  );
};

const scatterNDRule: Rule = (node, build) => {
  const [x, indices, updates] = [node.input(0), node.input(1), node.input(2)];
  const reduction = node.word('reduction', REDUCTIONS);
  if (isEmpty(indices)) return x;
  const grid = reduction === 'none' ? gridOf(build, indices, x.shape) : undefined;
  const moved = grid ? [...grid.keys()].filter((axis) => !isIdentity(grid[axis]!, x.shape[axis])) : [];
  const put = grid && moved.length < 2 ? putAlong(build, x, moved[0] ?? 0, grid[moved[0] ?? 0]!, updates) : undefined;
  return put ?? build.op(scatterND, { reduction }, [x, indices, updates]);
};

const cumulateRule =
  (kind: 'sum' | 'product'): Rule =>
  (node, build) => {
    const x = node.input(0);
    const axis = axisOf(node.number(1) ?? refuse('the axis is missing'), x.shape.length);
    return build.op(
      cumulate,
      { kind, axis, exclusive: node.flag('exclusive', false), reverse: node.flag('reverse', false) },
      [x],
    );
  };

/** Truth values of places along a new axis: 1 where the index has the place. A negative index counts from the end. */
const isPlace = (build: Builder, indices: Value, axis: number, depth: number): Value => {
  const whole = castTo(build, indices, indices.type === 'int64' ? 'int64' : 'int32');
  const positive = build.op(binary, { kind: 'mod' }, [whole, build.scalar(depth, whole)]);
  const inside = [...indices.shape.slice(0, axis), 1, ...indices.shape.slice(axis)];
  const column = build.reshape(positive, inside);
  const along = inside.map((_, i) => (i === axis ? depth : 1));
  const places = progression(build, [0, depth, 1], whole.type, along);
  return build.op(binary, { kind: 'equal' }, [column, places]);
};

/** The first input of indices out of range gives the value of "off" alone. */
const isInside = (build: Builder, indices: Value, depth: number): Value => {
  const least = build.op(binary, { kind: 'greaterOrEqual' }, [indices, build.scalar(-depth, indices)]);
  const most = build.op(binary, { kind: 'less' }, [indices, build.scalar(depth, indices)]);
  return build.op(binary, { kind: 'and' }, [least, most]);
};

const oneHot: Rule = (node, build) => {
  const [indices, values] = [node.input(0), node.input(2)];
  const depth = node.number(1) ?? refuse('the depth is missing');
  const axis = axisOf(node.int('axis', -1), indices.shape.length + 1);
  if (!(Number.isInteger(depth) && depth >= 1)) refuse(`a depth of ${depth} is not supported`);
  const inside = [...indices.shape.slice(0, axis), 1, ...indices.shape.slice(axis)];
  const hit = isPlace(build, indices, axis, depth);
  const valid = build.reshape(isInside(build, indices, depth), inside);
  const [off, on] = [0, 1].map((i) => build.reshape(pick(build, values, i), []));
  return choose(build, build.op(binary, { kind: 'and' }, [hit, valid]), on!, off!);
};

const pick = (build: Builder, values: Value, index: number): Value =>
  build.op(gatherElements, { axis: 0 }, [values, build.ints([index])]);

/** 1 at the first largest value along the axis; before opset 13 all axes from `axis` on are one. */
const hardmax: Rule = (node, build) => {
  const x = node.input(0);
  const axis = node.axis(x.shape.length, node.opset < 13 ? 1 : -1);
  const flat = node.opset < 13 ? build.reshape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]) : x;
  const own = node.opset < 13 ? 1 : axis;
  const best = build.op(argmax, { axis: own, keep: false, last: false, min: false }, [flat]);
  const hit = castTo(build, isPlace(build, best, own, flat.shape[own]!), 'float32');
  return build.reshape(hit, x.shape);
};

/** A matrix with 0 below or above a diagonal: the mask is constant. */
const trilu: Rule = (node, build) => {
  const x = node.input(0);
  if (x.shape.length < 2) refuse('the input must have two dimensions or more');
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const k = node.number(1) ?? 0;
  const isUpper = node.flag('upper', true);
  const mask = build.listed([rows, columns], 'bool', (i) => {
    const offset = (i % columns) - Math.floor(i / columns);
    return Number(isUpper ? offset >= k : offset <= k);
  });
  return choose(build, mask, x, build.scalar(0, x));
};

const eyeLike: Rule = (node, build) => {
  const { shape, type } = node.input(0);
  const columns = shape[1]!;
  if (shape.length !== 2) refuse('the input must have two dimensions');
  const k = node.int('k', 0);
  return build.listed(shape, node.outputType('dtype') ?? type, (i) =>
    Number((i % columns) - Math.floor(i / columns) === k),
  );
};

export const indexedRules: Rules = {
  TopK: topKRule,
  GatherElements: gatherElementsRule,
  GatherND: gatherNDRule,
  ScatterElements: scatterElementsRule,
  Scatter: scatterElementsRule,
  ScatterND: scatterNDRule,
  CumSum: cumulateRule('sum'),
  CumProd: cumulateRule('product'),
  OneHot: oneHot,
  Hardmax: hardmax,
  Trilu: trilu,
  EyeLike: eyeLike,
};
