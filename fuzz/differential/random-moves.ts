// Random nodes that move elements.

import { sizeOf, type AddNode, type GraphMaker, type Random } from './graph-maker.js';

const withAxes = (maker: GraphMaker, rank = 1): Random | undefined => maker.value(({ shape }) => shape.length >= rank);

/** Sizes whose product is `size`. */
const factors = (maker: GraphMaker, size: number): number[] => {
  const shape: number[] = [];
  let rest = size;
  for (let count = maker.pick(4); count > 0; count--) {
    const divisors = Array.from({ length: Math.min(rest, 16) }, (_, i) => i + 1).filter((one) => rest % one === 0);
    const next = maker.one(divisors);
    shape.push(next);
    rest /= next;
  }
  return [...shape, rest];
};

const reshape: AddNode = (maker) => {
  const x = maker.value()!;
  const shape = factors(maker, sizeOf(x.shape));
  const written = maker.chance(2) ? shape : shape.with(maker.pick(shape.length), -1);
  return maker.node('Reshape', [x.name, maker.longs(written)], [shape], {}, x.isExact);
};

const flatten: AddNode = (maker) => {
  const x = maker.value()!;
  const axis = maker.pick(x.shape.length + 1);
  const shape = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))];
  return maker.node('Flatten', [x.name], [shape], { axis }, x.isExact);
};

const transpose: AddNode = (maker) => {
  const x = withAxes(maker, 2);
  if (!x) return false;
  const perm = x.shape.map((_, axis) => axis);
  for (let i = perm.length - 1; i > 0; i--) {
    const j = maker.pick(i + 1);
    [perm[i], perm[j]] = [perm[j]!, perm[i]!];
  }
  const shape = perm.map((axis) => x.shape[axis]!);
  return maker.node('Transpose', [x.name], [shape], { perm }, x.isExact);
};

const unsqueeze: AddNode = (maker) => {
  const x = maker.value()!;
  const axis = maker.pick(x.shape.length + 1);
  return maker.node('Unsqueeze', [x.name, maker.longs([axis])], [x.shape.toSpliced(axis, 0, 1)], {}, x.isExact);
};

const squeeze: AddNode = (maker) => {
  const x = maker.value(({ shape }) => shape.includes(1));
  if (!x) return false;
  const axis = x.shape.indexOf(1);
  return maker.node('Squeeze', [x.name, maker.longs([axis])], [x.shape.toSpliced(axis, 1)], {}, x.isExact);
};

const slice: AddNode = (maker) => {
  const x = withAxes(maker);
  if (!x) return false;
  const axis = maker.pick(x.shape.length);
  const size = x.shape[axis]!;
  const step = maker.one([1, 1, 2, 3, -1, -2]);
  const [low, high] = [maker.pick(size), maker.pick(size)].sort((a, b) => a - b) as [number, number];
  const [start, end] = step > 0 ? [low, high + 1] : [high, low - 1];
  const written = end < 0 ? -size - 1 : end === size ? maker.one([size, 2 ** 31]) : maker.one([end, end - size]);
  const lists = [maker.one([start, start - size]), written, axis, step].map((number) => maker.longs([number]));
  return maker.node('Slice', [x.name, ...lists], [x.shape.with(axis, Math.ceil((end - start) / step))], {}, x.isExact);
};

const concat: AddNode = (maker) => {
  const x = withAxes(maker);
  if (!x) return false;
  const axis = maker.pick(x.shape.length);
  const fits = ({ shape }: Random): boolean =>
    shape.length === x.shape.length && shape.every((size, i) => i === axis || size === x.shape[i]);
  const parts = Array.from({ length: maker.between(1, 4) }, () => maker.value(fits)!);
  const total = parts.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  const names = parts.map(({ name }) => name);
  return maker.node(
    'Concat',
    names,
    [x.shape.with(axis, total)],
    { axis },
    parts.every(({ isExact }) => isExact),
  );
};

const split: AddNode = (maker) => {
  const x = maker.value(({ shape }) => shape.some((size) => size > 1));
  if (!x) return false;
  const axis = x.shape.findIndex((size) => size > 1);
  const first = maker.between(1, x.shape[axis]! - 1);
  const sizes = [first, x.shape[axis]! - first];
  const shapes = sizes.map((size) => x.shape.with(axis, size));
  return maker.node('Split', [x.name, maker.longs(sizes)], shapes, { axis }, x.isExact);
};

const pad: AddNode = (maker) => {
  const x = withAxes(maker);
  if (!x) return false;
  const mode = maker.one(['constant', 'constant', 'reflect', 'edge']);
  const amount = (size: number): number => (maker.chance(2) ? 0 : maker.pick(mode === 'reflect' ? size : 3));
  const [before, after] = [x.shape.map(amount), x.shape.map(amount)] as const;
  const shape = x.shape.map((size, axis) => size + before[axis]! + after[axis]!);
  const value = mode === 'constant' && maker.chance(2) ? [maker.constant([0.5], [])] : [];
  return maker.node('Pad', [x.name, maker.longs([...before, ...after]), ...value], [shape], { mode }, x.isExact);
};

const tile: AddNode = (maker) => {
  const x = withAxes(maker);
  if (!x) return false;
  const repeats = x.shape.map(() => maker.one([1, 1, 2, 3]));
  const shape = x.shape.map((size, i) => size * repeats[i]!);
  return maker.node('Tile', [x.name, maker.longs(repeats)], [shape], {}, x.isExact);
};

const expand: AddNode = (maker) => {
  const x = maker.value(({ shape }) => shape.includes(1));
  if (!x) return false;
  const wider = x.shape.map((size) => (size === 1 ? maker.between(1, 4) : size));
  const shape = maker.chance(3) ? [2, ...wider] : wider;
  return maker.node('Expand', [x.name, maker.longs(shape)], [shape], {}, x.isExact);
};

const gather: AddNode = (maker) => {
  const x = withAxes(maker);
  if (!x) return false;
  const axis = maker.pick(x.shape.length);
  const size = x.shape[axis]!;
  const dims = maker.one([[], [1], [3], [2, 2]]);
  const indices = Array.from({ length: sizeOf(dims) }, () => maker.pick(2 * size) - size);
  const shape = [...x.shape.slice(0, axis), ...dims, ...x.shape.slice(axis + 1)];
  return maker.node('Gather', [x.name, maker.longs(indices, dims)], [shape], { axis }, x.isExact);
};

/** Nodes that move elements. */
export const MOVE_NODES: readonly AddNode[] = [
  reshape,
  flatten,
  transpose,
  transpose,
  unsqueeze,
  squeeze,
  slice,
  slice,
  concat,
  split,
  pad,
  tile,
  expand,
  gather,
];
