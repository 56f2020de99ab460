// Computes nodes of constants without kernels: enough of the ops for shape arithmetic and weights.

import type { Node } from '../../../src/ir/graph.js';
import type { Attrs } from '../../../src/ir/schema.js';
import type { ConstantData, Value } from '../../../src/ir/value.js';
import { sizeOf, stridesOf } from '../../../src/ir/tensor.js';

type Place = readonly number[];

const places = (shape: readonly number[]): Place[] => {
  const strides = stridesOf(shape);
  return Array.from({ length: sizeOf(shape) }, (_, i) =>
    shape.map((size, axis) => Math.floor(i / strides[axis]!) % size),
  );
};

/** An element of `x` for a place of a shape that `x` is stretched to. */
const at = (x: Value, place: Place): number => {
  const strides = stridesOf(x.shape);
  const own = place.slice(place.length - x.shape.length);
  return x.data![own.reduce((sum, index, axis) => sum + (x.shape[axis] === 1 ? 0 : index * strides[axis]!), 0)]!;
};

const binaries: Record<string, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  mod: (a, b) => a % b,
  min: Math.min,
  max: Math.max,
  pow: Math.pow,
  equal: (a, b) => Number(a === b),
  less: (a, b) => Number(a < b),
  greater: (a, b) => Number(a > b),
};

const swap = (place: Place, axis: number, index: number): Place => place.map((old, i) => (i === axis ? index : old));

const gather = ([x, indices]: Value[], attrs: Attrs, place: Place): number => {
  const axis = attrs.axis as number;
  const middle = place.slice(axis, axis + indices!.shape.length);
  const index = at(indices!, middle);
  const from = index < 0 ? index + x!.shape[axis]! : index;
  return at(x!, [...place.slice(0, axis), from, ...place.slice(axis + indices!.shape.length)]);
};

const concat = (inputs: Value[], attrs: Attrs, place: Place): number => {
  const axis = attrs.axis as number;
  let index = place[axis]!;
  for (const input of inputs) {
    const size = input.shape[axis]!;
    if (index < size) return at(input, swap(place, axis, index));
    index -= size;
  }
  throw new Error('the place is beyond all inputs');
};

const slice = ([x]: Value[], attrs: Attrs, place: Place): number => {
  const { axes, starts, steps } = attrs as { axes: number[]; starts: number[]; steps: number[] };
  return at(
    x!,
    axes.reduce((moved, axis, i) => swap(moved, axis, starts[i]! + steps[i]! * place[axis]!), place),
  );
};

const unaries: Record<string, (x: number) => number> = { neg: (x) => -x, abs: Math.abs, not: (x) => 1 - x };

const elements: Record<string, (inputs: Value[], attrs: Attrs, place: Place) => number> = {
  binary: ([a, b], { kind }, place) => binaries[kind as string]!(at(a!, place), at(b!, place)),
  unary: ([x], { kind }, place) => unaries[kind as string]!(at(x!, place)),
  cast: ([x], { to }, place) => (to === 'bool' ? Number(at(x!, place) !== 0) : at(x!, place)),
  transpose: ([x], { perm }, place) =>
    at(
      x!,
      x!.shape.map((_, axis) => place[(perm as number[]).indexOf(axis)]!),
    ),
  expand: ([x], _, place) => at(x!, place),
  tile: ([x], _, place) =>
    at(
      x!,
      place.map((index, axis) => index % x!.shape[axis]!),
    ),
  where: ([condition, a, b], _, place) => (at(condition!, place) ? at(a!, place) : at(b!, place)),
  gather,
  concat,
  slice,
};

const reduce = ({ inputs: [x], output, attrs }: Node): number[] => {
  const { axes, kind } = attrs as { axes: number[]; kind: string };
  const kept = x!.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const strides = stridesOf(kept);
  const results = new Array<number>(sizeOf(output.shape)).fill(kind === 'prod' ? 1 : 0);
  for (const place of places(x!.shape)) {
    const to = place.reduce((sum, index, axis) => sum + (axes.includes(axis) ? 0 : index * strides[axis]!), 0);
    results[to] = kind === 'prod' ? results[to]! * at(x!, place) : results[to]! + at(x!, place);
  }
  return results;
};

/** The elements of a node whose inputs are all constant. */
export const evaluate = (node: Node): ConstantData => {
  const { op, inputs, output, attrs } = node;
  const element = elements[op.name];
  if (!element && op.name !== 'reduce') throw new Error(`the tests cannot compute ${op.name}`);
  const values = element ? places(output.shape).map((place) => element(inputs, attrs, place)) : reduce(node);
  return output.type === 'float32' ? Float32Array.from(values) : Int32Array.from(values);
};
