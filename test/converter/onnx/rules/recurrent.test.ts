// LSTM, GRU and RNN with constants of one unit, against results worked out by hand; the ops have tests of their own.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UnsupportedError } from '../../../../src/errors.js';
import { computedOutputs } from '../../../support/onnx/computed.js';
import { floats, type AttributeSpec, type TensorSpec } from '../../../support/onnx/write.js';

const test = suite('rules of recurrent layers');

const ones = (...dims: number[]) => floats('', dims, new Array<number>(dims.reduce((a, b) => a * b, 1)).fill(1));
const integers = (values: number[]): TensorSpec => ({ dims: [values.length], type: 6, ints: values });
const linear = (count: number) => ({ activations: { texts: new Array<string>(count).fill('Affine') } });

const computed = (
  op: string,
  tensors: (TensorSpec | null)[],
  attributes: Record<string, AttributeSpec>,
  outputs: string[] = ['y', 'h'],
) => computedOutputs({ op, tensors, attributes, outputs, opset: 14 });

/** h' = 2 x + 3 h, for one sample. */
const line = [floats('', [3, 1, 1], [1, 2, 3]), floats('', [1, 1, 1], [2]), floats('', [1, 1, 1], [3])];

test('RNN runs forwards, backwards and both ways', () => {
  assert.equal(computed('RNN', line, { hidden_size: 1, ...linear(1) }), [[2, 10, 36], [36]]);
  const back = { hidden_size: 1, direction: 'reverse', ...linear(1) };
  assert.equal(computed('RNN', line, back), [[68, 22, 6], [68]]);
  const twice = [line[0]!, floats('', [2, 1, 1], [2, 2]), floats('', [2, 1, 1], [3, 3])];
  const both = { hidden_size: 1, direction: 'bidirectional', ...linear(2) };
  assert.equal(computed('RNN', twice, both), [
    [2, 68, 10, 22, 36, 6],
    [36, 68],
  ]);
});

test('biases of inputs and states are added, and a state before the first step counts', () => {
  const inputs = [...line, floats('', [1, 2], [1, 10]), null, floats('', [1, 1, 1], [100])];
  assert.equal(computed('RNN', inputs, { hidden_size: 1, ...linear(1) }), [[313, 954, 2879], [2879]]);
});

test('functions have alphas and betas of their own', () => {
  const twice = [line[0]!, floats('', [2, 1, 1], [1, 1]), floats('', [2, 1, 1], [0, 0])];
  const attributes = {
    ...{ hidden_size: 1, direction: 'bidirectional', activations: { texts: ['Relu', 'affine'] } },
    ...{ activation_alpha: { floats: [4] }, activation_beta: { floats: [0.5] } },
  };
  assert.equal(computed('RNN', twice, attributes)[0], [1, 4.5, 2, 8.5, 3, 12.5]);
});

test('with layout 1 the samples come first', () => {
  const x = floats('', [2, 3, 1], [1, 2, 3, 10, 20, 30]);
  const attributes = { hidden_size: 1, layout: 1, ...linear(1) };
  assert.equal(computed('RNN', [x, line[1]!, line[2]!], attributes), [
    [2, 10, 36, 20, 100, 360],
    [36, 360],
  ]);
});

test('sequences of other lengths end with zeros', () => {
  const x = floats('', [3, 2, 1], [1, 10, 2, 20, 3, 30]);
  const inputs = [x, line[1]!, line[2]!, null, integers([2, 3])];
  const forwards = computed('RNN', inputs, { hidden_size: 1, ...linear(1) });
  assert.equal(forwards, [
    [2, 20, 10, 100, 0, 360],
    [10, 360],
  ]);
});

test('GRU weighs its state by the update gate', () => {
  // all gates are 0.5 x: z = r = c = 1 at x = 2, so the state stays what it was
  const inputs = [floats('', [1, 1, 1], [2]), ones(1, 3, 1), floats('', [1, 3, 1], [0, 0, 0])];
  const start = [null, null, floats('', [1, 1, 1], [7])];
  const attributes = { hidden_size: 1, ...linear(2), activation_alpha: { floats: [0.5, 0.5] } };
  assert.equal(computed('GRU', [...inputs, ...start], attributes), [[7], [7]]);
});

test('LSTM gives states and cells, and looks at its cells through peepholes', () => {
  // gates are x = 1: c' = 1 * 5 + 1 * 1 and h' = 1 * c'
  const inputs = [ones(1, 1, 1), ones(1, 4, 1), floats('', [1, 4, 1], [0, 0, 0, 0])];
  const start = [null, null, ones(1, 1, 1), floats('', [1, 1, 1], [5])];
  const attributes = { hidden_size: 1, ...linear(3) };
  assert.equal(computed('LSTM', [...inputs, ...start], attributes, ['y', 'h', 'c']), [[6], [6], [6]]);
  // input gate 1 + 5, forget gate 1 + 5, output gate 1 + c': c' = 6 * 5 + 6 * 1
  const peepholes = [...inputs, ...start, ones(1, 3)];
  assert.equal(computed('LSTM', peepholes, attributes, ['', '', 'c']), [[36]]);
  assert.equal(computed('LSTM', peepholes, attributes, ['y', '', '']), [[37 * 36]]);
});

test('refuses what it cannot compute', () => {
  const refused = (attributes: Record<string, AttributeSpec>) =>
    assert.throws(
      () => computed('RNN', line, attributes),
      (error: unknown) => error instanceof UnsupportedError,
    );
  refused({ hidden_size: 1, activations: { texts: ['Swish'] } });
  refused({ hidden_size: 1, activations: { texts: ['Tanh', 'Tanh'] } });
  refused({ hidden_size: 1, direction: 'sideways' });
  refused({ hidden_size: 1, input_forget: 1 });
});

test.run();
