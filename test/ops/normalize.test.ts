// Normalisation over axes and groups, compared with its formula in double precision.

import { test } from 'uvu';
import type { AttrsOf } from '../../src/ir/schema.js';
import { normalize } from '../../src/ops/rare/normalize.js';
import { refuses, type Dense } from '../support/cases.js';
import { checkOp } from '../support/harness.js';

type Attrs = AttrsOf<typeof normalize.attrs>;

const reference = ([x, scale, bias]: Dense[], { start, groups, epsilon }: Attrs): number[] => {
  const product = (list: readonly number[]) => list.reduce((a, b) => a * b, 1);
  const [size, channels] = [product(x!.shape.slice(start)), x!.shape.at(-1)!];
  const groupOf = (index: number) =>
    Math.floor(index / size) * groups + Math.floor((index % channels) / (channels / groups));
  const members: number[][] = [];
  const values = Array.from(x!.data);
  values.forEach((value, index) => (members[groupOf(index)] ??= []).push(value));
  const moments = members.map((list) => {
    const mean = list.reduce((a, b) => a + b, 0) / list.length;
    return { mean, variance: list.reduce((a, b) => a + (b - mean) ** 2, 0) / list.length };
  });
  return values.map((value, index) => {
    const { mean, variance } = moments[groupOf(index)]!;
    const place = index % scale!.data.length;
    return ((value - mean) / Math.sqrt(variance + epsilon)) * scale!.data[place]! + bias!.data[place]!;
  });
};

const checked = (shape: number[], start: number, groups: number, affine = [shape.at(-1)!]) => ({
  attrs: { start, groups, epsilon: 1e-3 },
  inputs: [{ shape, low: 2, high: 4 }, { shape: affine }, { shape: affine }],
});

checkOp(
  normalize,
  reference,
  [
    ...[2, 3, 4, 5, 16, 67].flatMap((channels) => [
      checked([2, 3, channels], 2, 1),
      checked([2, 5, 4, channels], 1, channels),
      checked([2, 3, channels], 1, 1),
      checked([2, 3, channels], 1, 1, [3, channels]),
    ]),
    checked([2, 5, 3, 12], 1, 3),
    checked([2, 5, 3, 12], 1, 4),
    checked([3, 12], 1, 2),
    checked([7], 0, 1),
  ],
  { absolute: 1e-4 },
);

const shapeOf = (attrs: Partial<Attrs>, affine = [6], x = [2, 4, 6]) =>
  normalize.shape(
    [x, affine, affine].map((shape) => ({ name: 'x', shape, type: 'float32' })),
    { start: 1, groups: 1, epsilon: 1e-5, ...attrs },
  );

refuses({
  'groups that do not divide the channels': () => shapeOf({ groups: 4 }),
  'no groups': () => shapeOf({ groups: 0 }),
  'a start beyond the rank': () => shapeOf({ start: 3 }),
  'a negative start': () => shapeOf({ start: -1 }),
  'a scale of another size': () => shapeOf({}, [4]),
  'a scale for every place with groups': () => shapeOf({ groups: 2 }, [4, 6]),
  'a negative epsilon': () => shapeOf({ epsilon: -1 }),
  NaN: () => shapeOf({ epsilon: NaN }),
  'a scalar': () => shapeOf({ start: 0 }, [1], []),
});

test.run();
