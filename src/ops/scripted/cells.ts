// Cells of recurrent networks: one step of an LSTM, a GRU or a plain recurrent network.

/** Functions that cells apply to their gates. */
export const ACTIVATIONS = [
  ...(['sigmoid', 'tanh', 'relu', 'affine', 'leakyRelu', 'thresholdedRelu'] as const),
  ...(['scaledTanh', 'hardSigmoid', 'elu', 'softsign', 'softplus'] as const),
] as const;

/** The name of an activation. */
export type Activation = (typeof ACTIVATIONS)[number];

/** A function of one number. */
export type Curve = (x: number) => number;

const CURVES: Readonly<Record<Activation, (alpha: number, beta: number) => Curve>> = {
  sigmoid: () => (x) => 1 / (1 + Math.exp(-x)),
  tanh: () => Math.tanh,
  relu: () => (x) => Math.max(x, 0),
  affine: (alpha, beta) => (x) => alpha * x + beta,
  leakyRelu: (alpha) => (x) => (x < 0 ? alpha * x : x),
  thresholdedRelu: (alpha) => (x) => (x > alpha ? x : 0),
  scaledTanh: (alpha, beta) => (x) => alpha * Math.tanh(beta * x),
  hardSigmoid: (alpha, beta) => (x) => Math.min(Math.max(alpha * x + beta, 0), 1),
  elu: (alpha) => (x) => (x < 0 ? alpha * Math.expm1(x) : x),
  softsign: () => (x) => x / (1 + Math.abs(x)),
  softplus: () => (x) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0),
};

/** The function of an activation; its argument is first clamped to [-clip, clip]. */
export const curveOf = (name: Activation, alpha: number, beta: number, clip: number): Curve => {
  const curve = CURVES[name](alpha, beta);
  return clip === Infinity ? curve : (x) => curve(Math.min(Math.max(x, -clip), clip));
};

/** The state of one sample, which a step changes. */
export type State = { hidden: Float64Array; cell: Float64Array };

/**
 * What all steps share: the weights [gates * size, size] and biases of the hidden state, the functions f, g and h, and, for
 * an LSTM, the weights of its peepholes.
 */
export type CellSpec = {
  size: number;
  weights: ArrayLike<number>;
  biases: ArrayLike<number>;
  peepholes: ArrayLike<number> | undefined;
  f: Curve;
  g: Curve;
  h: Curve;
  linearBefore: boolean;
};

/** Advances a state by one step; `input` has what the step's input adds to each gate, from `at` on. */
export type Cell = (spec: CellSpec, state: State, input: ArrayLike<number>, at: number) => void;

/** Row `row` of the weights times `state`, plus the bias. */
const recur = ({ size, weights, biases }: CellSpec, state: Float64Array, row: number): number => {
  let sum = biases[row]!;
  for (let k = 0, w = row * size; k < size; k++) sum += weights[w + k]! * state[k]!;
  return sum;
};

/** h' = f(x + R h). */
const rnn: Cell = (spec, { hidden }, input, at) => {
  const before = hidden.slice();
  for (let i = 0; i < spec.size; i++) hidden[i] = spec.f(input[at + i]! + recur(spec, before, i));
};

/** z = f(..), r = f(..), c = g(x + R (r h)) or g(x + r (R h)); h' = (1 - z) c + z h. Gates are in the order z, r, c. */
const gru: Cell = (spec, { hidden }, input, at) => {
  const { size, f, g, linearBefore } = spec;
  const before = hidden.slice();
  const update = before.map((_, i) => f(input[at + i]! + recur(spec, before, i)));
  const reset = before.map((_, i) => f(input[at + size + i]! + recur(spec, before, size + i)));
  const kept = linearBefore ? before : before.map((value, i) => reset[i]! * value);
  for (let i = 0; i < size; i++) {
    const row = 2 * size + i;
    const past = recur(spec, kept, row);
    const next = g(input[at + row]! + (linearBefore ? reset[i]! * past : past));
    hidden[i] = (1 - update[i]!) * next + update[i]! * before[i]!;
  }
};

/** c' = f(..) c + f(..) g(..), h' = f(..) h(c'). Gates are in the order input, output, forget, cell. */
const lstm: Cell = (spec, { hidden, cell }, input, at) => {
  const { size, f, g, h, peepholes } = spec;
  const before = hidden.slice();
  const gate = (index: number, i: number) => input[at + index * size + i]! + recur(spec, before, index * size + i);
  const seen = (index: number, i: number) => (peepholes ? peepholes[index * size + i]! * cell[i]! : 0);
  for (let i = 0; i < size; i++) {
    const [taken, kept] = [f(gate(0, i) + seen(0, i)), f(gate(2, i) + seen(2, i))];
    cell[i] = kept * cell[i]! + taken * g(gate(3, i));
    hidden[i] = f(gate(1, i) + seen(1, i)) * h(cell[i]!);
  }
};

/** The cells by name. */
export const CELLS = { rnn, gru, lstm } as const;

/** How many gates a cell has. */
export const GATES: Readonly<Record<keyof typeof CELLS, number>> = { rnn: 1, gru: 3, lstm: 4 };
