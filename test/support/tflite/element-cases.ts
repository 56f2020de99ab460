// Cases of functions of single elements.

import { BOOL, x, floats, values, RELU, type TfliteCase } from './case.js';

const wide = [1, 2, 2, 3];

const unaries: TfliteCase[] = [
  ...'RELU RELU6 RELU_N1_TO_1 RELU_0_TO_1 LOGISTIC TANH HARD_SWISH ELU EXP ABS NEG FLOOR CEIL ROUND SIN COS SIGN SQUARE ZEROS_LIKE'
    .split(' ')
    .map((op): TfliteCase => ({ name: op, op, inputs: [x(wide, -8, 8)] })),
  ...'LOG SQRT RSQRT'.split(' ').map((op): TfliteCase => ({ name: op, op, inputs: [x(wide, 0.1, 9)] })),
  { name: 'LEAKY_RELU', op: 'LEAKY_RELU', inputs: [x(wide)], options: { alpha: { float: 0.3 } } },
  { name: 'GELU', op: 'GELU', inputs: [x(wide, -4, 4)] },
  { name: 'GELU approximate', op: 'GELU', inputs: [x(wide, -4, 4)], options: { approximate: true } },
  { name: 'PRELU', op: 'PRELU', inputs: [x(wide), floats([1, 1, 3])] },
];

const binaries: TfliteCase[] = [
  ...['ADD', 'SUB', 'MUL', 'DIV'].map((op): TfliteCase => ({
    name: `${op} relu`,
    op,
    inputs: [x(wide), x([3], 0.5, 2)],
    options: { fused: RELU },
  })),
  { name: 'ADD of a constant', op: 'ADD', inputs: [x(wide), floats(wide)] },
  { name: 'MUL of an image and its means', op: 'MUL', inputs: [x([1, 3, 2, 2]), x([1, 1, 1, 2])] },
  ...['MAXIMUM', 'MINIMUM', 'SQUARED_DIFFERENCE'].map((op): TfliteCase => ({
    name: op,
    op,
    inputs: [x(wide), x([2, 3])],
  })),
  { name: 'POW', op: 'POW', inputs: [x(wide, 0.1, 3), x(wide)] },
  { name: 'FLOOR_DIV', op: 'FLOOR_DIV', inputs: [x(wide, -9, 9), values([2, -3, 0.7])] },
  { name: 'FLOOR_MOD', op: 'FLOOR_MOD', inputs: [x(wide, -9, 9), values([2, -3, 0.7])] },
  { name: 'ADD_N', op: 'ADD_N', inputs: [x(wide), x(wide), floats(wide)] },
  ...['LESS', 'LESS_EQUAL', 'GREATER', 'GREATER_EQUAL', 'EQUAL', 'NOT_EQUAL'].map((op): TfliteCase => ({
    name: op,
    op,
    inputs: [x(wide), floats([3], -0.5, 0.5)],
    outputs: [BOOL],
  })),
];

/** Functions of single elements. */
export const ELEMENT_CASES: readonly TfliteCase[] = [...unaries, ...binaries];
