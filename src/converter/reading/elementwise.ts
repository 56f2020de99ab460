// Bounds and types of the elements of a value.

import type { DataType } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';
import { binary } from '../../ops/binary.js';
import { cast } from '../../ops/rare/cast.js';
import { clip } from '../../ops/clip.js';
import type { Builder } from './builder.js';
import { refuse } from './refusal.js';

/** `x` limited to bounds; for integers by minimum and maximum, since the op `clip` takes floats. */
export const clamp = (build: Builder, x: Value, low: number, high: number): Value => {
  if (low === -Infinity && high === Infinity) return x;
  if (x.type === 'float32') return build.op(clip, { low, high }, [x]);
  const above = low > -(2 ** 31) ? build.op(binary, { kind: 'max' }, [x, build.scalar(low, x)]) : x;
  return high < 2 ** 31 - 1 ? build.op(binary, { kind: 'min' }, [above, build.scalar(high, x)]) : above;
};

/** `x` as another type; the same value if both types are held in the same way. */
export const castTo = (build: Builder, x: Value, to: DataType): Value => {
  if (x.type === to) return x;
  const isAlike = x.type !== 'float32' && to !== 'float32' && to !== 'bool';
  if (x.data && (isAlike || x.data.length === 0)) {
    const data = to === 'float32' ? new Float32Array(0) : Int32Array.from(x.data);
    return build.constant(data, x.shape, to);
  }
  return build.op(cast, { to: to as Exclude<DataType, 'int8'> }, [x]);
};

/** Constant integers, mostly sizes of shapes, are reduced as floats, which are exact for them. */
export const asFloats = (build: Builder, x: Value, compute: (floats: Value) => Value): Value => {
  if (x.type !== 'float32' && !x.data) refuse(`${x.type} is only supported for constants`);
  const result = compute(castTo(build, x, 'float32'));
  if (x.type !== 'float32' && [x, result].some(({ data }) => data?.some((value) => Math.abs(value) > 2 ** 24))) {
    refuse('integers beyond 2^24 are not supported here');
  }
  return castTo(build, result, x.type);
};
