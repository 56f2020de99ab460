// Tells an activation by what it makes of some numbers.

import type { Node } from '../../ir/graph.js';
import type { AttrsOf } from '../../ir/schema.js';
import type { Value } from '../../ir/value.js';
import { clip } from '../../ops/clip.js';
import { unary } from '../../ops/unary.js';
import type { Evaluate } from '../../runtime/evaluate-node.js';

/** An op with its attributes. */
export type Activation = Pick<Node, 'op' | 'attrs'>;

/** The value of a function for a number that is one of `PROBES`. */
type At = (x: number) => number;

type Kind = AttrsOf<typeof unary.attrs>['kind'];

/** Beyond it activations are flat or linear. */
const FLAT = 100;

/** A number for which activations are 0, 1 or linear. */
const FAR = 1e4;

/** Numbers that fits read. */
const MARKS = [-FAR, -1, 0, 0.5, 1, FAR];

/** The numbers that activations are told by: close together where they bend, and some far away. */
export const PROBES = Float32Array.from([
  ...MARKS,
  ...[1e-3, 13.7, 21.3, 47, 88.6, 131, 1234, 72e3, 1e6, 1e30].flatMap((x) => [x, -x]),
  ...Array.from({ length: 151 }, (_, i) => (i - 75) * 0.1637),
]);

/** How far two spellings of a function may differ by rounding, relative to results beyond 1, or to the largest if all are smaller. */
const TOLERANCE = 4e-6;

/** A constant vector of floats. */
export const vectorOf = (name: string, data: Float32Array): Value => ({
  ...{ name, shape: [data.length], type: 'float32', data },
});

const ofKind = (kind: Kind, alpha = 0, beta = 0): Activation => ({ op: unary, attrs: { kind, alpha, beta } });

/** Activations without parameters, and with the usual ones. */
const FIXED: readonly Activation[] = [
  ofKind('swish', 1),
  ofKind('hardSwish'),
  ofKind('hardSigmoid', 1 / 6, 0.5),
  ofKind('hardSigmoid', 0.2, 0.5),
  ofKind('sigmoid'),
  ofKind('gelu'),
  ofKind('geluTanh'),
  ofKind('mish'),
  ofKind('tanh'),
  ofKind('softplus'),
  ofKind('softsign'),
];

/** A parameter without the digits that rounding added. */
const rounded = (parameter: number): number => Number(parameter.toPrecision(5));

/** The activations that a function is if it is one of their kind, by its values at some marks. */
const FITTED: readonly ((at: At) => Activation)[] = [
  (at) => ({
    op: clip,
    attrs: { low: at(-FAR) === -FAR ? -Infinity : at(-FAR), high: at(FAR) === FAR ? Infinity : at(FAR) },
  }),
  (at) => ofKind('leakyRelu', rounded(-at(-1))),
  (at) => ofKind('swish', rounded(Math.log(at(1) / (1 - at(1))))),
  (at) => ofKind('hardSigmoid', rounded((at(0.5) - at(0)) * 2), rounded(at(0))),
];

/** A function that tells the activation with these values for `PROBES`; undefined if there is none, or no change at all. */
export const createRecogniser = (evaluate: Evaluate): ((values: Float32Array) => Activation | undefined) => {
  const valuesOf = ({ op, attrs }: Activation): Float32Array => {
    const output: Value = { name: 'y', shape: [PROBES.length], type: 'float32' };
    return evaluate({ name: 'activation', op, attrs, inputs: [vectorOf('x', PROBES)], output }) as Float32Array;
  };
  const fixed = FIXED.map((activation) => ({ activation, expected: valuesOf(activation) }));
  return (values) => {
    if (!values.every(Number.isFinite) || isNear(values, PROBES)) return undefined;
    const known = fixed.find(({ expected }) => isNear(values, expected));
    if (known) return known.activation;
    const at: At = (x) => values[MARKS.indexOf(x)]!;
    return FITTED.map((fit) => fit(at)).find((own) => isPossible(own) && isNear(values, valuesOf(own)));
  };
};

const isPossible = ({ op, attrs }: Activation): boolean =>
  op === clip ? (attrs.low as number) <= (attrs.high as number) : Number.isFinite(attrs.alpha);

/** Whether functions have the same values for `PROBES` except for rounding; far out, where activations are flat or linear, small ones count. */
const isNear = (a: Float32Array, b: Float32Array): boolean => {
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.every((value, i) => {
    const least = Math.abs(PROBES[i]!) > FLAT ? 1e-8 : Math.min(1, largest);
    return Math.abs(value - b[i]!) <= TOLERANCE * Math.max(least, Math.abs(b[i]!));
  });
};
