// Functions of one number, compared with JavaScript and series in double precision.

import { test } from 'uvu';
import type { AttrsOf } from '../../src/ir/schema.js';
import { unary } from '../../src/ops/unary.js';
import type { DataType } from '../../src/ir/tensor.js';
import { refuses } from '../support/cases.js';
import { checkOp, type Case } from '../support/harness.js';

type Attrs = AttrsOf<typeof unary.attrs>;

/** Taylor's series. */
const erf = (x: number): number => {
  if (Math.abs(x) > 4) return Math.sign(x);
  let [sum, term] = [0, x];
  for (let n = 0; n < 150; n++) {
    sum += term / (2 * n + 1);
    term *= (-x * x) / (n + 1);
  }
  return (2 * sum) / Math.sqrt(Math.PI);
};

const roundToEven = (x: number): number => {
  const near = Math.round(x);
  return Math.abs(x % 1) === 0.5 && near % 2 !== 0 ? near - 1 : near;
};

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const bound = (x: number): number => (x > 0 ? (x < 1 ? x : 1) : x <= 0 ? 0 : x);
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const cubic = (x: number): number => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);

const functions: Record<Attrs['kind'], (x: number, alpha: number, beta: number) => number> = {
  leakyRelu: (x, alpha) => (x < 0 ? alpha * x : x),
  sigmoid,
  hardSigmoid: (x, alpha, beta) => bound(alpha * x + beta),
  hardSwish: (x) => x * bound(x / 6 + 0.5),
  swish: (x, alpha) => x * sigmoid(alpha * x),
  tanh: Math.tanh,
  elu: (x, alpha) => (x < 0 ? alpha * Math.expm1(x) : x),
  selu: (x, alpha, gamma) => gamma * (x < 0 ? alpha * Math.expm1(x) : x),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  geluTanh: (x) => 0.5 * x * (1 + Math.tanh(cubic(x))),
  mish: (x) => x * Math.tanh(softplus(x)),
  softplus,
  softsign: (x) => x / (1 + Math.abs(x)),
  erf,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  neg: (x) => -x,
  abs: Math.abs,
  reciprocal: (x) => 1 / x,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundToEven,
  sign: Math.sign,
  thresholdedRelu: (x, alpha) => (x > alpha ? x : 0),
  celu: (x, alpha) => Math.max(x, 0) + Math.min(alpha * Math.expm1(x / alpha), 0),
  sin: Math.sin,
  cos: Math.cos,
  not: (x) => (x === 0 ? 1 : 0),
};

const reference = ([x]: { data: ArrayLike<number> }[], { kind, alpha, beta }: Attrs) =>
  Array.from(x!.data, (value) => functions[kind](value, Math.fround(alpha), Math.fround(beta)));

const KINDS = unary.attrs.kind.filter((kind) => kind !== 'not');
const SHAPES = [[], [1], [3], [4], [5], [16], [67], [2, 3, 4, 5]];
const POSITIVE = ['log', 'sqrt', 'reciprocal'];

const PRECISE = { absolute: 1e-6, relative: 2e-6 };

const attrsOf = (kind: Attrs['kind']): Attrs => ({ kind, alpha: kind === 'hardSigmoid' ? 0.2 : 0.7, beta: 0.5 });

const floats = KINDS.flatMap((kind) => {
  const low = POSITIVE.includes(kind) ? 0.01 : -9;
  return SHAPES.map((shape) => ({ attrs: attrsOf(kind), inputs: [{ shape, low, high: 9 }] }));
});

checkOp(unary, reference, floats, PRECISE);

/** Values around every corner of a function. */
const CORNERS = [-3, -2.5, -1.5, -0.5, -1e-4, -1e-20, 0, 1e-20, 1e-4, 0.5, 0.7, 0.92, 0.93, 1.5, 2.5, 3, 4.5, 87, -87];

checkOp(
  unary,
  reference,
  KINDS.filter((kind) => !POSITIVE.includes(kind)).map((kind) => ({
    attrs: attrsOf(kind),
    inputs: [{ shape: [CORNERS.length], data: CORNERS }],
  })),
  PRECISE,
);

/** The largest and smallest values where nothing may go wrong but the last digits. */
const RANGES: Case<Attrs>[] = [
  { attrs: attrsOf('log'), inputs: [{ shape: [6], data: [1e-40, 1e-30, 0.7, 1, 1.5, 3e38] }] },
  { attrs: attrsOf('exp'), inputs: [{ shape: [5], data: [-100, -90, -50, 50, 88.7] }] },
  { attrs: attrsOf('sin'), inputs: [{ shape: [6], data: [-1e5, -3000, -3.2, 3.2, 1234.5, 1e5] }] },
  { attrs: attrsOf('cos'), inputs: [{ shape: [6], data: [-1e5, -3000, -3.2, 3.2, 1234.5, 1e5] }] },
  { attrs: attrsOf('tanh'), inputs: [{ shape: [6], data: [-1e-20, 1e-10, 1e-5, 1e-3, 0.1, 40] }] },
  { attrs: attrsOf('elu'), inputs: [{ shape: [5], data: [-1e-20, -1e-10, -1e-5, -1e-3, -100] }] },
  { attrs: attrsOf('softplus'), inputs: [{ shape: [5], data: [-80, -30, -10, 30, 1e30] }] },
  { attrs: attrsOf('sigmoid'), inputs: [{ shape: [5], data: [-80, -30, -10, 30, 1e30] }] },
  { attrs: attrsOf('erf'), inputs: [{ shape: [5], data: [-1e-20, 1e-10, 1e-5, 1e-3, 0.1] }] },
];

checkOp(unary, reference, RANGES, { absolute: 1e-39, relative: 1e-6 });

// where e ** -x is the largest float and then infinite
const STEEP = [-88, -88.3, -88.4, -88.5, -88.6, -88.7, -88.8, -89, -100];

checkOp(
  unary,
  reference,
  [
    { attrs: attrsOf('sigmoid'), inputs: [{ shape: [STEEP.length], data: STEEP }] },
    { attrs: { kind: 'swish', alpha: 1, beta: 0 }, inputs: [{ shape: [STEEP.length], data: STEEP }] },
  ],
  { absolute: 4e-37, relative: 1e-6 },
);

const LIMITS = [NaN, Infinity, -Infinity, 0, -1, 3e38, -3e38];

/** Functions whose limits are those of their formula. */
const limited = KINDS.filter((kind) => !['sin', 'cos', 'mish', 'gelu', 'geluTanh', 'celu'].includes(kind));

checkOp(
  unary,
  reference,
  limited.map((kind) => ({ attrs: attrsOf(kind), inputs: [{ shape: [LIMITS.length], data: LIMITS }] })),
);

checkOp(unary, ([x]) => Array.from(x!.data, (value) => (Number.isFinite(value) ? Math.max(0, value) : value)), [
  { attrs: attrsOf('mish'), inputs: [{ shape: [4], data: [NaN, Infinity, 3e38, -3e38] }] },
  { attrs: attrsOf('gelu'), inputs: [{ shape: [4], data: [NaN, Infinity, 3e38, -3e38] }] },
  { attrs: attrsOf('geluTanh'), inputs: [{ shape: [4], data: [NaN, Infinity, 1e18, -1e18] }] },
]);

checkOp(
  unary,
  reference,
  (['neg', 'abs'] as const).flatMap((kind) =>
    (['int32', 'int64'] as const).flatMap((type) => [
      { attrs: attrsOf(kind), inputs: [{ shape: [7], type, data: [-5, 0, 3, 2 ** 31 - 1, -(2 ** 31) + 1, 1, -1] }] },
    ]),
  ),
);

checkOp(
  unary,
  reference,
  [1, 4, 6].map((size) => ({
    attrs: attrsOf('not'),
    inputs: [{ shape: [size], type: 'bool' as const, data: [1, 0, 0, 1, 1, 0].slice(0, size) }],
  })),
);

const take = (kind: string, type: DataType, alpha = 1) =>
  unary.shape([{ name: 'x', shape: [3], type }], { kind, alpha, beta: 0 } as Attrs);

refuses({
  'integers for exp': () => take('exp', 'int32'),
  'bool for neg': () => take('neg', 'bool'),
  'floats for not': () => take('not', 'float32'),
  'a kind that does not exist': () => take('tan', 'float32'),
  'an infinite alpha': () => take('elu', 'float32', Infinity),
  'an alpha that is no number': () => take('elu', 'float32', NaN),
});

test.run();
