// Scaled dot-product attention.

import { concat } from '../../../ops/concat.js';
import { matmul } from '../../../ops/matmul.js';
import { pad } from '../../../ops/pad.js';
import { softmax } from '../../../ops/softmax.js';
import { showShape } from '../../../ir/tensor.js';
import type { Value } from '../../../ir/value.js';
import { broadcastTo } from '../../reading/broadcast.js';
import type { Builder } from '../../reading/builder.js';
import { apply, choose, map, reduced } from '../../reading/calculate.js';
import { castTo } from '../../reading/elementwise.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import type { Rule, Rules } from './rule.js';

const UNBOUNDED = { low: -Infinity, high: Infinity };

/** [B, S, heads * D] as [B, heads, S, D]; an input of four axes is in this form. */
const splitHeads = (build: Builder, x: Value, heads: number | undefined): Value => {
  const [samples, length, width] = x.shape as [number, number, number];
  if (x.shape.length === 4) return x;
  if (x.shape.length !== 3 || !heads || width % heads)
    return refuse(`${heads ?? 'an unknown number of'} heads do not fit an input of shape ${showShape(x.shape)}`);
  return build.transpose(build.reshape(x, [samples, length, heads, width / heads]), [0, 2, 1, 3]);
};

/** [B, heads, S, D] as [B, S, heads * D]. */
const joinHeads = (build: Builder, x: Value): Value => {
  const [samples, heads, length, size] = x.shape as [number, number, number, number];
  return build.reshape(build.transpose(x, [0, 2, 1, 3]), [samples, length, heads * size], 2);
};

/** Each head of keys or values as often as queries share it: h0, h0, h1, h1, ... */
const repeatHeads = (build: Builder, x: Value, heads: number): Value => {
  const [samples, own, length, size] = x.shape as [number, number, number, number];
  if (own === heads) return x;
  if (heads % own) refuse(`${own} heads of keys do not divide ${heads} heads of queries`);
  const wide = [samples, own, heads / own, length, size];
  const one = build.reshape(x, [samples, own, 1, length, size]);
  return build.reshape(broadcastTo(build, one, wide), [samples, heads, length, size]);
};

/** The mask as numbers to add, -Infinity where it forbids a key, and at keys after its end. */
const givenBias = (build: Builder, mask: Value, keys: number): Value => {
  const bias =
    mask.type === 'bool' ? choose(build, mask, 0, build.floats([-Infinity], [])) : castTo(build, mask, 'float32');
  const missing = keys - (bias.shape.at(-1) ?? keys);
  if (missing <= 0) return bias;
  const pads = new Array<number>(2 * bias.shape.length).fill(0);
  pads[pads.length - 1] = missing;
  return build.op(pad, { mode: 'constant', pads, value: -Infinity }, [bias]);
};

/** Which keys position and length allow: bool [B or 1, 1, queries, keys]; undefined if all are allowed. */
const allowedKeys = (node: NodeView, build: Builder, queries: number, keys: number): Value | undefined => {
  const [past, lengths] = [node.optional(4), node.optional(6)];
  const valid = lengths && build.reshape(lengths, [lengths.shape[0]!, 1, 1, 1]);
  const type = valid?.type ?? 'int64';
  // how many keys come before the first query
  const offset =
    valid && !past ? apply(build, 'sub', valid, queries) : build.ints([past?.shape[2] ?? 0], [1, 1, 1, 1], type);
  const distance = build.listed([1, 1, queries, keys], type, (i) => (i % keys) - Math.floor(i / keys));
  const [left, right] = ['left_window_size', 'right_window_size'].map((name) => node.int(name, -1)) as [number, number];
  const conditions: Value[] = [];
  if (node.flag('is_causal', false)) conditions.push(apply(build, 'lessOrEqual', distance, offset));
  if (right >= 0) conditions.push(apply(build, 'lessOrEqual', apply(build, 'sub', distance, right), offset));
  if (left >= 0) conditions.push(apply(build, 'greaterOrEqual', apply(build, 'add', distance, left), offset));
  if (valid)
    conditions.push(
      apply(
        build,
        'less',
        build.listed([1, 1, 1, keys], type, (i) => i),
        valid,
      ),
    );
  return conditions.length > 0 ? conditions.reduce((all, one) => apply(build, 'and', all, one)) : undefined;
};

const biasOf = (node: NodeView, build: Builder, queries: number, keys: number): Value | undefined => {
  const given = node.optional(3) && givenBias(build, node.optional(3)!, keys);
  const allowed = allowedKeys(node, build, queries, keys);
  if (!allowed) return given;
  const bias = choose(build, allowed, 0, build.floats([-Infinity], []));
  return given ? apply(build, 'add', given, bias) : bias;
};

/** Softmax over the keys; 0 for queries whose bias forbids all keys. */
const probabilitiesOf = (build: Builder, scores: Value, bias: Value | undefined): Value => {
  const y = build.op(softmax, { axis: scores.shape.length - 1, log: false }, [scores]);
  if (!bias) return y;
  const best = reduced(build, 'max', bias, [bias.shape.length - 1]);
  const isDead = apply(build, 'equal', best, -Infinity);
  return isDead.data?.every((dead) => dead === 0) ? y : choose(build, isDead, 0, y);
};

const attention: Rule = (node, build) => {
  const heads = (name: string) => (node.has(name) ? node.int(name) : undefined);
  const query = splitHeads(build, node.input(0), heads('q_num_heads'));
  const [keys, values] = [1, 2].map((index) => {
    const now = splitHeads(build, node.input(index), heads('kv_num_heads'));
    const past = node.optional(index + 3);
    return past ? build.op(concat, { axis: 2 }, [past, now]) : now;
  }) as [Value, Value];
  const [, count, length, size] = query.shape as [number, number, number, number];
  const scaled = apply(build, 'mul', query, node.float('scale', 1 / Math.sqrt(size)));
  const turned = build.transpose(repeatHeads(build, keys, count), [0, 1, 3, 2]);
  const raw = build.op(matmul, UNBOUNDED, [scaled, turned]);
  const cap = node.float('softcap', 0);
  const capped = cap > 0 ? apply(build, 'mul', map(build, 'tanh', apply(build, 'div', raw, cap)), cap) : raw;
  const bias = biasOf(node, build, length, keys.shape[2]!);
  const scores = bias ? apply(build, 'add', capped, bias) : capped;
  const probabilities = probabilitiesOf(build, scores, bias);
  const y = build.op(matmul, UNBOUNDED, [probabilities, repeatHeads(build, values, count)]);
  const mode = node.int('qk_matmul_output_mode', 0);
  const shown = [raw, capped, scores, probabilities][mode] ?? refuse(`qk_matmul_output_mode ${mode} is not supported`);
  return [node.input(0).shape.length === 3 ? joinHeads(build, y) : y, keys, values, shown];
};

export const attentionRules: Rules = { Attention: attention };
