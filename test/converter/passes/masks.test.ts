// Factors that can be 0 become gates; those that cannot, or that functions of other numbers follow, stay products.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GraphEditor } from '../../../src/converter/passes/editor.js';
import { findGates } from '../../../src/converter/passes/find-gates.js';
import { maskOf } from '../../../src/converter/passes/masks.js';
import type { Graph } from '../../../src/ir/graph.js';
import type { Value } from '../../../src/ir/value.js';
import { cast } from '../../../src/ops/rare/cast.js';
import { pool } from '../../../src/ops/pool.js';
import { unary } from '../../../src/ops/unary.js';
import { where } from '../../../src/ops/rare/where.js';
import { constantOf } from '../../support/graph-runner.js';
import { opsOf, Builder } from '../../support/network-builder.js';
import { after, by } from '../../support/rewriting.js';

const CHANNELS = [2, 1, 1, 6];

type Part = (b: Builder, x: Value) => Value;

const filled = (number: number): Value => constantOf(`all ${number}`, CHANNELS, new Array<number>(12).fill(number));
const apply =
  (kind: string, alpha = 0.5, beta = 0.25): Part =>
  (b, x) =>
    b.add(unary, { kind, alpha, beta }, x);
const clipped =
  (low: number, high: number, part: Part = (_, x) => x): Part =>
  (b, x) =>
    b.clip(part(b, x), low, high);
const combined =
  (kind: string, number: number, part: Part): Part =>
  (b, x) =>
    b.binary(kind, part(b, x), filled(number));
const condition = (b: Builder, z: Value): Value => b.binary('less', z, filled(0.1));
const bits: Part = (b, z) => b.add(cast, { to: 'float32' }, condition(b, z));
const sign = apply('sign');
const choice =
  (x: number | undefined, y: number | undefined): Part =>
  (b, z) =>
    b.add(where, {}, condition(b, z), x === undefined ? z : filled(x), y === undefined ? z : filled(y));

/** A layer that reads `read` of the product of an input and a factor made of another. */
const network =
  (factor: Part, read: Part = (_, x) => x, more: (b: Builder, x: Value) => Value[] = () => []) =>
  (b: Builder): Graph => {
    const [x, z] = [b.input(2, 4, 5, 6), b.input(...CHANNELS)];
    const y = read(b, b.binary('mul', x, factor(b, z)));
    return b.graph(b.convLast(y, 4), ...more(b, y));
  };

const FACTORS: [string, Part, string | undefined][] = [
  ['a truth value', bits, 'bits'],
  ['the square of one', (b, z) => b.binary('mul', bits(b, z), bits(b, z)), 'bits'],
  ['a truth value times a number', (b, z) => b.binary('mul', z, bits(b, z)), 'zeros'],
  ['a half of a truth value', combined('div', 2, bits), 'zeros'],
  ['a number or 0', choice(undefined, 0), 'zeros'],
  ['0 or a number', choice(0, undefined), 'zeros'],
  ['a number or 1', choice(undefined, 1), undefined],
  ['a positive sign', clipped(0, Infinity, sign), 'bits'],
  ['a positive sign up to a half', clipped(0, 0.5, sign), 'zeros'],
  ['a sign from -1 to 0.5', clipped(-1, 0.5, sign), undefined],
  ['a sign', sign, undefined],
  ['a sign and 1', combined('add', 1, sign), 'zeros'],
  ['a sign less 1', combined('sub', 1, sign), 'zeros'],
  ['a sign and a half', combined('add', 0.5, sign), undefined],
  ['a sign twice', combined('mul', 2, sign), undefined],
  ['a truth value and 1', combined('add', 1, bits), undefined],
  ['1 divided by a truth value and 1', (b, z) => b.binary('div', filled(1), combined('add', 1, bits)(b, z)), undefined],
  ['a truth value up to a half', clipped(0, 0.5, bits), 'zeros'],
  ['a truth value from a half on', clipped(0.5, 1, bits), undefined],
  ['a sigmoid', apply('sigmoid'), undefined],
  ['a hard sigmoid', apply('hardSigmoid'), undefined],
  ['a positive number', clipped(0, Infinity), undefined],
];

for (const [name, factor, mask] of FACTORS) {
  test(`${name} is ${mask ? `a mask of ${mask}` : 'no mask'}`, async () => {
    const b = new Builder();
    const graph = network(factor)(b);
    const [, own] = b.nodes.at(-2)!.inputs; // of the product
    assert.is(maskOf(own!, new GraphEditor(graph)), mask);
    const { nodes } = await after(by(findGates), network(factor));
    assert.is(nodes.at(-1)!.op.name, mask ? 'gatedConv' : 'conv');
  });
}

const pooled =
  (kind: string): Part =>
  (b, x) => {
    const window = { kernel: [3, 3], strides: [2, 2], dilations: [1, 1], pads: [1, 1, 1, 1] };
    return b.add(pool, { kind, ...window, ceil: false, countPads: true, p: 2 }, x);
  };

const READS: [string, Part, boolean][] = [
  ['a ReLU', clipped(0, Infinity), true],
  ['bounds around 0', clipped(-0.5, 0.5), true],
  ['bounds above 0', clipped(0.25, 0.5), false],
  ['a hard swish', apply('hardSwish'), true],
  ['a leaky ReLU', apply('leakyRelu'), true],
  ['a sigmoid', apply('sigmoid'), false],
  ['a cosine', apply('cos'), false],
  ['a maximum of windows', pooled('max'), true],
  ['an average of windows', pooled('average'), true],
  ['a ReLU and windows', (b, x) => pooled('max')(b, clipped(0, 6)(b, x)), true],
  ['a sum', (b, x) => b.binary('add', x, b.constant([6])), false],
];

for (const [name, read, isGate] of READS) {
  test(`a mask before ${name} is ${isGate ? 'a gate' : 'none'}`, async () => {
    const graph = await after(by(findGates), network(bits, read));
    assert.is(opsOf(graph).includes('gatedConv'), isGate);
  });
}

test('numbers or 0 before a ReLU are no gate', async () => {
  const graph = await after(by(findGates), network(choice(undefined, 0), clipped(0, Infinity)));
  assert.not(opsOf(graph).includes('gatedConv'));
});

test('a mask before a ReLU that something else reads is no gate', async () => {
  for (const more of [(_: Builder, y: Value) => [y], (b: Builder, y: Value) => [b.clip(y, 0, 0.5)]]) {
    const graph = await after(by(findGates), network(bits, clipped(0, Infinity), more));
    assert.not(opsOf(graph).includes('gatedConv'));
  }
});

test('squares of squares are followed once', () => {
  const b = new Builder();
  const [x, z] = [b.input(2, 4, 5, 6), b.input(...CHANNELS)];
  let factor = bits(b, z);
  for (let i = 0; i < 30; i++) factor = b.binary('mul', factor, factor);
  const graph = b.graph(b.convLast(b.binary('mul', x, factor), 4));
  assert.is(maskOf(factor, new GraphEditor(graph)), 'bits');
});

test.run();
