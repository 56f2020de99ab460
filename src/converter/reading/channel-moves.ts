// Gathers and scatters with constant indices that only move whole slices along an axis.
//
//   x[:, [2, 0]]                  gather 2 0 along axis 1
//   x[:, [2, 0]] = updates        concat x, updates -> gather along axis 1

import { asOp } from '../../ir/graph.js';
import { positiveAxis, sameShape, stridesOf } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';
import { concat } from '../../ops/concat.js';
import { expand } from '../../ops/rare/expand.js';
import { gather } from '../../ops/rare/gather.js';
import { reshape } from '../../ops/reshape.js';
import { isIdentity, range } from '../../ops/shared/permutation.js';
import type { Builder } from './builder.js';

/** The longest axis whose slices are followed one by one. */
const MAX_SLICES = 2 ** 16;

/** The places that are taken along each axis, from the first one on. */
export type Grid = readonly (readonly number[])[];

/** The slices of `x` at `places` along an axis. */
export const pickAlong = (build: Builder, x: Value, axis: number, places: readonly number[]): Value =>
  isIdentity(places, x.shape[axis]) ? x : build.op(gather, { axis }, [x, build.ints(places)]);

/**
 * `x` with `updates` in the place of its slices at `places` along an axis; undefined if a place is named
 * twice, `updates` have another shape or the axis is very long.
 */
export const putAlong = (
  build: Builder,
  x: Value,
  axis: number,
  places: readonly number[],
  updates: Value,
): Value | undefined => {
  const fits = x.shape.map((size, i) => (i === axis ? places.length : size));
  if (x.shape[axis]! > MAX_SLICES || !sameShape(updates.shape, fits)) return undefined;
  if (new Set(places).size < places.length) return undefined;
  const slices = slicesOf(build, x, axis);
  places.forEach((place, i) => (slices[place] = { part: updates, index: i }));
  const parts = [...new Set(slices.map(({ part }) => part))];
  const starts = new Map<Value, number>();
  let start = 0;
  for (const part of parts) starts.set(part, (start += part.shape[axis]!) - part.shape[axis]!);
  const joined = parts.length > 1 ? build.op(concat, { axis }, parts) : parts[0]!;
  return pickAlong(
    build,
    joined,
    axis,
    slices.map(({ part, index }) => starts.get(part)! + index),
  );
};

/** Where each slice of a value along an axis comes from, before parts were joined and slices picked. */
const slicesOf = (build: Builder, x: Value, axis: number): { part: Value; index: number }[] => {
  const picked = asOp(build.makerOf(x), gather);
  const isShort = (value: Value) => value.shape[axis]! <= MAX_SLICES;
  const isPick =
    picked?.attrs.axis === axis && picked.indices.data && picked.indices.shape.length === 1 && isShort(picked.x);
  const joined = asOp(build.makerOf(isPick ? picked.x : x), concat);
  const parts = joined?.attrs.axis === axis ? joined.parts : [isPick ? picked.x : x];
  const slices = parts.flatMap((part) => range(part.shape[axis]!).map((index) => ({ part, index })));
  return isPick ? Array.from(picked.indices.data!, (index) => ({ ...slices.at(index)! })) : slices;
};

/**
 * What the last axis of the indices of GatherND or ScatterND names, if they are constant and number j depends only on the
 * place along axis j: then they name a part of each axis of `shape`.
 */
export const gridOf = (build: Builder, indices: Value, shape: readonly number[]): Grid | undefined => {
  const known = constantOf(build, indices);
  const depth = indices.shape.length - 1;
  if (!known || indices.shape.at(-1) !== depth || depth > shape.length) return undefined;
  const columns = range(depth).map((axis) => {
    const column = Array.from({ length: known.data!.length / depth }, (_, i) => known.data![i * depth + axis]!);
    return placesAlong(column, indices.shape.slice(0, -1), axis, shape[axis]!);
  });
  return columns.every((places) => places !== undefined) ? columns : undefined;
};

/** The places that the indices of GatherElements or ScatterElements name along an axis, if they are constant and the same for all others. */
export const lineOf = (build: Builder, indices: Value, axis: number, size: number): readonly number[] | undefined => {
  const known = constantOf(build, indices);
  return known && placesAlong(Array.from(known.data!), indices.shape, axis, size);
};

/** The places in an axis of `size`, if the indices only differ along `axis` of their shape. */
const placesAlong = (
  indices: readonly number[],
  shape: readonly number[],
  axis: number,
  size: number,
): number[] | undefined => {
  const [length, stride] = [shape[axis]!, stridesOf(shape)[axis]!];
  const line = range(length).map((i) => indices[i * stride]!);
  if (!indices.every((index, i) => index === line[Math.floor(i / stride) % length])) return undefined;
  const places = line.map((index) => positiveAxis(index, size));
  return places.every((place) => place >= 0 && place < size) ? places : undefined;
};

/** The value as a constant for the batch that is read, if only the batch keeps it from being one. */
const constantOf = (build: Builder, value: Value): Value | undefined => {
  if (value.data) return value;
  const maker = build.makerOf(value);
  const [first, like] = maker?.inputs ?? [];
  if (maker?.op === reshape) {
    const known = constantOf(build, first!);
    return known && build.reshape(known, value.shape);
  }
  const joined = asOp(maker, concat);
  if (joined) {
    const parts = joined.parts.map((part) => constantOf(build, part));
    return parts.every((part) => part !== undefined) ? build.op(concat, joined.attrs, parts) : undefined;
  }
  const one = maker?.op === expand && like ? constantOf(build, first!) : undefined;
  return one?.shape[0] === 1 ? repeated(build, one, value.shape) : undefined;
};

/** An array of one sample, once for each sample. */
const repeated = (build: Builder, one: Value, shape: readonly number[]): Value => {
  const data = Array.from({ length: shape[0]! }, () => Array.from(one.data!)).flat();
  return one.type === 'float32' ? build.floats(data, shape) : build.ints(data, shape, one.type);
};
