// Matrix products, compared with a loop in double precision.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AttrsOf } from '../../src/ir/schema.js';
import { matmul } from '../../src/ops/matmul.js';
import { at, placesOf, randomIntegers, refuses, type Dense } from '../support/cases.js';
import { constantOf, nodeOf, valueOf } from '../support/graph-runner.js';
import { checkOp, type Case } from '../support/harness.js';

type Attrs = AttrsOf<typeof matmul.attrs>;

const FREE: Attrs = { low: -Infinity, high: Infinity };
const TOLERANCE = { absolute: 5e-5 };

/** The element of `factor` whose last two indices are given and whose leading ones are those of `place`, 0 where it has one element. */
const pick = (factor: Dense, place: readonly number[], row: number, column: number): number => {
  const lead = factor.shape.slice(0, -2);
  const own = place.slice(0, -2).slice(place.length - 2 - lead.length);
  return at(factor, [...lead.map((size, axis) => (size === 1 ? 0 : own[axis]!)), row, column]);
};

const reference = ([a, b, bias]: Dense[], { low, high }: Attrs, shape: readonly number[]): number[] =>
  placesOf(shape).map((place) => {
    const [row, column] = place.slice(-2) as [number, number];
    let sum = bias ? bias.data[column]! : 0;
    for (let k = 0; k < a!.shape.at(-1)!; k++) sum += pick(a!, place, row, k) * pick(b!, place, k, column);
    return Math.min(Math.max(sum, low), high);
  });

const matmulCase = (
  a: readonly number[],
  b: readonly number[],
  constant: boolean,
  bias: boolean,
  attrs: Partial<Attrs> = {},
): Case<Attrs> => ({
  attrs: { ...FREE, ...attrs },
  inputs: [{ shape: a }, { shape: b, constant }, ...(bias ? [{ shape: [b.at(-1)!], constant: true }] : [])],
});

const BOTH = [true, false];

// rows around tiles of four, columns around panels of eight
checkOp(
  matmul,
  reference,
  [1, 3, 4, 5, 49].flatMap((rows) =>
    [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 67].flatMap((columns, i) =>
      BOTH.map((constant) => matmulCase([rows, 6], [6, columns], constant, i % 2 === 0)),
    ),
  ),
  TOLERANCE,
);

// depths
checkOp(
  matmul,
  reference,
  Array.from({ length: 100 }, (_, i) =>
    matmulCase([5, i + 1], [i + 1, 11], i % 2 === 0, i % 3 === 0, i % 4 ? {} : { low: -1, high: 1 }),
  ),
  TOLERANCE,
);

// more rows than a band
checkOp(
  matmul,
  reference,
  [matmulCase([70, 700], [700, 9], true, true), matmulCase([70, 700], [700, 9], false, true)],
  { absolute: 5e-4 },
);

// leading axes
const STACKS: [number[], number[]][] = [
  [
    [2, 3, 4],
    [4, 5],
  ],
  [
    [3, 4],
    [2, 4, 5],
  ],
  [
    [2, 3, 4],
    [2, 4, 5],
  ],
  [
    [1, 3, 4],
    [6, 4, 5],
  ],
  [
    [6, 3, 4],
    [1, 4, 5],
  ],
  [
    [2, 1, 3, 4],
    [1, 3, 4, 5],
  ],
  [
    [1, 3, 3, 4],
    [2, 1, 4, 5],
  ],
  [
    [3, 3, 4],
    [2, 3, 4, 5],
  ],
  [
    [2, 3, 3, 4],
    [3, 4, 5],
  ],
  [
    [2, 2, 2, 1, 7],
    [2, 1, 7, 9],
  ],
  [
    [1, 1, 4],
    [4, 5],
  ],
];

checkOp(
  matmul,
  reference,
  STACKS.flatMap(([a, b]) =>
    BOTH.flatMap((constant) => BOTH.map((bias) => matmulCase(a, b, constant, bias, bias ? { low: 0 } : {}))),
  ),
  TOLERANCE,
);

const random = randomIntegers('matmul');

const randomStack = (): Case<Attrs> => {
  const lead = Array.from({ length: random(0, 3) }, () => random(1, 3));
  const part = () => lead.slice(random(0, lead.length)).map((size) => (random(0, 2) ? size : 1));
  const [rows, depth, columns] = [random(1, 9), random(1, 20), random(1, 20)];
  return matmulCase([...part(), rows, depth], [...part(), depth, columns], random(0, 1) === 1, random(0, 1) === 1);
};

checkOp(matmul, reference, Array.from({ length: 60 }, randomStack), TOLERANCE);

test('counts multiply-accumulates', () => {
  const node = nodeOf(matmul, FREE, [valueOf('a', [2, 1, 49, 64]), valueOf('b', [3, 64, 10])]);
  assert.equal(node.output.shape, [2, 3, 49, 10]);
  assert.is(matmul.macs(node.inputs, node.output, FREE), 6 * 49 * 64 * 10);
});

const shapeOf = (a: number[], b: number[], bias?: number[]) =>
  matmul.shape([valueOf('a', a), valueOf('b', b), ...(bias ? [constantOf('bias', bias, [])] : [])], FREE);

refuses({
  'a vector on the left': () => shapeOf([4], [4, 5]),
  'a vector on the right': () => shapeOf([3, 4], [4]),
  'a scalar': () => shapeOf([3, 4], []),
  'depths that differ': () => shapeOf([3, 4], [5, 4]),
  'leading axes that do not broadcast': () => shapeOf([2, 3, 4], [3, 4, 5]),
  'a bias of another length': () => shapeOf([3, 4], [4, 5], [4]),
  'a bias of one element': () => shapeOf([3, 4], [4, 5], [1]),
  'a bias of two axes': () => shapeOf([3, 4], [4, 5], [1, 5]),
  'a bias that is no constant': () =>
    matmul.shape([valueOf('a', [3, 4]), valueOf('b', [4, 5]), valueOf('c', [5])], FREE),
  'a result that does not fit memory': () => shapeOf([2 ** 20, 1], [1, 2 ** 20]),
  'bounds of NaN': () => matmul.shape([valueOf('a', [3, 4]), valueOf('b', [4, 5])], { low: NaN, high: 1 }),
  integers: () => matmul.type([valueOf('a', [3, 4], 'int32'), valueOf('b', [4, 5], 'int32')], FREE),
});

test.run();
