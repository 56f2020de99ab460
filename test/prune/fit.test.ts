// Weights found by least squares, and the windows that they are found from, against independent computations.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openObserver } from '../../src/calibration/observe.js';
import { collectExamples, rowSize } from '../../src/prune/collect.js';
import { fitRows } from '../../src/prune/fit.js';
import { absentIn, layersOf, withWeights } from '../../src/prune/layers.js';
import { weightRows } from '../../src/prune/fit.js';
import { meanProducts, meanSquares } from '../../src/prune/moments.js';
import { createMultiply } from '../../src/prune/multiply.js';
import { clampedTargets, plainTargets } from '../../src/prune/targets.js';
import { randomIntegers } from '../support/cases.js';
import { bestWithout, randomProblem } from '../support/least-squares.js';
import { photosFor, prunable } from '../support/prunable.js';

const random = randomIntegers('fit');
const { graph } = await prunable();
const layers = layersOf(graph);
const multiply = await createMultiply();
const photos = { inputs: photosFor(4, 1), seed: 1, multiply };

test('weights of the inputs that are kept are those that Gaussian elimination finds', () => {
  const problem = randomProblem(1 + 4 * 3, 2, random);
  const { size, squares, rows } = problem;
  const sides = rows.map((row) =>
    Float64Array.from(row, (_, i) => row.reduce((sum, weight, j) => sum + squares[i * size + j]! * weight, 0)),
  );
  const damping = new Float64Array(size);
  const found = fitRows({ name: 'c', size, squares, taps: 3, damping, weights: rows }, [0, 2], sides);
  found.forEach((row, output) => {
    const expected = bestWithout(problem, rows[output]!, [4, 5, 6, 10, 11, 12]);
    row.forEach((weight, i) => assert.ok(Math.abs(weight - expected[i]!) < 1e-6 * (1 + Math.abs(expected[i]!))));
  });
});

const isNear = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} ${b}`);

test('means of products are those of loops, for any number of rows', () => {
  for (let count = 1; count < 1600; count += 511) {
    const z = Float32Array.from({ length: count * 2 }, () => random(-9, 9));
    const x = Float32Array.from({ length: count * 3 }, () => random(-9, 9));
    const mean = (a: Float32Array, i: number, as: number, j: number) => {
      let sum = 0;
      for (let row = 0; row < count; row++) sum += a[row * as + i]! * x[row * 3 + j]!;
      return sum / count;
    };
    meanProducts(z, 2, x, 3, multiply).forEach((value, at) => isNear(value, mean(z, Math.floor(at / 3), 2, at % 3)));
    const squares = meanSquares(x, 3, multiply);
    for (let i = 0; i < 3; i++) for (let j = 0; j <= i; j++) isNear(squares[i * 3 + j]!, mean(x, i, 3, j));
  }
});

test('the layers are those with at least 8 inputs and several pixels', () => {
  assert.equal(
    layers.map(({ inputs, outputs, taps, pixels }) => [inputs, outputs, taps, pixels]),
    [
      [16, 24, 1, 81],
      [24, 16, 9, 81],
      [16, 20, 9, 25],
    ],
  );
});

for (const [i, layer] of layers.entries()) {
  test(`layer ${i}: a window times the weights is what the network computes`, async () => {
    const examples = await collectExamples(graph, graph, layer, photos);
    const rows = weightRows(layer);
    const targets = plainTargets(examples);
    const size = rowSize(layer);
    assert.is(targets.length, 4 * layer.pixels * layer.outputs, 'few pixels are all taken');
    targets.forEach((target, at) => {
      const [row, output] = [Math.floor(at / layer.outputs), at % layer.outputs];
      const sum = rows[output]!.reduce((total, weight, k) => total + weight * examples.rows[row * size + k]!, 0);
      assert.ok(Math.abs(sum - target) < 1e-4, `${sum} ${target}`);
    });
  });

  test(`layer ${i}: its own weights stored anew compute the same`, async () => {
    const { value } = graph.outputs[0]!;
    using before = await openObserver(graph, [value]);
    using after = await openObserver(withWeights(graph, layer, weightRows(layer)), [value]);
    assert.equal(after.observe(photos.inputs[0]!), before.observe(photos.inputs[0]!));
    assert.ok(absentIn(layer).every((inputs) => !inputs.length));
  });
}

test('targets beyond a limit are what weights give beyond it, and otherwise the limit', () => {
  const examples = {
    rows: Float32Array.of(1, 2, 1, -3),
    goals: Float32Array.of(-5, 7, 3, -1),
    added: Float32Array.of(1, 1, 0, 0),
  };
  const weights = [Float64Array.of(0, -2), Float64Array.of(1, 1)];
  // given: -4 + 1, 3 + 1; 6, -2
  assert.equal([...clampedTargets(examples, { low: 0, high: 6 }, weights, multiply)], [-4, 5, 3, -2]);
  assert.equal([...plainTargets(examples)], [-6, 6, 3, -1]);
});

test.run();
