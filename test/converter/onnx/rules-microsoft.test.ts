// Rules of the operators that ONNX Runtime writes into optimised files.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compute, computed, type Operation } from '../../support/onnx/compute.js';
import { floats } from '../../support/onnx/write.js';

const test = suite('operators of com.microsoft');

const run = (operation: Omit<Operation, 'domain'>) => computed({ domain: 'com.microsoft', ...operation });

const near = (found: readonly number[], expected: readonly number[]): void => {
  assert.is(found.length, expected.length);
  found.forEach((value, i) =>
    assert.ok(Math.abs(value - expected[i]!) <= 1e-5, `${value} instead of ${expected[i]} at ${i}`),
  );
};

test('FusedConv adds its fourth input before the activation', () => {
  const [x, w, bias, addend] = [
    floats('', [1, 1, 1, 2], [1, 2]),
    floats('', [1, 1, 1, 1], [2]),
    floats('', [1], [-3]),
    floats('', [1, 1, 1, 2], [0.5, -2]),
  ];
  const conv = (inputs: Operation['inputs'], activation: string, parameters?: number[]) =>
    run({
      op: 'FusedConv',
      inputs,
      attributes: { activation, ...(parameters && { activation_params: { floats: parameters } }) },
    });
  assert.equal(conv([x, w, bias], 'Relu'), [0, 1]);
  assert.equal(conv([x, w, bias, addend], 'LeakyRelu', [0.5]), [-0.25, -0.5]);
  assert.equal(conv([x, w, undefined], 'Clip', [0, 3]), [2, 3]);
  assert.throws(() => conv([x, w, bias], 'Softmax'), /activation 'Softmax' is not supported/);
});

test('FusedGemm and FusedMatMul turn their factors', () => {
  const [a, b, c] = [floats('', [1, 2], [1, 2]), floats('', [2, 2], [1, -2, 3, 4]), floats('', [2], [1, 1])];
  const attributes = { transB: 1, activation: 'LeakyRelu', activation_alpha: { float: 0.5 } };
  assert.equal(run({ op: 'FusedGemm', inputs: [a, b, c], attributes }), [-1, 12]);
  assert.equal(run({ op: 'FusedMatMul', inputs: [a, b], attributes: { transB: 1, alpha: { float: 2 } } }), [-6, 22]);
  assert.throws(() => run({ op: 'FusedMatMul', inputs: [a, b], attributes: { transBatchA: 1 } }), /transBatchA 1/);
});

test('the forms of GELU', () => {
  const x = [-1, 0, 2];
  const [input, bias] = [floats('', [1, 3], x), floats('', [3], [1, 1, -1])];
  const tanhForm = (v: number) => (v / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)));
  near(
    run({ op: 'QuickGelu', inputs: [input] }),
    x.map((v) => v / (1 + Math.exp(-1.702 * v))),
  );
  near(run({ op: 'FastGelu', inputs: [input, bias] }), [0, 1, 1].map(tanhForm));
  near(run({ op: 'Gelu', inputs: [input] }), [-0.1586553, 0, 1.9544997]); // x times the normal distribution
  near(run({ op: 'BiasGelu', inputs: [input, bias] }), [0, 0.8413447, 0.8413447]);
});

test('SkipLayerNormalization normalises a sum, which is its fourth output', () => {
  const [x, skip, bias] = [floats('', [1, 1, 2], [1, 2]), floats('', [1, 1, 2], [1, 4]), floats('', [2], [0, 2])];
  const [gamma, beta] = [floats('', [2], [1, 2]), floats('', [2], [0, 1])];
  const attributes = { epsilon: { float: 0 } };
  const outputs = ['y', '', '', 'sum'];
  const domain = 'com.microsoft';
  const normalised = compute({
    op: 'SkipLayerNormalization',
    domain,
    inputs: [x, skip, gamma, beta, bias],
    attributes,
    outputs,
  });
  assert.equal(
    normalised.map(({ data }) => data),
    [
      [-1, 3],
      [2, 8],
    ],
  );
  const simplified = compute({
    op: 'SkipSimplifiedLayerNormalization',
    domain,
    inputs: [x, skip, gamma, bias],
    attributes,
    outputs,
  });
  near(simplified[0]!.data, [2 / Math.sqrt(34), 16 / Math.sqrt(34)]);
});

test.run();
