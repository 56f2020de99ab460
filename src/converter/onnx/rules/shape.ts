// Operators that rearrange elements without changing them, and those that read shapes.

import { axesOf, axisOf } from '../../reading/axes.js';
import { refuse } from '../../reading/refusal.js';
import { depthToSpace, spaceToDepth } from '../../reading/blocks.js';
import type { NodeView } from '../node-view.js';
import { positiveAxis, showShape, sizeOf } from '../../../ir/tensor.js';
import type { Rule, Rules } from './rule.js';

/** A Reshape target without its zeros and its -1, and the axis of the -1. */
const resolveTarget = (from: readonly number[], target: readonly number[], allowZero: boolean) => {
  const shape = target.map((size, axis) => {
    if (size !== 0 || allowZero) return size;
    return (
      from[axis] ?? refuse(`the shape ${showShape(target)} keeps axis ${axis}, which ${showShape(from)} does not have`)
    );
  });
  const open = shape.indexOf(-1);
  const rest = sizeOf(shape.filter((_, axis) => axis !== open));
  if (open >= 0) shape[open] = rest === 0 ? 0 : sizeOf(from) / rest;
  if (!shape.every((size) => Number.isInteger(size) && size >= 0)) {
    refuse(`${showShape(from)} cannot be reshaped to ${showShape(target)}`);
  }
  return { shape, open: Math.max(open, 0) };
};

const reshapeRule: Rule = (node, build) => {
  const x = node.input(0);
  const target = node.numbers(1) ?? refuse('the shape is missing');
  const { shape, open } = resolveTarget(x.shape, target, node.flag('allowzero', false));
  return build.reshape(x, shape, open);
};

const flatten: Rule = (node, build) => {
  const { shape } = node.input(0);
  const axis = positiveAxis(node.int('axis', 1), shape.length);
  if (axis < 0 || axis > shape.length) refuse(`axis ${axis} does not exist in ${shape.length} dimensions`);
  return build.reshape(node.input(0), [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))], 1);
};

/** The axes: an attribute up to opset 12, an input since. */
const listedAxes = (node: NodeView): readonly number[] | undefined =>
  node.opset >= 13 ? node.numbers(1) : node.has('axes') ? node.ints('axes') : undefined;

const squeeze: Rule = (node, build) => {
  const x = node.input(0);
  const listed = listedAxes(node);
  const axes = listed ? axesOf(listed, x.shape.length) : [...x.shape.keys()].filter((axis) => x.shape[axis] === 1);
  const wide = axes.find((axis) => x.shape[axis] !== 1);
  if (wide !== undefined) refuse(`axis ${wide} of ${showShape(x.shape)} is not 1`);
  return build.reshape(
    x,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  );
};

const unsqueeze: Rule = (node, build) => {
  const x = node.input(0);
  const listed = listedAxes(node) ?? refuse('the axes are missing');
  const shape = [...x.shape];
  for (const axis of axesOf(listed, shape.length + listed.length)) shape.splice(axis, 0, 1);
  return build.reshape(x, shape);
};

const transposeRule: Rule = (node, build) => {
  const x = node.input(0);
  const axes = [...x.shape.keys()];
  const perm = node.ints('perm', [...axes].reverse());
  if (perm.length !== axes.length || axesOf(perm, axes.length).length !== axes.length) {
    refuse(`perm ${showShape(perm)} does not fit ${showShape(x.shape)}`);
  }
  return build.transpose(
    x,
    perm.map((axis) => axisOf(axis, axes.length)),
  );
};

/** Array.prototype.slice counts from the end and clamps exactly as Shape does. */
const shapeRule: Rule = (node, build) => {
  const { shape } = node.input(0);
  return build.ints(shape.slice(node.int('start', 0), node.int('end', shape.length)));
};

const dropout: Rule = (node) => {
  const isTraining = node.optional(2) && node.constant(2, 'the network must not train where it runs').data[0];
  if (isTraining && node.number(1) !== 0) refuse('training mode drops elements at random: export for evaluation');
  return [node.input(0), undefined];
};

const blockOf = (node: NodeView): number => node.int('blocksize');

const isChannelFirst = (node: NodeView): boolean => node.word('mode', ['DCR', 'CRD']) === 'CRD';

const depthToSpaceRule: Rule = (node, build) =>
  build.toFirst(depthToSpace(build, build.toLast(node.input(0)), blockOf(node), isChannelFirst(node)));

const spaceToDepthRule: Rule = (node, build) =>
  build.toFirst(spaceToDepth(build, build.toLast(node.input(0)), blockOf(node), isChannelFirst(node)));

export const shapeRules: Rules = {
  Reshape: reshapeRule,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transposeRule,
  Identity: (node) => node.input(0),
  Dropout: dropout,
  Shape: shapeRule,
  Size: (node, build) => build.ints([sizeOf(node.input(0).shape)], []),
  DepthToSpace: depthToSpaceRule,
  SpaceToDepth: spaceToDepthRule,
};
