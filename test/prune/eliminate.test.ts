// Removal of inputs against the least-squares problem solved anew for every set of inputs.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cholesky, inverseOf } from '../../src/prune/cholesky.js';
import { eliminate } from '../../src/prune/eliminate.js';
import { randomIntegers } from '../support/cases.js';
import { bestWithout, excessError, randomProblem, type LeastSquares } from '../support/least-squares.js';

const random = randomIntegers('eliminate');

/** The places of the weights of inputs, after the bias. */
const placesOf = (inputs: readonly number[], taps: number): number[] =>
  inputs.flatMap((input) => Array.from({ length: taps }, (_, tap) => 1 + input * taps + tap));

const removalOf = ({ squares, size, rows }: LeastSquares, taps: number, most: number, first: number[] = []) =>
  eliminate(inverseOf(cholesky(squares, size)!, size), taps, rows, most, first);

for (const taps of [1, 4]) {
  test(`with ${taps} taps, the error after each removal is that of the best weights without these inputs`, () => {
    const inputs = random(3, 6);
    const problem = randomProblem(1 + inputs * taps, 3, random);
    const { order, errors } = removalOf(problem, taps, inputs);
    assert.is(order.length, inputs);
    errors.forEach((error, i) => {
      const expected = excessError(problem, placesOf(order.slice(0, i + 1), taps));
      assert.ok(Math.abs(error - expected) <= 1e-6 * (1 + expected), `${error} ${expected}`);
    });
  });

  test(`with ${taps} taps, each removal is the one that costs least`, () => {
    const inputs = random(3, 6);
    const problem = randomProblem(1 + inputs * taps, 3, random);
    const { order } = removalOf(problem, taps, inputs - 1);
    order.forEach((input, i) => {
      const gone = order.slice(0, i);
      const errors = Array.from({ length: inputs }, (_, other) =>
        gone.includes(other) ? Infinity : excessError(problem, placesOf([...gone, other], taps)),
      );
      const least = Math.min(...errors);
      assert.ok(errors[input]! <= least + 1e-6 * (1 + least), `${errors[input]} ${least}`);
    });
  });
}

test('weights after each removal are the best ones without these inputs', () => {
  const problem = randomProblem(1 + 4 * 2, 2, random);
  const { squares, size, rows } = problem;
  const inverse = inverseOf(cholesky(squares, size)!, size);
  const found: Float64Array[][] = [];
  const { order } = eliminate(inverse, 2, rows, 3, [], (_, weights) => found.push(weights()));
  assert.is(found.length, 3);
  found.forEach((weights, i) => {
    weights.forEach((row, output) => {
      const expected = bestWithout(problem, rows[output]!, placesOf(order.slice(0, i + 1), 2));
      row.forEach((weight, k) => assert.ok(Math.abs(weight - expected[k]!) < 1e-6 * (1 + Math.abs(expected[k]!))));
    });
  });
});

test('inputs that a panel does not read are removed before the others', () => {
  const problem = randomProblem(6, 2, random);
  assert.equal(removalOf(problem, 1, 3, [4, 1]).order.slice(0, 2), [4, 1]);
});

test.run();
