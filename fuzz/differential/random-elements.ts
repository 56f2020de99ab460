// Random nodes that compute elements from elements, or reduce them.

import type { AttributeSpec } from '../../test/support/onnx/write.js';
import type { AddNode, GraphMaker, Random } from './graph-maker.js';

/** Functions of one element: continuous ones, those that keep values exact, and those that jump, for exact values only. */
const SMOOTH = [
  'Sigmoid',
  'Tanh',
  'HardSwish',
  'Softplus',
  'Erf',
  'Sin',
  'Cos',
  'Atan',
  'Softsign',
  'Elu',
  'Selu',
  'Celu',
];
const LINEAR = ['LeakyRelu', 'HardSigmoid'];
const EXACT = ['Relu', 'Abs', 'Neg', 'Identity'];
const JUMPING = ['Floor', 'Ceil', 'Round', 'Sign', 'ThresholdedRelu'];

const attributesOf = (maker: GraphMaker, op: string): Record<string, AttributeSpec> => {
  if (maker.chance(3)) return {};
  const alpha = { float: maker.between(1, 16) / 16 };
  if (['LeakyRelu', 'Elu', 'Celu', 'ThresholdedRelu'].includes(op)) return { alpha };
  return op === 'HardSigmoid' ? { alpha, beta: { float: 0.25 } } : {};
};

const unary: AddNode = (maker) => {
  const x = maker.value()!;
  const op = maker.one(maker.one([SMOOTH, LINEAR, EXACT, x.isExact ? JUMPING : SMOOTH]));
  const isExact = x.isExact && (EXACT.includes(op) || JUMPING.includes(op));
  return maker.node(op, [x.name], [x.shape], attributesOf(maker, op), isExact);
};

const clip: AddNode = (maker) => {
  const x = maker.value()!;
  const [low, high] = [maker.constant([-maker.between(0, 3)], []), maker.constant([maker.between(0, 6)], [])];
  const limits = maker.one([[low, high], [low], ['', high]]);
  return maker.node('Clip', [x.name, ...limits], [x.shape], {}, x.isExact);
};

/** A shape that broadcasts to another: with sizes of 1, and without some of the first axes. */
const narrower = (maker: GraphMaker, shape: readonly number[]): number[] => {
  const kept = maker.chance(2) ? shape : shape.slice(maker.pick(shape.length + 1));
  return kept.map((size) => (maker.chance(3) ? 1 : size));
};

const broadcasts = (shape: readonly number[], to: readonly number[]): boolean =>
  shape.length <= to.length && shape.every((size, i) => size === 1 || size === to[to.length - shape.length + i]);

const binary: AddNode = (maker) => {
  const x = maker.value()!;
  const y = maker.chance(2) ? maker.value(({ shape }) => broadcasts(shape, x.shape)) : undefined;
  const op = maker.one(['Add', 'Sub', 'Mul', 'Max', 'Min', ...(y ? [] : ['Div', 'PRelu'])]);
  const name = y?.name ?? maker.floats(narrower(maker, x.shape), op === 'Div' ? 1 : -2, 2);
  const isOrdered = op === 'PRelu' || op === 'Div' || maker.chance(2);
  return maker.node(op, isOrdered ? [x.name, name] : [name, x.name], [x.shape]);
};

const where: AddNode = (maker) => {
  const x = maker.value(({ isExact }) => isExact);
  if (!x) return false;
  const comparison = maker.one(['Greater', 'Less', 'GreaterOrEqual', 'LessOrEqual', 'Equal']);
  const condition = maker.inner(comparison, [x.name, maker.floats(narrower(maker, x.shape))]);
  return maker.node('Where', [condition, x.name, maker.floats(narrower(maker, x.shape))], [x.shape], {}, true);
};

const withAxes = (maker: GraphMaker): Random | undefined => maker.value(({ shape }) => shape.length > 0);

/** An axis, or the same counted from the end. */
const signed = (maker: GraphMaker, axis: number, rank: number): number => (maker.chance(2) ? axis - rank : axis);

const REDUCTIONS = ['ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare'];

const reduce: AddNode = (maker) => {
  const x = withAxes(maker);
  if (!x) return false;
  const chosen = x.shape.map((_, axis) => axis).filter(() => maker.chance(2));
  const axes = chosen.length ? chosen : [maker.pick(x.shape.length)];
  const keepdims = maker.pick(2);
  const shape = keepdims
    ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : x.shape.filter((_, axis) => !axes.includes(axis));
  const list = axes.map((axis) => signed(maker, axis, x.shape.length));
  const op = maker.one(REDUCTIONS);
  if (op === 'ReduceSum') return maker.node(op, [x.name, maker.longs(list)], [shape], { keepdims });
  return maker.node(op, [x.name], [shape], { axes: list, keepdims }, x.isExact && /M(ax|in)/.test(op));
};

const softmax: AddNode = (maker) => {
  const x = withAxes(maker);
  if (!x) return false;
  const axis = signed(maker, maker.pick(x.shape.length), x.shape.length);
  return maker.node(maker.one(['Softmax', 'LogSoftmax']), [x.name], [x.shape], { axis });
};

const argMax: AddNode = (maker) => {
  const x = maker.value(({ shape, isExact }) => isExact && shape.length > 0);
  if (!x) return false;
  const axis = maker.pick(x.shape.length);
  const index = maker.inner(maker.one(['ArgMax', 'ArgMin']), [x.name], { axis, select_last_index: maker.pick(2) });
  return maker.node('Cast', [index], [x.shape.with(axis, 1)], { to: 1 }, true);
};

const cumulate: AddNode = (maker) => {
  const x = withAxes(maker);
  if (!x) return false;
  const axis = maker.longs([maker.pick(x.shape.length)], []);
  return maker.node('CumSum', [x.name, axis], [x.shape], { exclusive: maker.pick(2), reverse: maker.pick(2) });
};

const matMul: AddNode = (maker) => {
  const x = maker.value(({ shape }) => shape.length > 1);
  if (!x) return false;
  const inner = x.shape.at(-1)!;
  const y = maker.chance(2) ? maker.value(({ shape }) => shape.length === 2 && shape[0] === inner) : undefined;
  const columns = y?.shape[1] ?? maker.between(1, 8);
  const name = y?.name ?? maker.floats([inner, columns], -1, 1);
  return maker.node('MatMul', [x.name, name], [[...x.shape.slice(0, -1), columns]]);
};

const gemm: AddNode = (maker) => {
  const x = maker.value(({ shape }) => shape.length === 2);
  if (!x) return false;
  const [transA, transB, columns] = [maker.pick(2), maker.pick(2), maker.between(1, 8)];
  const [rows, inner] = transA ? x.shape.toReversed() : x.shape;
  const weights = maker.floats(transB ? [columns, inner!] : [inner!, columns], -1, 1);
  const bias = maker.chance(3) ? [] : [maker.floats(narrower(maker, [rows!, columns]))];
  const factors = { alpha: { float: 0.5 }, beta: { float: maker.one([1, 2]) } };
  return maker.node('Gemm', [x.name, weights, ...bias], [[rows!, columns]], { transA, transB, ...factors });
};

/** Nodes with elements of any shape. */
export const ELEMENT_NODES: readonly AddNode[] = [
  unary,
  unary,
  clip,
  binary,
  binary,
  where,
  reduce,
  softmax,
  argMax,
  cumulate,
  matMul,
  gemm,
];
