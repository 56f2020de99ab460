// Operators that rearrange elements without changing them, and those that read shapes.

import { showShape, sizeOf } from '../../../ir/tensor.js';
import { pad } from '../../../ops/pad.js';
import { axesOf, axisOf } from '../../reading/axes.js';
import { depthToSpace, spaceToDepth } from '../../reading/blocks.js';
import { broadcastTo } from '../../reading/broadcast.js';
import { castTo } from '../../reading/elementwise.js';
import { progression } from '../../reading/progression.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import type { Rule, Rules } from './rule.js';
import { take } from '../../reading/ranges.js';

/** The new shape: an input, or an option in which a single 0 stands for a scalar. */
const targetOf = (node: NodeView): readonly number[] => {
  if (node.optional(1)) return node.numbers(1)!;
  const listed = node.ints('new_shape');
  return listed.length === 1 && listed[0] === 0 ? [] : listed;
};

const reshapeRule: Rule = (node, build) => {
  const x = node.input(0);
  const target = targetOf(node);
  const open = target.indexOf(-1);
  const rest = sizeOf(target.filter((_, axis) => axis !== open));
  const shape = target.map((size, axis) => (axis === open ? sizeOf(x.shape) / rest : size));
  if (!shape.every((size) => Number.isInteger(size) && size >= 0))
    refuse(`${showShape(x.shape)} cannot be reshaped to ${showShape(target)}`);
  return build.reshape(x, shape, Math.max(open, 0));
};

const squeeze: Rule = (node, build) => {
  const { shape } = node.input(0);
  const listed = node.ints('squeeze_dims');
  const axes = listed.length ? axesOf(listed, shape.length) : [...shape.keys()].filter((axis) => shape[axis] === 1);
  const wide = axes.find((axis) => shape[axis] !== 1);
  if (wide !== undefined) refuse(`axis ${wide} of ${showShape(shape)} is not 1`);
  return build.reshape(
    node.input(0),
    shape.filter((_, axis) => !axes.includes(axis)),
  );
};

const expandDims: Rule = (node, build) => {
  const x = node.input(0);
  const axis = axisOf(node.number(1) ?? refuse('the axis is missing'), x.shape.length + 1);
  return build.reshape(x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);
};

const transposeRule: Rule = (node, build) => {
  const x = node.input(0);
  const perm = node.numbers(1) ?? refuse('the permutation is missing');
  const axes = perm.map((axis) => axisOf(axis, x.shape.length));
  if (axesOf(axes, x.shape.length).length !== x.shape.length)
    refuse(`a permutation of ${perm.length} axes does not fit ${showShape(x.shape)}`);
  return build.transpose(x, axes);
};

const fill: Rule = (node, build) => {
  const shape = node.numbers(0) ?? refuse('the shape is missing');
  const value = node.constant(1);
  if (value.data.length !== 1) refuse('the value must have one element');
  return build.filled(shape, value.type, value.data[0]!);
};

const range: Rule = (node, build) => {
  const [start, limit, step] = [0, 1, 2].map((index) => node.number(index) ?? refuse(`input ${index} is missing`));
  return progression(build, [start!, limit!, step!], node.input(0).type);
};

const zerosLike: Rule = (node, build) => {
  const { shape, type } = node.input(0);
  return broadcastTo(build, type === 'float32' ? build.floats([0], []) : build.ints([0], [], type), shape);
};

/** Blocks and what is added before and after each of the spatial axes. */
const blocksOf = (node: NodeView): { blocks: number[]; edges: number[] } => {
  const [blocks, edges] = [node.numbers(1), node.numbers(2)];
  if (blocks?.length !== 2 || edges?.length !== 4 || node.input(0).shape.length !== 4)
    return refuse('only blocks of two axes are supported');
  if (blocks.some((size) => !(size >= 1)) || edges.some((size) => size < 0)) refuse('a block or edge is out of range');
  return { blocks, edges };
};

/** Every place in a block becomes an image of its own: [N, H, W, C] becomes [block * N, H / block, W / block, C]. */
const spaceToBatch: Rule = (node, build) => {
  const { blocks, edges } = blocksOf(node);
  const [top, bottom, left, right] = edges as [number, number, number, number];
  const pads = [0, top, left, 0, 0, bottom, right, 0];
  const x = edges.some((size) => size > 0)
    ? build.op(pad, { mode: 'constant', pads, value: 0 }, [node.input(0)])
    : node.input(0);
  const [samples, height, width, channels] = x.shape as [number, number, number, number];
  const [rows, columns] = [height / blocks[0]!, width / blocks[1]!];
  const split = build.reshape(x, [samples, rows, blocks[0]!, columns, blocks[1]!, channels], 1);
  const moved = build.transpose(split, [2, 4, 0, 1, 3, 5]);
  return build.reshape(moved, [samples * blocks[0]! * blocks[1]!, rows, columns, channels]);
};

/** The reverse of `spaceToBatch`; its edges are cut off. */
const batchToSpace: Rule = (node, build) => {
  const { blocks, edges } = blocksOf(node);
  const [all, rows, columns, channels] = node.input(0).shape as [number, number, number, number];
  const samples = all / (blocks[0]! * blocks[1]!);
  const split = build.reshape(node.input(0), [blocks[0]!, blocks[1]!, samples, rows, columns, channels]);
  const moved = build.transpose(split, [2, 3, 0, 4, 1, 5]);
  const sizes = [rows * blocks[0]!, columns * blocks[1]!];
  const whole = build.reshape(moved, [samples, ...sizes, channels], 1);
  return take(
    build,
    whole,
    sizes.map((size, i) => ({
      axis: i + 1,
      start: edges[2 * i]!,
      step: 1,
      count: Math.max(size - edges[2 * i]! - edges[2 * i + 1]!, 0),
    })),
  );
};

export const shapeRules: Rules = {
  RESHAPE: reshapeRule,
  SQUEEZE: squeeze,
  EXPAND_DIMS: expandDims,
  TRANSPOSE: transposeRule,
  SHAPE: (node, build) => castTo(build, build.ints(node.input(0).shape), node.outputType()),
  RANK: (node, build) => build.ints([node.input(0).shape.length], [], 'int32'),
  FILL: fill,
  RANGE: range,
  ZEROS_LIKE: zerosLike,
  SPACE_TO_DEPTH: (node, build) => spaceToDepth(build, node.input(0), node.int('block_size'), false),
  DEPTH_TO_SPACE: (node, build) => depthToSpace(build, node.input(0), node.int('block_size'), false),
  SPACE_TO_BATCH_ND: spaceToBatch,
  BATCH_TO_SPACE_ND: batchToSpace,
};
