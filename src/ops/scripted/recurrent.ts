// One direction of a recurrent layer.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { showShape } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';
import { checkedShape, floatOnly, integersOnly } from '../shared/checks.js';
import { ACTIVATIONS, CELLS, curveOf, GATES, type CellSpec, type Curve, type State } from './cells.js';
import { planScript, type Elements } from './script.js';

/**
 * A recurrent layer in one direction, over sequences of which sample n has `lengths`[n] steps.
 *
 * Inputs: what the steps' inputs add to each gate [T, N, gates * H], the weights of the hidden state [gates * H, H] and their
 * biases [gates * H], the lengths [N], the hidden state before the first step [1, N, H], and, for an LSTM, its cell state
 * [1, N, H] and the weights of its peepholes [3 * H] for the input, output and forget gate. The lengths and states may have
 * one sample for all.
 *
 * Returns the `sequence` of hidden states [T, 1, N, H], 0 beyond a sample's length, or the `last` hidden state or `cell` state
 * [1, N, H]. With `reverse`, steps run from a sample's last one to its first. f, g and h are the cell's functions with an
 * `alpha` and `beta` each; the arguments of f and g are clamped to [-clip, clip].
 */
export const recurrent = defineOp({
  code: 31,
  name: 'recurrent',
  inputs: {
    x: 'value',
    weights: 'value',
    biases: 'value',
    lengths: 'value',
    hidden: 'value',
    cell: 'value?',
    peepholes: 'value?',
  },
  attrs: {
    kind: ['lstm', 'gru', 'rnn'],
    returns: ['sequence', 'last', 'cell'],
    reverse: 'bool',
    linearBefore: 'bool',
    f: ACTIVATIONS,
    g: ACTIVATIONS,
    h: ACTIVATIONS,
    alpha: 'f32s',
    beta: 'f32s',
    clip: 'f32',
  },
  type: ({ lengths, ...floats }) => {
    integersOnly(lengths);
    return floatOnly(floats);
  },
  shape: ({ x, weights, biases, lengths, hidden, cell, peepholes }, { kind, returns, alpha, beta, clip }) => {
    const [steps = 0, samples = 0, width = 0] = x.shape;
    const size = weights.shape[1] ?? 0;
    const check = (value: Value, ...shapes: number[][]) => {
      if (!shapes.some((shape) => showShape(shape) === showShape(value.shape)))
        throw new ShapeError(
          `${value.name} has shape ${showShape(value.shape)}; expected ${shapes.map(showShape).join(' or ')}`,
        );
    };
    check(x, [steps, samples, GATES[kind] * size]);
    check(weights, [width, size]);
    check(biases, [width]);
    check(lengths, [samples], [1]);
    for (const state of cell ? [hidden, cell] : [hidden]) check(state, [1, samples, size], [1, 1, size]);
    if (peepholes) check(peepholes, [3 * size]);
    if ((kind === 'lstm') !== Boolean(cell) || (returns === 'cell' && !cell))
      throw new ShapeError('only an LSTM has a cell state');
    if (alpha.length !== 3 || beta.length !== 3) throw new ShapeError('alpha and beta need three numbers each');
    if (!(clip > 0)) throw new ShapeError(`clip is ${clip}; expected a number above 0`);
    return checkedShape(returns === 'sequence' ? [steps, 1, samples, size] : [1, samples, size]);
  },
  macs: ({ x, weights }) => x.shape[0]! * x.shape[1]! * weights.shape[0]! * weights.shape[1]!,
  plan: (inputs, output, { kind, returns, reverse, linearBefore, clip, alpha, beta, ...names }) => {
    const { x, weights, biases, lengths, hidden, cell, peepholes } = inputs;
    const [steps, samples, width] = x.shape as [number, number, number];
    const size = weights.shape[1]!;
    const curves = [names.f, names.g, names.h].map((name, i) =>
      curveOf(name, alpha[i]!, beta[i]!, i < 2 ? clip : Infinity),
    );
    const [f, g, h] = curves as [Curve, Curve, Curve];
    const states = [hidden, cell, peepholes].filter((value) => value !== undefined);
    return planScript([x, weights, biases, lengths, ...states], output, (arrays, y) => {
      const [gates, matrix, offsets, counts, first, firstCell, peeps] = arrays as [
        Elements,
        Elements,
        Elements,
        Elements,
        ...Elements[],
      ];
      const spec: CellSpec = { size, weights: matrix, biases: offsets, peepholes: peeps, f, g, h, linearBefore };
      if (returns === 'sequence') y.fill(0);
      for (let n = 0; n < samples; n++) {
        const state = { hidden: startOf(first, n, size), cell: startOf(firstCell, n, size) };
        const count = Math.min(Math.max(counts[n % counts.length]!, 0), steps);
        for (let k = 0; k < count; k++) {
          const place = (reverse ? count - 1 - k : k) * samples + n;
          CELLS[kind](spec, state, gates, place * width);
          if (returns === 'sequence') y.set(state.hidden, place * size);
        }
        if (returns !== 'sequence') y.set(count ? finalOf(state, returns) : new Float32Array(size), n * size);
      }
    });
  },
});

const finalOf = ({ hidden, cell }: State, returns: 'last' | 'cell') => (returns === 'cell' ? cell : hidden);

/** The state of sample `n` before its first step, which all samples may share. */
const startOf = (states: Elements | undefined, n: number, size: number): Float64Array => {
  if (!states) return new Float64Array(0);
  const at = states.length === size ? 0 : n * size;
  return Float64Array.from(states.subarray(at, at + size));
};
