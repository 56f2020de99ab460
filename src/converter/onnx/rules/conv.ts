// Convolutions and matrix products.

import { channelsOf, type Value } from '../../../ir/value.js';
import { conv } from '../../../ops/conv/conv.js';
import { convTranspose } from '../../../ops/rare/conv-transpose.js';
import { matmul } from '../../../ops/matmul.js';
import { binary } from '../../../ops/binary.js';
import { sameShape, showShape } from '../../../ir/tensor.js';
import type { Builder, Constant } from '../../reading/builder.js';
import { pickAlong } from '../../reading/channel-moves.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import { broadcastTo } from '../../reading/broadcast.js';
import { computedConv, computedConvTranspose } from './computed-conv.js';
import type { Rule, Rules } from './rule.js';
import { splitPads, type Window } from '../../reading/window.js';
import { autoPad, perAxis, spatialSizes, windowOf } from './window.js';

/** What to do about weights that must be constant. */
export const FIX_WEIGHTS = 'fix the weights with the constants option';
const UNBOUNDED = { low: -Infinity, high: Infinity };

/** The weights `w` of an input of `rank` dimensions; refuses those of another shape. */
export const weightsOf = <W extends Value>(node: NodeView, rank: number, w: W): W => {
  if (w.shape.length !== rank)
    refuse(`weights of shape ${showShape(w.shape)} do not fit an input of ${rank} dimensions`);
  const kernel = w.shape.slice(2);
  const declared = node.ints('kernel_shape', kernel);
  if (!sameShape(declared, kernel)) {
    refuse(`kernel_shape ${showShape(declared)} is not that of the weights ${showShape(w.shape)}`);
  }
  return w;
};

/** Input `index` as the bias that the op takes, or as one that must be added after it because it is not constant. */
export const biasOf = (
  node: NodeView,
  build: Builder,
  index: number,
  outputs: number,
): { bias: Value; later?: Value } => {
  const given = node.optional(index);
  if (given?.data) return { bias: given };
  const bias = build.floats(new Float32Array(outputs));
  return given ? { bias, later: given } : { bias };
};

/** The sum of a result with channels last and the bias that its op does not take. */
export const addLater = (build: Builder, y: Value, later: Value | undefined): Value =>
  later ? build.op(binary, { kind: 'add' }, [y, later]) : y;

/** Conv, and what FusedConv begins with. */
export const convRule: Rule = (node, build) => {
  const w = weightsOf(node, node.input(0).shape.length, node.input(1));
  if (!w.data) return convolvedByValue(node, build, w);
  const { bias, later } = biasOf(node, build, 2, w.shape[0]!);
  return convolved(node, build, node.input(0), w, bias, later);
};

/** A convolution whose weights are computed in a run. */
const convolvedByValue = (node: NodeView, build: Builder, w: Value): Value => {
  const x = node.input(0);
  const window = windowOf(node, spatialSizes(x.shape), w.shape.slice(2));
  const y = computedConv(build, build.toLast(x), w, window, node.int('group', 1));
  return build.toFirst(addLater(build, y, node.optional(2)));
};

/** The convolution that the node's attributes describe, of channels first. */
export const convolved = (
  node: NodeView,
  build: Builder,
  x: Value,
  w: Value,
  bias: Value = build.floats(new Float32Array(w.shape[0]!)),
  later?: Value,
): Value => {
  const window = windowOf(node, spatialSizes(x.shape), w.shape.slice(2));
  const attrs = { ...window, group: node.int('group', 1), blocks: [], ...UNBOUNDED };
  const y = build.op(conv, attrs, [build.toLast(x), build.toLast(w), bias]);
  return build.toFirst(addLater(build, y, later));
};

type Transposed = Window & { outputPads: readonly number[] };

/** Pads that bring the natural sizes to `target`; if that is larger, the end is extended. */
const padsFor = (natural: number[], target: readonly number[], window: Transposed, upper: boolean): Transposed => {
  const totals = natural.map((size, axis) => size - target[axis]!);
  const outputPads = window.outputPads.map((pad, axis) => pad + Math.max(-totals[axis]!, 0));
  return {
    ...window,
    pads: splitPads(
      totals.map((total) => Math.max(total, 0)),
      !upper,
    ),
    outputPads,
  };
};

const transposedWindow = (node: NodeView, sizes: readonly number[], kernel: readonly number[]): Transposed => {
  const rank = sizes.length;
  const strides = perAxis(node, 'strides', rank, 1);
  const dilations = perAxis(node, 'dilations', rank, 1);
  const outputPads = perAxis(node, 'output_padding', rank, 0);
  const mode = autoPad(node);
  const window = { kernel, strides, dilations, outputPads, pads: new Array<number>(2 * rank).fill(0) };
  const natural = sizes.map(
    (size, axis) => (size - 1) * strides[axis]! + (kernel[axis]! - 1) * dilations[axis]! + 1 + outputPads[axis]!,
  );
  if (node.has('output_shape')) {
    const target = node.ints('output_shape').slice(-rank);
    if (target.length !== rank) refuse('output_shape has too few numbers');
    return padsFor(natural, target, window, mode === 'SAME_UPPER');
  }
  if (mode === 'NOTSET') return { ...window, pads: perAxis(node, 'pads', 2 * rank, 0) };
  if (mode === 'VALID') return window;
  return padsFor(
    natural,
    sizes.map((size, axis) => size * strides[axis]!),
    window,
    mode === 'SAME_UPPER',
  );
};

const convTransposeRule: Rule = (node, build) => {
  const x = node.input(0);
  const sizes = spatialSizes(x.shape);
  const w = weightsOf(node, x.shape.length, node.input(1));
  const group = node.int('group', 1);
  const window = transposedWindow(node, sizes, w.shape.slice(2));
  if (!w.data) {
    const y = computedConvTranspose(build, build.toLast(x), w, window, group);
    return build.toFirst(addLater(build, y, node.optional(2)));
  }
  const { bias, later } = biasOf(node, build, 2, w.shape[1]! * group);
  const attrs = { ...window, group, ...UNBOUNDED };
  const y = build.op(convTranspose, attrs, [build.toLast(x), build.toLast(w), bias]);
  return build.toFirst(addLater(build, y, later));
};

const scaled = (build: Builder, x: Value, factor: number): Value =>
  factor === 1 ? x : build.op(binary, { kind: 'mul' }, [x, build.scalar(factor, x)]);

/** Whether `c` has one constant for every column. */
const isRowBias = (c: Value, columns: number): boolean =>
  c.data !== undefined &&
  c.shape.slice(0, -1).every((size) => size === 1) &&
  [1, columns].includes(c.shape.at(-1) ?? 1);

/** Gemm, and what FusedGemm begins with. */
export const gemmRule: Rule = (node, build) => {
  const a = turned(build, node.input(0), node.flag('transA', false));
  const b = turned(build, node.input(1), node.flag('transB', false));
  const alpha = node.float('alpha', 1);
  const product = b.data ? [a, scaled(build, b, alpha)] : [scaled(build, a, alpha), b];
  const c = node.optional(2) && scaled(build, node.optional(2)!, node.float('beta', 1));
  const columns = b.shape[1]!;
  if (!c) return build.op(matmul, UNBOUNDED, product);
  if (!isRowBias(c, columns)) return build.op(binary, { kind: 'add' }, [build.op(matmul, UNBOUNDED, product), c]);
  const row = broadcastTo(build, build.reshape(c, [c.shape.at(-1) ?? 1]), [columns]);
  return build.op(matmul, UNBOUNDED, [...product, row]);
};

const turned = (build: Builder, x: Value, turn: boolean): Value => {
  if (x.shape.length !== 2) refuse(`an input of ${x.shape.length} dimensions is not supported`);
  return turn ? build.transpose(x, [1, 0]) : x;
};

/** A product with a matrix that only moves columns of the first factor or rows of the second one. */
const pickByMatrix = (build: Builder, a: Value, b: Value): Value | undefined => {
  if (!a.data === !b.data) return undefined;
  const [matrix, x] = b.data ? [build.transpose(b, lastTwoTurned(b)), a] : [a, b];
  const axis = x.shape.length - (b.data ? 1 : 2);
  const fits = matrix.shape.length === 2 && matrix.shape[1] === x.shape[axis];
  const places = fits ? placesOfOnes(matrix as Constant) : undefined;
  return places && pickAlong(build, x, axis, places);
};

const lastTwoTurned = ({ shape }: Value): number[] => {
  const axes = [...shape.keys()];
  return [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!];
};

/** Where each row of a matrix has its 1, if it has only one and all else is 0. */
const placesOfOnes = ({ data, shape }: Constant): number[] | undefined => {
  const [rows, columns] = shape as [number, number];
  const places: number[] = [];
  for (let row = 0; row < rows; row++) {
    const numbers = data.subarray(row * columns, (row + 1) * columns);
    const place = numbers.indexOf(1);
    if (place < 0 || !numbers.every((number, column) => number === (column === place ? 1 : 0))) return undefined;
    places.push(place);
  }
  return places;
};

/** The product of two values as NumPy's matmul has it. */
export const multiplied = (build: Builder, a: Value, b: Value): Value => {
  if (a.shape.length === 0 || b.shape.length === 0) return refuse('a factor has no dimensions');
  const [left, right] = [a.shape.length > 1, b.shape.length > 1];
  const rows = left ? a : build.reshape(a, [1, ...a.shape]);
  const columns = right ? b : build.reshape(b, [...b.shape, 1]);
  const picked = left && right ? pickByMatrix(build, a, b) : undefined;
  if (picked) return picked;
  const y = build.op(matmul, UNBOUNDED, [rows, columns]);
  if (left && right) return y;
  const kept = y.shape.slice(0, -2);
  return build.reshape(y, [...kept, ...(left ? [y.shape.at(-2)!] : []), ...(right ? [channelsOf(y)] : [])]);
};

/** Conv, and what FusedConv begins with. */
export const convRules: Rules = {
  Conv: convRule,
  ConvTranspose: convTransposeRule,
  Gemm: gemmRule,
  MatMul: (node, build) => multiplied(build, node.input(0), node.input(1)),
};
