// Arithmetic, comparison and logic of two inputs, compared with JavaScript's.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AttrsOf } from '../../src/ir/schema.js';
import type { Value } from '../../src/ir/value.js';
import { binary } from '../../src/ops/binary.js';
import { broadcastTable } from '../../src/ops/shared/broadcast.js';
import type { DataType } from '../../src/ir/tensor.js';
import { at, placesOf, randomIntegers, refuses, type Dense } from '../support/cases.js';
import { checkOp } from '../support/harness.js';

type Kind = AttrsOf<typeof binary.attrs>['kind'];

const bool = (value: boolean): number => (value ? 1 : 0);

const floats: Record<Kind, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => a ** b,
  min: Math.min,
  max: Math.max,
  prelu: (a, b) => (a < 0 ? a * b : a),
  mod: (a, b) => a % b,
  equal: (a, b) => bool(a === b),
  greater: (a, b) => bool(a > b),
  less: (a, b) => bool(a < b),
  greaterOrEqual: (a, b) => bool(a >= b),
  lessOrEqual: (a, b) => bool(a <= b),
  and: (a, b) => bool(a !== 0 && b !== 0),
  or: (a, b) => bool(a !== 0 || b !== 0),
  xor: (a, b) => bool((a !== 0) !== (b !== 0)),
};

const integers: typeof floats = {
  ...floats,
  add: (a, b) => (a + b) | 0,
  sub: (a, b) => (a - b) | 0,
  mul: Math.imul,
  div: (a, b) => (b === 0 ? 0 : (a / b) | 0),
  pow: (a, b) => (b < 0 && a === 0 ? 0 : Math.trunc(a ** b) | 0),
  mod: (a, b) => (b === 0 ? 0 : (((a % b) + b) % b) | 0),
};

const element = (x: Dense, place: readonly number[]): number =>
  at(
    x,
    place.slice(place.length - x.shape.length).map((index, axis) => (x.shape[axis] === 1 ? 0 : index)),
  );

const referenceOf =
  (functions: typeof floats) =>
  ([a, b]: Dense[], { kind }: { kind: Kind }, shape: readonly number[]): number[] =>
    placesOf(shape).map((place) => functions[kind](element(a!, place), element(b!, place)));

const LOGIC: readonly Kind[] = ['and', 'or', 'xor'];
const KINDS = binary.attrs.kind.filter((kind) => !LOGIC.includes(kind));

const PAIRS: [number[], number[]][] = [
  [[], []],
  ...[1, 3, 4, 5, 16, 67].flatMap((size): [number[], number[]][] => [
    [[size], [size]],
    [[size], []],
    [[], [size]],
    [[1], [3, size]],
    [[2, size], [size]],
    [[size], [2, size]],
    [
      [size, 3],
      [size, 1],
    ],
    [
      [2, 1, size],
      [2, 3, 1],
    ],
    [
      [size, 1],
      [1, 5],
    ],
  ]),
  [
    [2, 3, 4, 5],
    [1, 3, 1, 1],
  ],
  [
    [2, 3, 4, 5],
    [2, 1, 1, 5],
  ],
  [
    [2, 3, 4, 5],
    [3, 4, 1],
  ],
  [
    [2, 1, 4, 1],
    [1, 3, 1, 5],
  ],
  [
    [2, 1, 3, 1, 2, 1],
    [1, 2, 1, 2, 1, 5],
  ],
  [
    [2, 1, 2, 3, 2, 2],
    [2, 1, 1, 2, 1],
  ],
];

checkOp(
  binary,
  referenceOf(floats),
  PAIRS.flatMap(([a, b]) =>
    (['sub', 'prelu', 'less'] as const).map((kind) => ({ attrs: { kind }, inputs: [{ shape: a }, { shape: b }] })),
  ),
);

checkOp(
  binary,
  referenceOf(floats),
  KINDS.flatMap((kind) =>
    PAIRS.slice(0, 20).map(([a, b]) => {
      const low = kind === 'pow' ? 0.1 : kind === 'div' || kind === 'mod' ? 0.5 : -3;
      return {
        attrs: { kind },
        inputs: [
          { shape: a, low, high: 4 },
          { shape: b, low, high: 4 },
        ],
      };
    }),
  ),
);

const vectors = (kind: Kind, a: number[], b: number[]) => ({
  attrs: { kind },
  inputs: [a, b].map((data) => ({ shape: [data.length], data })),
});

checkOp(binary, referenceOf(floats), [
  ...[2, 3, 0.5, 0, 1, -1, 2.5].map((power) => ({
    attrs: { kind: 'pow' as const },
    inputs: [
      { shape: [7], low: 0.1, high: 3 },
      { shape: [], data: [power] },
    ],
  })),
  vectors('pow', [-2, -2, -0.5, 0, 0, -1], [2, 3, -1, 2, 0, 7]),
  vectors('mod', [5, -5, 5, -5, 1e7], [3, 3, -3, -3, 0.75]),
  vectors('equal', [1, 2, 0, -3, 4], [1, 3, -0, -3, 5]),
]);

/** Powers of 1 and -1 as in C. */
const limits: typeof floats = {
  ...floats,
  pow: (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b),
};

const LIMITS = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -2, 3, 1e30];

checkOp(
  binary,
  (inputs, attrs, shape) => referenceOf(limits)(inputs, attrs, shape).map(Math.fround),
  KINDS.map((kind) => ({
    attrs: { kind },
    inputs: [
      { shape: [LIMITS.length, 1], data: LIMITS },
      { shape: [LIMITS.length], data: LIMITS },
    ],
  })),
);

checkOp(
  binary,
  referenceOf(integers),
  KINDS.filter((kind) => kind !== 'prelu').flatMap((kind) =>
    PAIRS.slice(0, 12).map(([a, b], index) => {
      const type: DataType = index % 2 ? 'int32' : 'int64';
      const data = (shape: number[], seed: number) =>
        placesOf(shape).map((_, place) => (((place + seed) * 7919) % 13) - (kind === 'pow' && seed === 5 ? 2 : 6));
      return {
        attrs: { kind },
        inputs: [
          { shape: a, type, data: data(a, 3) },
          { shape: b, type, data: data(b, 5) },
        ],
      };
    }),
  ),
);

const LEAST = -(2 ** 31);

checkOp(
  binary,
  referenceOf(integers),
  (['add', 'sub', 'mul', 'div', 'mod', 'min', 'max'] as const).map((kind) => ({
    attrs: { kind },
    inputs: [
      { shape: [7], type: 'int32' as const, data: [LEAST, LEAST, 2 ** 31 - 1, 7, -7, -7, 0] },
      { shape: [7], type: 'int32' as const, data: [-1, LEAST, 2 ** 31 - 1, 0, 0, 2, 5] },
    ],
  })),
);

checkOp(
  binary,
  referenceOf(integers),
  (['and', 'or', 'xor', 'equal'] as const).flatMap((kind) => [
    {
      attrs: { kind },
      inputs: [
        { shape: [4], type: 'bool' as const, data: [0, 0, 1, 1] },
        { shape: [4], type: 'bool' as const, data: [0, 1, 0, 1] },
      ],
    },
    {
      attrs: { kind },
      inputs: [
        { shape: [2, 1], type: 'bool' as const, data: [0, 1] },
        { shape: [3], type: 'bool' as const, data: [1, 0, 1] },
      ],
    },
  ]),
);

const random = randomIntegers('binary');

checkOp(
  binary,
  referenceOf(floats),
  Array.from({ length: 60 }, () => {
    const shape = Array.from({ length: random(0, 6) }, () => random(1, 4));
    const part = () => shape.map((size) => (random(0, 2) ? size : 1)).slice(random(0, 3) ? 0 : random(0, shape.length));
    return { attrs: { kind: 'sub' as const }, inputs: [{ shape: part() }, { shape: part() }] };
  }),
);

test('axes that both arrays walk through alike become one', () => {
  assert.equal(broadcastTable([2, 3, 4], [2, 3, 4], [2, 3, 4]), [1, 24, 4, 4]);
  assert.equal(broadcastTable([2, 3, 4], [2, 3, 4], []), [1, 24, 4, 0]);
  assert.equal(broadcastTable([2, 3, 4], [2, 3, 4], [4]), [2, 6, 16, 0, 4, 4, 4]);
  assert.equal(broadcastTable([2, 3, 4], [2, 1, 1], [2, 3, 4]), [2, 2, 4, 48, 12, 0, 4]);
  assert.equal(broadcastTable([], [], []), [1, 1, 4, 4]);
});

test('the output takes the place of an input of its size', () => {
  const value = (shape: readonly number[], data?: Float32Array): Value => ({ name: 'x', shape, type: 'float32', data });
  const inPlace = (a: number[], b: number[], data?: Float32Array) => {
    const inputs = [value(a, data), value(b)];
    const output = value(binary.shape(inputs, { kind: 'add' }));
    const { overwrites } = binary.lower(inputs, { kind: 'add' }, 'exact').plan(inputs, output, { kind: 'add' });
    return overwrites ? inputs.indexOf(overwrites) : -1;
  };
  assert.is(inPlace([2, 3], [3]), 0);
  assert.is(inPlace([3], [2, 3]), 1);
  assert.is(inPlace([2, 1], [1, 3]), -1);
  assert.is(inPlace([3], [3], new Float32Array(3)), 1);
});

const take = (kind: string, a: number[], b: number[], types: [DataType, DataType] = ['float32', 'float32']) =>
  binary.shape(
    [
      { name: 'a', shape: a, type: types[0] },
      { name: 'b', shape: b, type: types[1] },
    ],
    { kind } as { kind: Kind },
  );

refuses({
  'shapes that do not fit': () => take('add', [2, 3], [2]),
  'a result that is too large': () => take('add', [2 ** 20, 1], [2 ** 20]),
  'two types': () => take('add', [2], [2], ['float32', 'int32']),
  'logic of floats': () => take('and', [2], [2]),
  'sums of bool': () => take('add', [2], [2], ['bool', 'bool']),
  'prelu of integers': () => take('prelu', [2], [2], ['int32', 'int32']),
  'a kind that does not exist': () => take('atan2', [2], [2]),
});

test.run();
