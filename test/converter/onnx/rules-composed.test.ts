// Rules that compose an operator of several ops, compared with loops written from the specification.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sizeOf, stridesOf } from '../../../src/ir/tensor.js';
import { compute, computed } from '../../support/onnx/compute.js';
import { floats, longs } from '../../support/onnx/write.js';

const test = suite('composed rules');

/** Numbers between -1 and 1 that repeat in every run. */
const numbers = (count: number, seed = 1): number[] =>
  Array.from({ length: count }, (_, i) => Math.fround(Math.sin(i * 1.7 + seed)));

const near = (found: readonly number[], expected: readonly number[]): void => {
  assert.is(found.length, expected.length);
  found.forEach((value, i) =>
    assert.ok(
      Math.abs(value - expected[i]!) <= 1e-5 * Math.max(1, Math.abs(expected[i]!)),
      `${value} instead of ${expected[i]} at ${i}`,
    ),
  );
};

const X = floats('', [2, 3], [-1, -2, -3, -4, -5, -6]);
const WEIGHTS = floats('', [3], [1, 2, 4]);

test('losses weight the targets and leave out those to ignore', () => {
  const loss = (attributes: Record<string, string | number>, targets: number[], weights = true) =>
    computed({
      op: 'NegativeLogLikelihoodLoss',
      inputs: [X, longs('', targets), weights ? WEIGHTS : undefined],
      attributes,
    });
  assert.equal(loss({ reduction: 'none' }, [2, 0]), [12, 4]);
  assert.equal(loss({ reduction: 'sum' }, [2, 0]), [16]);
  near(loss({}, [2, 0]), [16 / 5]);
  assert.equal(loss({}, [2, 0], false), [3.5]);
  assert.equal(loss({ ignore_index: -7 }, [-7, 1]), [5]);
  assert.equal(loss({ ignore_index: -7, reduction: 'sum' }, [-7, 1], false), [5]);
});

test('SoftmaxCrossEntropyLoss also gives the logarithms', () => {
  const [loss, logarithms] = compute({ op: 'SoftmaxCrossEntropyLoss', inputs: [X, longs('', [0, 2])], outputs: 2 });
  const total = Math.log(1 + Math.exp(-1) + Math.exp(-2));
  near(logarithms!.data, [-total, -1 - total, -2 - total, -total, -1 - total, -2 - total]);
  near(loss!.data, [1 + total]);
});

type Shaped = { shape: number[]; data: number[] };

/** Einsum by a loop over all values of all letters. */
const naiveEinsum = (terms: string[], result: string, inputs: Shaped[]): number[] => {
  const sizes = new Map(
    terms.flatMap((term, t) => [...term].map((letter, axis) => [letter, inputs[t]!.shape[axis]!] as const)),
  );
  const letters = [...sizes.keys()];
  const all = letters.map((letter) => sizes.get(letter)!);
  const placeOf = (term: string, at: Map<string, number>) => {
    const strides = stridesOf([...term].map((letter) => sizes.get(letter)!));
    return [...term].reduce((sum, letter, axis) => sum + at.get(letter)! * strides[axis]!, 0);
  };
  const y = new Array<number>(sizeOf([...result].map((letter) => sizes.get(letter)!))).fill(0);
  for (let i = 0; i < sizeOf(all); i++) {
    const at = new Map(letters.map((letter, axis) => [letter, Math.floor(i / stridesOf(all)[axis]!) % all[axis]!]));
    y[placeOf(result, at)]! += terms.reduce((product, term, t) => product * inputs[t]!.data[placeOf(term, at)]!, 1);
  }
  return y;
};

test('Einsum sums over the letters that the result does not have', () => {
  const sizes: Record<string, number> = { a: 2, b: 3, c: 4, d: 5 };
  const inputsFor = (terms: string[]) =>
    terms.map((term, t) => {
      const shape = [...term].map((letter) => sizes[letter]!);
      return { shape, data: numbers(sizeOf(shape), t) };
    });
  const equations = [
    'ab->ba',
    'ab->',
    'abc->b',
    'bb->b',
    'bb->',
    'abb->ba',
    'ab,bc->ac',
    'ab,bc->ca',
    'abc,acd->abd',
    'a,b->ab',
  ];
  for (const equation of [
    ...equations,
    'ab,ab->',
    'abc,cd->dab',
    'ab,bc,cd->ad',
    'abc,abd,c->d',
    'ab,ab->ab',
    'abc,b->ac',
  ]) {
    const [left, result] = equation.split('->') as [string, string];
    const terms = left.split(',');
    const inputs = inputsFor(terms);
    const found = computed({
      op: 'Einsum',
      inputs: inputs.map(({ shape, data }) => floats('', shape, data)),
      attributes: { equation },
    });
    near(found, naiveEinsum(terms, result, inputs));
  }
});

test('Einsum stretches the axes of an ellipsis and orders the letters without an arrow', () => {
  const [a, b] = [floats('', [2, 1, 3], numbers(6)), floats('', [4, 3], numbers(12, 2))];
  const [y] = compute({ op: 'Einsum', inputs: [a, b], attributes: { equation: '...i,...i->...' } });
  assert.equal(y!.shape, [2, 4]);
  near(
    y!.data,
    naiveEinsum(['bi', 'ci'], 'bc', [
      { shape: [2, 3], data: numbers(6) },
      { shape: [4, 3], data: numbers(12, 2) },
    ]),
  );
  assert.equal(
    computed({ op: 'Einsum', inputs: [floats('', [2, 2], [1, 2, 3, 4])], attributes: { equation: 'ba' } }),
    [1, 3, 2, 4],
  );
  assert.throws(
    () => compute({ op: 'Einsum', inputs: [a], attributes: { equation: 'ij' } }),
    /does not fit an input of 3 dimensions/,
  );
});

type Heads = { heads: number; length: number; size: number; data: number[] };

/** Attention of one sample by loops; `allowed` says which keys a query sees. */
const naiveAttention = (
  q: Heads,
  k: Heads,
  v: Heads,
  allowed: (query: number, key: number) => boolean,
  cap = 0,
): number[] => {
  const y: number[] = [];
  for (let h = 0; h < q.heads; h++) {
    const own = Math.floor((h * k.heads) / q.heads);
    for (let i = 0; i < q.length; i++) {
      const weights = Array.from({ length: k.length }, (_, j) => {
        let dot = 0;
        for (let d = 0; d < q.size; d++)
          dot += q.data[(h * q.length + i) * q.size + d]! * k.data[(own * k.length + j) * k.size + d]!;
        const score = dot / Math.sqrt(q.size);
        return allowed(i, j) ? Math.exp(cap ? cap * Math.tanh(score / cap) : score) : 0;
      });
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (let d = 0; d < v.size; d++) {
        const sum = weights.reduce((all, weight, j) => all + weight * v.data[(own * v.length + j) * v.size + d]!, 0);
        y.push(total ? sum / total : 0);
      }
    }
  }
  return y;
};

const heads = (count: number, length: number, size: number, seed: number): Heads => ({
  heads: count,
  length,
  size,
  data: numbers(count * length * size, seed),
});
const tensorOf = ({ heads: count, length, size, data }: Heads) => floats('', [1, count, length, size], data);

test('Attention shares keys among heads, sees no later keys, and continues earlier ones', () => {
  const [q, k, v] = [heads(4, 3, 2, 1), heads(2, 3, 2, 2), heads(2, 3, 5, 3)];
  const inputs = [q, k, v].map(tensorOf);
  near(
    computed({ op: 'Attention', opset: 24, inputs }),
    naiveAttention(q, k, v, () => true),
  );
  const causal = computed({
    op: 'Attention',
    opset: 24,
    inputs,
    attributes: { is_causal: 1, softcap: { float: 0.5 } },
  });
  near(
    causal,
    naiveAttention(q, k, v, (i, j) => j <= i, 0.5),
  );
  const past = [heads(2, 2, 2, 4), heads(2, 2, 5, 5)] as const;
  const joined = (before: Heads, now: Heads): Heads => {
    const part = ({ length, size, data }: Heads, h: number) => data.slice(h * length * size, (h + 1) * length * size);
    return {
      ...now,
      length: before.length + now.length,
      data: [0, 1].flatMap((h) => [...part(before, h), ...part(now, h)]),
    };
  };
  const [y, keys, values] = compute({
    op: 'Attention',
    opset: 24,
    outputs: 3,
    attributes: { is_causal: 1 },
    inputs: [...inputs, undefined, ...past.map(tensorOf)],
  });
  const all = [joined(past[0], k), joined(past[1], v)] as const;
  near(
    y!.data,
    naiveAttention(q, ...all, (i, j) => j <= i + 2),
  );
  assert.equal(
    [keys!.data, values!.data],
    all.map(({ data }) => data),
  );
});

test('Attention gives 0 to queries whose mask forbids all keys', () => {
  const [q, k, v] = [heads(1, 2, 2, 1), heads(1, 3, 2, 2), heads(1, 3, 2, 3)];
  const mask = { dims: [2, 3], type: 9, ints: [0, 0, 0, 1, 0, 1] };
  const y = computed({ op: 'Attention', opset: 24, inputs: [...[q, k, v].map(tensorOf), mask] });
  near(
    y,
    naiveAttention(q, k, v, (i, j) => i === 1 && j !== 1),
  );
});

test('RotaryEmbedding turns pairs by the angle of their position', () => {
  const angles = [0.3, 1.1, 2.5, 0.7];
  const [cos, sin] = [Math.cos, Math.sin].map((f) => floats('', [2, 2], angles.map(f)));
  const x = numbers(8);
  for (const interleaved of [0, 1]) {
    const inputs = [floats('', [1, 1, 2, 4], x), cos!, sin!, longs('', [1, 0], [1, 2])];
    const expected = new Array<number>(8);
    for (let token = 0; token < 2; token++) {
      for (let pair = 0; pair < 2; pair++) {
        const angle = angles[(1 - token) * 2 + pair]!;
        const [a, b] = (interleaved ? [2 * pair, 2 * pair + 1] : [pair, pair + 2]).map((at) => token * 4 + at) as [
          number,
          number,
        ];
        expected[a] = x[a]! * Math.cos(angle) - x[b]! * Math.sin(angle);
        expected[b] = x[a]! * Math.sin(angle) + x[b]! * Math.cos(angle);
      }
    }
    near(computed({ op: 'RotaryEmbedding', opset: 23, inputs, attributes: { interleaved } }), expected);
  }
});

test('RMSNormalization divides by the root of the mean square', () => {
  const inputs = [floats('', [2, 2], [3, 4, 0, 2]), floats('', [2], [1, 10])];
  const root = [Math.sqrt(12.5 + 1e-5), Math.sqrt(2 + 1e-5)] as const;
  near(computed({ op: 'RMSNormalization', opset: 23, inputs }), [3 / root[0], 40 / root[0], 0, 20 / root[1]]);
});

test('SpaceToDepth has channels first in mode CRD', () => {
  const inputs = [floats('', [1, 2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7])];
  const y = (mode: string) => computed({ op: 'SpaceToDepth', opset: 28, inputs, attributes: { blocksize: 2, mode } });
  assert.equal(y('CRD'), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.equal(y('DCR'), [0, 4, 1, 5, 2, 6, 3, 7]);
});

test('Shrink moves what is beyond the limit towards 0', () => {
  const x = floats('', [5], [-2, -0.5, 0, 0.5, 3]);
  near(computed({ op: 'Shrink', inputs: [x] }), [-2, 0, 0, 0, 3]);
  near(
    computed({ op: 'Shrink', inputs: [x], attributes: { lambd: { float: 1 }, bias: { float: 1.5 } } }),
    [-0.5, 0, 0, 0, 1.5],
  );
});

test('arrays without elements are reduced to what their elements cannot change', () => {
  const x = floats('', [2, 0, 3], []);
  const reduce = (op: string) => computed({ op, inputs: [x, longs('', [1])], attributes: { keepdims: 0 }, opset: 18 });
  assert.equal(reduce('ReduceSum'), new Array(6).fill(0));
  assert.equal(reduce('ReduceProd'), new Array(6).fill(1));
  assert.equal(reduce('ReduceMin'), new Array(6).fill(Infinity));
  assert.equal(reduce('ReduceLogSum'), new Array(6).fill(-Infinity));
  assert.throws(() => reduce('ReduceMean'), /the mean of no elements is not defined/);
  const truths = { dims: [0, 2], type: 9, ints: [] };
  const largest = compute({ op: 'ReduceMax', inputs: [truths, longs('', [0])], opset: 20 })[0]!;
  assert.equal(largest, { shape: [1, 2], data: [0, 0] });
});

test('arrays without elements stay that through functions of their elements', () => {
  const x = floats('', [0, 3], []);
  for (const op of ['Abs', 'Exp']) assert.throws(() => compute({ op, inputs: [x] }), /\[0,3\] and so no elements/);
  assert.throws(() => compute({ op: 'Mul', inputs: [x, x] }), /\[0,3\] and so no elements/);
});

test.run();
