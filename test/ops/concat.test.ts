// concat, compared with a lookup of every element.

import { test } from 'uvu';
import { concat } from '../../src/ops/concat.js';
import type { DataType } from '../../src/ir/tensor.js';
import { at, placesOf, refuses, type Dense } from '../support/cases.js';
import { checkOp } from '../support/harness.js';

const reference = (inputs: Dense[], { axis }: { axis: number }, shape: readonly number[]): number[] =>
  placesOf(shape).map((place) => {
    let index = place[axis]!;
    let input = 0;
    while (index >= inputs[input]!.shape[axis]!) index -= inputs[input++]!.shape[axis]!;
    return at(
      inputs[input]!,
      place.map((own, other) => (other === axis ? index : own)),
    );
  });

const join = (axis: number, shape: readonly number[], ...sizes: readonly number[]) => ({
  attrs: { axis },
  inputs: sizes.map((size) => ({ shape: shape.map((own, other) => (other === axis ? size : own)) })),
});

checkOp(concat, reference, [
  join(0, [1], 3),
  join(0, [1], 1, 3, 4, 5, 16, 67),
  join(1, [5, 1], 1, 3, 4, 5, 16, 67),
  join(1, [2, 1, 3], 2, 1, 5),
  join(0, [2, 3, 4], 1, 3),
  join(3, [1, 4, 5, 1], 24, 8, 40),
  join(2, [2, 2, 1, 7], 3, 2),
  join(1, [3, 1], 1500, 700),
  join(5, [2, 1, 2, 1, 2, 1], 3, 3, 2),
  join(0, [1, 2], ...Array.from({ length: 100 }, (_, index) => (index % 3) + 1)),
  {
    attrs: { axis: 0 },
    inputs: [
      { shape: [2], type: 'int64', data: [1, -2] },
      { shape: [3], type: 'int64', data: [3, 4, 5] },
    ],
  },
]);

const shapeOf = (axis: number, ...shapes: number[][]) =>
  concat.shape(
    shapes.map((shape) => ({ name: 'x', shape, type: 'float32' as const })),
    { axis },
  );

const typeOf = (...types: DataType[]) =>
  concat.type(
    types.map((type) => ({ name: 'x', shape: [1], type })),
    { axis: 0 },
  );

refuses({
  'an axis beyond the rank': () => shapeOf(2, [1, 2], [1, 2]),
  'a negative axis': () => shapeOf(-1, [1, 2], [1, 2]),
  'a scalar': () => shapeOf(0, [], []),
  'a fraction': () => shapeOf(0.5, [1, 2], [1, 2]),
  'another size': () => shapeOf(0, [1, 2], [1, 3]),
  'another rank': () => shapeOf(0, [1, 2], [1, 2, 1]),
  'a result that is too large': () => shapeOf(0, [2 ** 28, 2], [2 ** 28, 2]),
  'another type': () => typeOf('float32', 'int32'),
});

test.run();
