// recurrent, compared with the formulas of the cells on vectors, one sample and one step at a time.

import { test } from 'uvu';
import type { AttrsOf } from '../../../src/ir/schema.js';
import { recurrent } from '../../../src/ops/scripted/recurrent.js';
import { at, refuses, type Dense } from '../../support/cases.js';
import { checkOp, type Case } from '../../support/harness.js';

type Attrs = AttrsOf<typeof recurrent.attrs>;
type Vector = number[];
type Layer = (v: Vector) => Vector;
type Curve = (x: number, alpha: number, beta: number) => number;

const CURVES: Record<Attrs['f'], Curve> = {
  sigmoid: (x) => 0.5 + 0.5 * Math.tanh(x / 2),
  tanh: (x) => (Math.exp(x) - Math.exp(-x)) / (Math.exp(x) + Math.exp(-x)),
  relu: (x) => (x > 0 ? x : 0),
  affine: (x, a, b) => a * x + b,
  leakyRelu: (x, a) => (x >= 0 ? x : a * x),
  thresholdedRelu: (x, a) => (x > a ? x : 0),
  scaledTanh: (x, a, b) => a * Math.tanh(b * x),
  hardSigmoid: (x, a, b) => Math.max(0, Math.min(1, a * x + b)),
  elu: (x, a) => (x >= 0 ? x : a * (Math.exp(x) - 1)),
  softsign: (x) => x / (1 + Math.abs(x)),
  softplus: (x) => Math.log(1 + Math.exp(x)),
};

const plus = (...vectors: Vector[]): Vector => vectors[0]!.map((_, i) => vectors.reduce((sum, v) => sum + v[i]!, 0));
const times = (a: Vector, b: Vector): Vector => a.map((x, i) => x * b[i]!);
const clamped = (v: Vector, clip: number) => v.map((x) => Math.max(-clip, Math.min(clip, x)));

const reference = (inputs: Dense[], attrs: Attrs, shape: readonly number[]): number[] => {
  const [x, weights, biases, lengths, hidden, cell, peepholes] = inputs as [
    Dense,
    Dense,
    Dense,
    Dense,
    Dense,
    Dense?,
    Dense?,
  ];
  const samples = x.shape[1]!;
  const size = weights.shape[1]!;
  const units = [...new Array(size).keys()];
  const curve = (k: 0 | 1 | 2) => (v: Vector) =>
    v.map((value) => CURVES[[attrs.f, attrs.g, attrs.h][k]!](value, attrs.alpha[k]!, attrs.beta[k]!));
  const [f, g, h] = [0, 1, 2].map((k) => curve(k as 0)) as [Layer, Layer, Layer];
  const clip = (v: Vector) => clamped(v, attrs.clip);
  const result = new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(0);
  for (let n = 0; n < samples; n++) {
    const startOf = (d: Dense) => units.map((i) => at(d, [0, Math.min(n, d.shape[1]! - 1), i]));
    let state = startOf(hidden);
    let memory = cell ? startOf(cell) : [];
    const length = at(lengths, [Math.min(n, lengths.shape[0]! - 1)]);
    const order = [...new Array(length).keys()];
    if (attrs.reverse) order.reverse();
    for (const t of order) {
      const input = (k: number) => units.map((i) => at(x, [t, n, k * size + i]));
      const past = (k: number, v: Vector) =>
        units.map((i) => v.reduce((sum, s, j) => sum + s * at(weights, [k * size + i, j]), at(biases, [k * size + i])));
      const seen = (k: number) => units.map((i) => (peepholes ? at(peepholes, [k * size + i]) * memory[i]! : 0));
      if (attrs.kind === 'rnn') state = f(clip(plus(input(0), past(0, state))));
      else if (attrs.kind === 'gru') {
        const z = f(clip(plus(input(0), past(0, state))));
        const r = f(clip(plus(input(1), past(1, state))));
        const inner = attrs.linearBefore ? times(r, past(2, state)) : past(2, times(r, state));
        const next = g(clip(plus(input(2), inner)));
        state = plus(
          times(
            z.map((value) => 1 - value),
            next,
          ),
          times(z, state),
        );
      } else {
        const taken = f(clip(plus(input(0), past(0, state), seen(0))));
        const kept = f(clip(plus(input(2), past(2, state), seen(2))));
        memory = plus(times(kept, memory), times(taken, g(clip(plus(input(3), past(3, state))))));
        state = times(f(clip(plus(input(1), past(1, state), seen(1)))), h(memory));
      }
      if (attrs.returns === 'sequence') state.forEach((value, i) => (result[(t * samples + n) * size + i] = value));
    }
    const final = attrs.returns === 'cell' ? memory : state;
    if (attrs.returns !== 'sequence' && length) final.forEach((value, i) => (result[n * size + i] = value));
  }
  return result;
};

const plain: Attrs = {
  ...{ kind: 'lstm', returns: 'sequence', reverse: false, linearBefore: false, clip: Infinity },
  ...{ f: 'sigmoid', g: 'tanh', h: 'tanh', alpha: [0, 0, 0], beta: [0, 0, 0] },
};
const GATES = { lstm: 4, gru: 3, rnn: 1 };

type Sizes = {
  steps: number;
  samples: number;
  size: number;
  lengths?: number[];
  shared?: boolean;
  peepholes?: boolean;
};

const caseOf = (
  attrs: Partial<Attrs>,
  { steps, samples, size, lengths = [steps], shared, peepholes }: Sizes,
): Case<Attrs> => {
  const own = { ...plain, ...attrs };
  const width = GATES[own.kind] * size;
  const state = { shape: [1, shared ? 1 : samples, size] };
  return {
    attrs: own,
    inputs: [
      { shape: [steps, samples, width] },
      { shape: [width, size] },
      { shape: [width] },
      { shape: [lengths.length], type: 'int32', data: lengths },
      state,
      ...(own.kind === 'lstm' ? [state] : []),
      ...(peepholes ? [{ shape: [3 * size] }] : []),
    ],
  };
};

const KINDS = ['lstm', 'gru', 'rnn'] as const;
const ACTIVATIONS = Object.keys(CURVES) as Attrs['f'][];

checkOp(recurrent, reference, [
  ...KINDS.flatMap((kind) =>
    [false, true].flatMap((reverse) => [
      caseOf({ kind, reverse }, { steps: 4, samples: 3, size: 5 }),
      caseOf({ kind, reverse }, { steps: 1, samples: 1, size: 1, shared: true }),
      caseOf({ kind, reverse, returns: 'last' }, { steps: 3, samples: 2, size: 4, shared: true }),
      caseOf({ kind, reverse }, { steps: 5, samples: 3, size: 2, lengths: [5, 0, 2] }),
      caseOf({ kind, reverse, returns: 'last' }, { steps: 5, samples: 3, size: 2, lengths: [1, 0, 4] }),
      caseOf({ kind, reverse, clip: 0.3 }, { steps: 3, samples: 2, size: 3 }),
    ]),
  ),
  caseOf({ returns: 'cell' }, { steps: 4, samples: 2, size: 3, peepholes: true }),
  caseOf({ reverse: true }, { steps: 4, samples: 2, size: 3, peepholes: true, lengths: [2, 4] }),
  caseOf({ kind: 'gru', linearBefore: true }, { steps: 4, samples: 2, size: 3 }),
  ...ACTIVATIONS.map((f, i) =>
    caseOf(
      { f, g: ACTIVATIONS.at(i - 1)!, h: ACTIVATIONS.at(i - 2)!, alpha: [0.3, 0.7, 0.4], beta: [0.2, 0.5, 0.6] },
      { steps: 3, samples: 2, size: 3 },
    ),
  ),
]);

// lengths beyond the sequence count as its ends
checkOp(
  recurrent,
  (inputs, attrs, shape) =>
    reference(
      inputs.map((input, i) => (i === 3 ? { ...input, data: [0, 3] } : input)),
      attrs,
      shape,
    ),
  [caseOf({}, { steps: 3, samples: 2, size: 2, lengths: [-(2 ** 31), 2 ** 31 - 1] })],
);

const shapeOf = (attrs: Partial<Attrs>, change: Record<number, number[]> = {}, count = 6) => {
  const { attrs: own, inputs } = caseOf(attrs, { steps: 3, samples: 2, size: 4 });
  const values = inputs
    .slice(0, count)
    .map(({ shape, type = 'float32' }, i) => ({ name: `x${i}`, type, shape: change[i] ?? shape }));
  return recurrent.shape(values, own);
};

refuses({
  'inputs of another width': () => shapeOf({}, { 0: [3, 2, 12] }),
  'weights of another size': () => shapeOf({}, { 1: [16, 3] }),
  'biases of another size': () => shapeOf({}, { 2: [8] }),
  'other lengths': () => shapeOf({}, { 3: [3] }),
  'states of other samples': () => shapeOf({}, { 4: [1, 3, 4] }),
  'an LSTM without a cell state': () => shapeOf({}, {}, 5),
  'the cell state of a GRU': () => shapeOf({ kind: 'gru', returns: 'cell' }),
  'too few numbers for the functions': () => shapeOf({ alpha: [0] }),
  'a negative clip': () => shapeOf({ clip: -1 }),
  'a clip that is NaN': () => shapeOf({ clip: NaN }),
});

test.run();
