// Rotary embeddings: pairs of elements are turned by an angle that depends on the position.

import { concat } from '../../../ops/concat.js';
import { gather } from '../../../ops/rare/gather.js';
import { showShape } from '../../../ir/tensor.js';
import type { Value } from '../../../ir/value.js';
import type { Builder } from '../../reading/builder.js';
import { apply } from '../../reading/calculate.js';
import { take } from '../../reading/ranges.js';
import { refuse } from '../../reading/refusal.js';
import type { Rule, Rules } from './rule.js';

/** The first and the second elements of all pairs: neighbours if `interleaved`, otherwise the two halves. */
const pairsOf = (build: Builder, x: Value, interleaved: boolean): [Value, Value] => {
  const axis = x.shape.length - 1;
  const count = x.shape[axis]! / 2;
  const part = (start: number, step: number) => take(build, x, [{ axis, start, step, count }]);
  return interleaved ? [part(0, 2), part(1, 2)] : [part(0, 1), part(count, 1)];
};

const fromPairs = (build: Builder, pairs: readonly Value[], interleaved: boolean): Value => {
  const { shape } = pairs[0]!;
  if (!interleaved) return build.op(concat, { axis: shape.length - 1 }, pairs);
  const columns = pairs.map((one) => build.reshape(one, [...shape, 1]));
  const joined = build.op(concat, { axis: shape.length }, columns);
  return build.reshape(joined, [...shape.slice(0, -1), shape.at(-1)! * 2], shape.length - 1);
};

/** The input is [B, heads, S, D] or [B, S, heads * D]; the tables of cosines and sines are [B, S, D / 2] or by position. */
const rotaryEmbedding: Rule = (node, build) => {
  const given = node.input(0);
  const isFlat = given.shape.length === 3;
  const heads = node.int('num_heads', 0);
  if (isFlat && !(heads > 0 && given.shape[2]! % heads === 0))
    refuse(`num_heads ${heads} does not divide the last axis of ${showShape(given.shape)}`);
  const x = isFlat ? build.reshape(given, [...given.shape.slice(0, 2), heads, given.shape[2]! / heads]) : given;
  const size = x.shape[3] ?? refuse(`an input of ${given.shape.length} dimensions is not supported`);
  const turned = node.int('rotary_embedding_dim', 0) || size;
  const part = (start: number, count: number) => take(build, x, [{ axis: 3, start, step: 1, count }]);
  const positions = node.optional(3);
  const [cos, sin] = [1, 2].map((index) => {
    const table = positions ? build.op(gather, { axis: 0 }, [node.input(index), positions]) : node.input(index);
    const [samples, length, half] = table.shape as [number, number, number];
    if (table.shape.length !== 3 || half * 2 !== turned)
      refuse(`a table of shape ${showShape(table.shape)} does not fit ${turned} elements to turn`);
    return build.reshape(table, isFlat ? [samples, length, 1, half] : [samples, 1, length, half]);
  }) as [Value, Value];
  const interleaved = node.flag('interleaved', false);
  const [a, b] = pairsOf(build, part(0, turned), interleaved);
  const times = (left: Value, right: Value) => apply(build, 'mul', left, right);
  const real = apply(build, 'sub', times(cos, a), times(sin, b));
  const imaginary = apply(build, 'add', times(sin, a), times(cos, b));
  const rotated = fromPairs(build, [real, imaginary], interleaved);
  const y = turned === size ? rotated : build.op(concat, { axis: 3 }, [rotated, part(turned, size - turned)]);
  return isFlat ? build.reshape(y, given.shape, 2) : y;
};

export const rotaryRules: Rules = { RotaryEmbedding: rotaryEmbedding };
