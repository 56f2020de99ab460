// Activations in all spellings become one node, and what only looks like one stays.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findActivations } from '../../../src/converter/passes/find-activations.js';
import { fuseClips } from '../../../src/converter/passes/fuse-clips.js';
import type { Graph } from '../../../src/ir/graph.js';
import type { Value } from '../../../src/ir/value.js';
import { unary } from '../../../src/ops/unary.js';
import { constantOf } from '../../support/graph-runner.js';
import type { Builder } from '../../support/network-builder.js';
import { all, by, leaves } from '../../support/rewriting.js';

type Spelling = (b: Builder, x: Value) => Value;

const number = (value: number, ...shape: number[]): Value => constantOf(`${value}`, shape, [value]);
const map = (b: Builder, kind: string, x: Value, alpha = 0, beta = 0) => b.add(unary, { kind, alpha, beta }, x);
const shifted: Spelling = (b, x) => b.binary('add', x, number(3));
const clipped: Spelling = (b, x) => b.clip(shifted(b, x), 0, 6);
const logistic = (b: Builder, x: Value) =>
  b.binary('div', number(1), b.binary('add', map(b, 'exp', map(b, 'neg', x)), number(1)));
const half: Spelling = (b, x) => b.binary('mul', number(0.5), x);
const erf: Spelling = (b, x) => map(b, 'erf', b.binary('div', x, number(Math.SQRT2)));
const plusOne: Spelling = (b, x) => b.binary('add', x, number(1));

/** sqrt(2 / pi) (x + 0.044715 cube) */
const inner = (b: Builder, x: Value, cube: Value): Value =>
  b.binary('mul', b.binary('add', x, b.binary('mul', cube, number(0.044715))), number(Math.sqrt(2 / Math.PI)));
const softplus: Spelling = (b, x) => map(b, 'log', plusOne(b, map(b, 'exp', x)));

const SPELLINGS: Readonly<Record<string, Readonly<Record<string, Spelling>>>> = {
  swish: {
    'x sigmoid(x)': (b, x) => b.binary('mul', x, map(b, 'sigmoid', x)),
    'sigmoid(x) x': (b, x) => b.binary('mul', map(b, 'sigmoid', x), x),
    'x (1 / (1 + exp(-x)))': (b, x) => b.binary('mul', x, logistic(b, x)),
    'x / (1 + exp(-x))': (b, x) => b.binary('div', x, plusOne(b, map(b, 'exp', b.binary('mul', x, number(-1))))),
    'x sigmoid(1.702 x)': (b, x) => b.binary('mul', x, map(b, 'sigmoid', b.binary('mul', x, number(1.702)))),
  },
  sigmoid: { '1 / (1 + exp(-x))': logistic },
  hardSwish: {
    'x clip(x + 3, 0, 6) / 6': (b, x) => b.binary('div', b.binary('mul', x, clipped(b, x)), number(6)),
    'clip(x + 3, 0, 6) x / 6, constants of one element': (b, x) => {
      const sum = b.clip(b.binary('add', number(3, 1), x), 0, 6);
      return b.binary('div', b.binary('mul', sum, x), number(6, 1, 1, 1));
    },
    'x (clip(x + 3, 0, 6) / 6)': (b, x) => b.binary('mul', x, b.binary('div', clipped(b, x), number(6))),
    'x clip(x + 3, 0, 6) (1 / 6)': (b, x) => b.binary('mul', b.binary('mul', x, clipped(b, x)), number(1 / 6)),
    '(x / 6) clip(x + 3, 0, 6)': (b, x) => b.binary('mul', b.binary('div', x, number(6)), clipped(b, x)),
    'x clip(x / 6 + 0.5, 0, 1)': (b, x) => {
      const sum = b.binary('add', b.binary('mul', x, number(1 / 6)), number(0.5));
      return b.binary('mul', x, b.clip(sum, 0, 1));
    },
    'x hardSigmoid(x)': (b, x) => b.binary('mul', map(b, 'hardSigmoid', x, 1 / 6, 0.5), x),
    'x min(max(x + 3, 0), 6) / 6': (b, x) => {
      const sum = b.binary('min', b.binary('max', shifted(b, x), number(0)), number(6));
      return b.binary('div', b.binary('mul', x, sum), number(6));
    },
    'x max(min(6, x + 3), 0) / 6': (b, x) => {
      const sum = b.binary('max', b.binary('min', number(6), shifted(b, x)), number(0));
      return b.binary('mul', number(1 / 6), b.binary('mul', sum, x));
    },
    'x min(relu(x - -3), 6) / 6': (b, x) => {
      const sum = b.binary('min', b.clip(b.binary('sub', x, number(-3)), 0, Infinity), number(6));
      return b.binary('mul', x, b.binary('div', sum, number(6)));
    },
    'constants of a number for each channel, all the same': (b, x) => {
      const three = constantOf('three', [4, 1, 1], [3, 3, 3, 3]);
      return b.binary('div', b.binary('mul', x, b.clip(b.binary('add', x, three), 0, 6)), number(6));
    },
  },
  hardSigmoid: {
    'clip(x + 3, 0, 6) / 6': (b, x) => b.binary('div', clipped(b, x), number(6)),
    'clip(0.2 x + 0.5, 0, 1)': (b, x) => b.clip(b.binary('add', b.binary('mul', x, number(0.2)), number(0.5)), 0, 1),
    'clip(0.3 x + 0.4, 0, 1)': (b, x) => b.clip(b.binary('add', b.binary('mul', x, number(0.3)), number(0.4)), 0, 1),
  },
  gelu: {
    '0.5 x (1 + erf(x / sqrt 2))': (b, x) => b.binary('mul', half(b, x), plusOne(b, erf(b, x))),
    'x (1 + erf(x / sqrt 2)) 0.5': (b, x) => half(b, b.binary('mul', x, plusOne(b, erf(b, x)))),
    'x (0.5 (1 + erf(x sqrt 0.5)))': (b, x) => {
      const scaled = b.binary('mul', x, number(Math.SQRT1_2));
      return b.binary('mul', x, half(b, b.binary('add', number(1), map(b, 'erf', scaled))));
    },
    'x (0.5 + 0.5 erf(x / sqrt 2))': (b, x) => b.binary('mul', x, b.binary('add', half(b, erf(b, x)), number(0.5))),
  },
  geluTanh: {
    'the cube by pow': (b, x) => {
      const cube = b.binary('pow', x, number(3));
      return b.binary('mul', half(b, x), plusOne(b, map(b, 'tanh', inner(b, x, cube))));
    },
    'the cube by products': (b, x) => {
      const cube = b.binary('mul', b.binary('mul', x, x), x);
      return half(b, b.binary('mul', x, plusOne(b, map(b, 'tanh', inner(b, x, cube)))));
    },
    'x factored out': (b, x) => {
      const square = plusOne(b, b.binary('mul', b.binary('mul', x, number(0.044715)), x));
      const tanh = map(b, 'tanh', b.binary('mul', square, b.binary('mul', x, number(0.7978845608028654))));
      return b.binary('mul', b.binary('mul', plusOne(b, tanh), x), number(0.5));
    },
  },
  mish: {
    'x tanh(softplus(x))': (b, x) => b.binary('mul', x, map(b, 'tanh', map(b, 'softplus', x))),
    'x tanh(log(1 + exp(x)))': (b, x) => b.binary('mul', map(b, 'tanh', softplus(b, x)), x),
  },
  leakyRelu: {
    'max(x, 0.1 x)': (b, x) => b.binary('max', x, b.binary('mul', x, number(0.1))),
    'a slope for each channel, all the same': (b, x) =>
      b.binary('prelu', x, constantOf('slope', [4, 1, 1], [0.25, 0.25, 0.25, 0.25])),
  },
};

const kindsOf = ({ nodes }: Graph) => nodes.filter(({ op }) => op === unary).map(({ attrs }) => attrs.kind);

for (const [kind, spellings] of Object.entries(SPELLINGS))
  for (const [name, spell] of Object.entries(spellings))
    leaves(
      `${kind}: ${name}`,
      by(findActivations),
      ['binary', 'unary'],
      (b) => b.graph(spell(b, b.binary('mul', b.input(1, 4, 5, 7), b.input(1, 4, 5, 7)))),
      (graph) => assert.equal(kindsOf(graph), [kind]),
    );

for (const [name, spell] of Object.entries<Spelling>({
  'max(x, 0)': (b, x) => b.binary('max', x, number(0)),
  'min(max(x, 0), 6)': (b, x) => b.binary('min', b.binary('max', number(0), x), number(6)),
  'max(min(x, 6), 0)': (b, x) => b.binary('max', b.binary('min', x, number(6)), number(0)),
}))
  leaves(`bounds: ${name}`, by(findActivations, fuseClips), ['clip'], (b) => b.graph(spell(b, b.input(2, 3))));

for (const [name, spell, ops] of [
  ['1e-6 tanh(x)', (b, x) => b.binary('mul', map(b, 'tanh', x), number(1e-6)), ['unary', 'binary']],
  ['sigmoid(x) + 1e-6', (b, x) => b.binary('add', map(b, 'sigmoid', x), number(1e-6)), ['unary', 'binary']],
  [
    'min(x sigmoid(x), 65504)',
    (b, x) => b.binary('min', b.binary('mul', x, map(b, 'sigmoid', x)), number(65504)),
    ['unary', 'binary'],
  ],
] as [string, Spelling, string[]][])
  leaves(`nearly an activation: ${name}`, by(findActivations), ops, (b) => b.graph(spell(b, b.input(2, 3))));

leaves('an activation of an activation becomes two', by(findActivations), ['unary', 'unary'], (b) => {
  const swish = SPELLINGS.swish!['x sigmoid(x)']!;
  return b.graph(swish(b, swish(b, b.input(3, 5))));
});

leaves(
  'a sigmoid that something else reads stays a factor',
  by(findActivations),
  ['unary', 'binary', 'binary'],
  (b) => {
    const x = b.input(3, 5);
    const sigmoid = map(b, 'sigmoid', x);
    return b.graph(b.binary('add', b.binary('mul', x, sigmoid), sigmoid));
  },
);

leaves('a sigmoid that the network returns stays a factor', by(findActivations), ['unary', 'binary'], (b) => {
  const x = b.input(3, 5);
  const sigmoid = map(b, 'sigmoid', x);
  return b.graph(sigmoid, b.binary('mul', x, sigmoid));
});

leaves('a gate for each channel stays a factor', by(findActivations), ['unary', 'binary'], (b) =>
  b.graph(b.binary('mul', b.input(1, 3, 4, 5), map(b, 'sigmoid', b.input(1, 3, 1, 1)))),
);

for (const [name, spell] of Object.entries<Spelling>({
  'bounds of 0 and 5': (b, x) => b.binary('mul', x, b.binary('div', b.clip(shifted(b, x), 0, 5), number(6))),
  'a divisor of 6.001': (b, x) => b.binary('div', b.binary('mul', x, clipped(b, x)), number(6.001)),
  'numbers that differ by channel': (b, x) => {
    const three = constantOf('three', [5], [3, 3, 3, 3, 3.5]);
    return b.binary('div', b.binary('mul', x, b.clip(b.binary('add', x, three), 0, 6)), number(6));
  },
}))
  leaves(`no hardSwish: ${name}`, by(findActivations), ['binary', 'clip', 'binary', 'binary'], (b) =>
    b.graph(spell(b, b.input(3, 5))),
  );

leaves(
  'a hard sigmoid goes into the weights and bounds of the layer before it',
  all,
  ['transpose', 'conv', 'transpose'],
  (b) => b.graph(SPELLINGS.hardSigmoid!['clip(x + 3, 0, 6) / 6']!(b, b.conv(b.input(1, 3, 5, 7), 4))),
);

test.run();
