// Ops on permuted inputs: the permuted form of every op computes the same, with its axes moved.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { embeddedKernels } from '../../../src/kernels/embedded.js';
import { createEvaluator } from '../../../src/runtime/evaluate-node.js';
import type { Value } from '../../../src/ir/value.js';
import type { AnyOp } from '../../../src/ir/op.js';
import type { Attrs } from '../../../src/ir/schema.js';
import { ops as commonOps } from '../../../src/ops/index.js';
import { rareOps } from '../../../src/ops/rare.js';
import { sizeOf, type DataType } from '../../../src/ir/tensor.js';
import { randomIntegers } from '../../support/cases.js';
import { nodeOf, valueOf } from '../../support/graph-runner.js';
import { compare } from '../../support/harness.js';
import { randomPerm, transposed, type Random } from '../../support/permutations.js';
import { rewritesOf } from '../../../src/converter/rewrites/index.js';

const ops: readonly AnyOp[] = [...commonOps, ...rareOps];

type Shape = readonly number[];

/** Attributes for an input of `shape`, shapes of further inputs whose axes move too, and inputs whose axes do not. */
type Sample = { attrs: Attrs; others?: Shape[]; types?: DataType[]; rest?: Value[] };

const pick = <T>(random: Random, list: readonly T[]): T => list[random(0, list.length - 1)]!;

const subset = (random: Random, rank: number): number[] => randomPerm(random, rank).slice(0, random(0, rank));

const anyAxis = (random: Random, shape: Shape): number => random(0, shape.length - 1);

/** `shape` with some axes of size 1. */
const thinned = (random: Random, shape: Shape): Shape => shape.map((size) => (random(0, 2) ? size : 1));

const words = (name: string, attr: string): readonly string[] =>
  ops.find((op) => op.name === name)!.attrs[attr] as readonly string[];

const indicesOf = (random: Random, size: number): Value => {
  const shape = pick(random, [[], [1], [3], [2, 2]]);
  const data = Int32Array.from({ length: sizeOf(shape) }, () => random(-size, size - 1));
  return { ...valueOf('indices', shape, 'int64'), data };
};

const resizeAttrs = (random: Random, shape: Shape): Attrs => {
  const axes = subset(random, shape.length).slice(0, 3);
  const sizes = axes.map(() => random(1, 6));
  const mode = pick(random, words('resize', 'mode'));
  return {
    axes,
    sizes,
    scales: sizes.map((size, i) => size / shape[axes[i]!]!),
    mode,
    coordinates: pick(random, words('resize', 'coordinates')),
    nearest: pick(random, words('resize', 'nearest')),
    cubic: -0.75,
    excludeOutside: random(0, 1) === 1,
    antialias: mode !== 'nearest' && random(0, 3) === 0,
    roi: [...axes.map(() => random(0, 4) / 10), ...axes.map(() => random(6, 12) / 10)],
    extrapolation: 0.5,
  };
};

const sliceAttrs = (random: Random, shape: Shape): Attrs => {
  const axes = subset(random, shape.length);
  const parts = axes.map((axis) => {
    const [first, last] = [random(0, shape[axis]! - 1), random(0, shape[axis]! - 1)];
    const step = first <= last ? random(1, 3) : -random(1, 3);
    return { start: first, step, count: Math.floor((last - first) / step) + 1 };
  });
  return {
    axes,
    starts: parts.map(({ start }) => start),
    steps: parts.map(({ step }) => step),
    counts: parts.map(({ count }) => count),
  };
};

const SAMPLES: Record<string, (random: Random, shape: Shape) => Sample> = {
  clip: (random) => ({ attrs: { low: -random(0, 8) / 8, high: random(0, 8) / 8 } }),
  unary: (random) => ({
    attrs: {
      kind: pick(
        random,
        words('unary', 'kind').filter((kind) => kind !== 'not'),
      ),
      alpha: 0.5,
      beta: 0.25,
    },
  }),
  binary: (random, shape) => ({
    attrs: { kind: pick(random, words('binary', 'kind').slice(0, words('binary', 'kind').indexOf('and'))) },
    others: [random(0, 1) ? shape : thinned(random, shape)],
  }),
  transpose: (random, shape) => ({ attrs: { perm: randomPerm(random, shape.length) } }),
  slice: (random, shape) => ({ attrs: sliceAttrs(random, shape) }),
  concat: (random, shape) => {
    const axis = anyAxis(random, shape);
    const others = Array.from({ length: random(0, 2) }, () =>
      shape.map((size, own) => (own === axis ? random(1, 4) : size)),
    );
    return { attrs: { axis }, others };
  },
  pad: (random, shape) => ({
    attrs: {
      mode: pick(random, words('pad', 'mode')),
      pads: [...shape, ...shape].map((size) => random(size > 3 ? -1 : 0, 3)),
      value: 0.5,
    },
  }),
  gather: (random, shape) => {
    const axis = anyAxis(random, shape);
    return { attrs: { axis }, rest: [indicesOf(random, shape[axis]!)] };
  },
  expand: (random, shape) => ({
    attrs: {
      shape: shape.map((size) => (size > 1 ? pick(random, [0, size]) : random(0, 3))).slice(random(0, shape.length)),
    },
  }),
  tile: (random, shape) => ({ attrs: { repeats: shape.map(() => random(1, 3)) } }),
  reduce: (random, shape) => ({
    attrs: {
      kind: pick(random, words('reduce', 'kind')),
      axes: subset(random, shape.length),
      keep: random(0, 1) === 1,
    },
  }),
  argmax: (random, shape) => ({
    attrs: {
      axis: anyAxis(random, shape),
      keep: random(0, 1) === 1,
      last: random(0, 1) === 1,
      min: random(0, 1) === 1,
    },
  }),
  softmax: (random, shape) => ({ attrs: { axis: anyAxis(random, shape), log: random(0, 1) === 1 } }),
  resize: (random, shape) => ({ attrs: resizeAttrs(random, shape) }),
  where: (_, shape) => ({ attrs: {}, others: [shape, shape], types: ['bool'] }),
  cast: (random) => ({ attrs: { to: pick(random, ['float32', 'int32', 'int64', 'bool']) } }),
};

/** These have tests of their own: `reshape` below, the others in test/converter/int8, since no constant is int8. */
const OTHERS = ['reshape', 'quantize', 'dequantize'];

const permuting = ops.filter((op) => rewritesOf(op).permute && !OTHERS.includes(op.name));

test('every op that has a permuted form is tested', () => {
  assert.equal(permuting.map(({ name }) => name).sort(), Object.keys(SAMPLES).sort());
});

const inverse = (perm: readonly number[]) => perm.map((_, axis) => perm.indexOf(axis));

const makeValue = (random: Random, name: string, shape: Shape, type: DataType = 'float32'): Value => {
  const numbers = Array.from({ length: sizeOf(shape) }, () => random(-16, 16) / 8);
  return {
    name,
    shape,
    type,
    data: type === 'float32' ? Float32Array.from(numbers) : Int32Array.from(numbers, (v) => (v > 0 ? 1 : 0)),
  };
};

const moved = (value: Value, perm: readonly number[]): Value => ({
  ...value,
  ...transposed({ shape: value.shape, data: value.data! }, perm),
});

const evaluator = createEvaluator(embeddedKernels);

const checkOne = async (op: AnyOp, random: Random): Promise<boolean> => {
  const evaluate = await evaluator;
  const shape = Array.from({ length: random(1, 5) }, () => random(1, 5));
  const perm = randomPerm(random, shape.length);
  const { attrs, others = [], types = [], rest = [] } = SAMPLES[op.name]!(random, shape);
  // the inputs as the op sees them, and with their axes back
  const seen = [shape, ...others].map((own, i) => makeValue(random, `x${i}`, own, types[i]));
  if (op.name === 'binary' && random(0, 1)) seen.reverse();
  const back = seen.map((value) => moved(value, inverse(perm)));
  const node = nodeOf(op, attrs, [...seen, ...rest]);
  const form = rewritesOf(op).permute!(node.inputs, attrs, perm);
  if (!form) return false;
  const other = nodeOf(op, form.attrs, [...back, ...rest]);
  const what = `${op.name} ${JSON.stringify(attrs)} on ${seen.map((value) => `[${value.shape}]`)} by ${perm}: ${JSON.stringify(form)}`;
  const found = transposed({ shape: other.output.shape, data: evaluate(other) }, form.perm);
  assert.equal(found.shape, [...node.output.shape], what);
  compare(found.data, evaluate(node), { absolute: 1e-5, relative: 1e-4 }, what);
  return true;
};

for (const op of permuting) {
  test(`${op.name} on transposed inputs is its form on the inputs, transposed`, async () => {
    const random = randomIntegers(op.name);
    let forms = 0;
    for (let i = 0; i < 150; i++) if (await checkOne(op, random)) forms++;
    assert.ok(forms >= (op.name === 'gather' ? 75 : 150), `${forms} forms`);
  });
}

test('ops that move no axes of some inputs say so', () => {
  const gather = ops.find((op) => op.name === 'gather')!;
  assert.is(rewritesOf(gather).permutedInputs, 1);
  const matrix = { ...valueOf('indices', [2, 2], 'int64'), data: new Int32Array(4) };
  assert.is(rewritesOf(gather).permute!([valueOf('x', [2, 3]), matrix], { axis: 0 }, [1, 0]), undefined);
});

test('an input of fewer axes has no form', () => {
  const [binary, expand] = ['binary', 'expand'].map((name) => ops.find((op) => op.name === name)!);
  assert.is(
    rewritesOf(binary!).permute!([valueOf('x', [2, 3]), valueOf('b', [3])], { kind: 'add' }, [1, 0]),
    undefined,
  );
  assert.is(rewritesOf(expand!).permute!([valueOf('x', [1, 3])], { shape: [2, 1, 3] }, [1, 0]), undefined);
});

test.run();
