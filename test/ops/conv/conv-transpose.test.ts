// Transposed convolution, compared with a loop in double precision.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AttrsOf } from '../../../src/ir/schema.js';
import { convTranspose } from '../../../src/ops/rare/conv-transpose.js';
import { at, isInside, placesOf, randomIntegers, refuses, type Dense } from '../../support/cases.js';
import { checkOp } from '../../support/harness.js';
import { rewritesOf } from '../../../src/converter/rewrites/index.js';

type Attrs = AttrsOf<typeof convTranspose.attrs>;

const reference = ([x, w, bias]: Dense[], attrs: Attrs, shape: readonly number[]): number[] => {
  const { kernel, strides, dilations, pads, group, low, high } = attrs;
  const [depth, columns] = [x!.shape.at(-1)! / group, w!.shape.at(-1)!];
  const offset = (place: readonly number[]) => place.reduce((sum, index, axis) => sum * shape[axis]! + index, 0);
  const y = placesOf(shape).map((place) => bias!.data[place.at(-1)!]!);
  for (const from of placesOf(x!.shape)) {
    const channel = from.at(-1)!;
    for (const tap of placesOf(kernel)) {
      const spot = tap.map((k, axis) => from[axis + 1]! * strides[axis]! + k * dilations[axis]! - pads[axis]!);
      if (!isInside(shape.slice(1, -1), spot)) continue;
      for (let o = 0; o < columns; o++) {
        const target = [from[0]!, ...spot, Math.floor(channel / depth) * columns + o];
        y[offset(target)]! += at(x!, from) * at(w!, [channel, ...tap, o]);
      }
    }
  }
  return y.map((value) => Math.min(Math.max(value, low), high));
};

const defaults = (rank: number): Attrs => ({
  kernel: new Array<number>(rank).fill(3),
  strides: new Array<number>(rank).fill(2),
  dilations: new Array<number>(rank).fill(1),
  pads: new Array<number>(2 * rank).fill(1),
  outputPads: new Array<number>(rank).fill(0),
  group: 1,
  low: -Infinity,
  high: Infinity,
});

const checked = (shape: number[], outputs: number, changes: Partial<Attrs> = {}) => {
  const attrs = { ...defaults(shape.length - 2), ...changes };
  const w = [shape.at(-1)!, ...attrs.kernel, outputs / attrs.group];
  return { attrs, inputs: [{ shape }, { shape: w, constant: true }, { shape: [outputs], constant: true }] };
};

checkOp(convTranspose, reference, [
  ...[1, 3, 4, 5, 16, 67].flatMap((channels) => [
    checked([2, 3, 5, channels], 5),
    checked([1, 4, 3, 3], channels),
    checked([1, 4, 5, channels], channels, { group: channels }),
  ]),
  checked([1, 4, 5, 8], 4, { kernel: [2, 2], pads: [0, 0, 0, 0] }),
  checked([1, 4, 5, 6], 9, { group: 3, outputPads: [1, 1], low: 0, high: 1 }),
  checked([1, 4, 5, 6], 4, { group: 2, dilations: [2, 3], pads: [0, 3, 2, 1] }),
  checked([1, 4, 5, 3], 4, { strides: [3, 1], kernel: [2, 4], outputPads: [2, 0], pads: [0, 0, 0, 0] }),
  checked([2, 6, 3], 5, { kernel: [5], strides: [4], pads: [3, 1], outputPads: [3] }),
  checked([1, 2, 3, 4, 6], 4, { group: 2 }),
  checked([1, 3, 3, 3, 5], 5, { group: 5, strides: [1, 2, 3] }),
  checked([1, 2, 2, 3], 4, { kernel: [1, 1], strides: [3, 3], outputPads: [5, 4], pads: [0, 0, 0, 0] }),
]);

const random = randomIntegers('conv-transpose');

const randomCase = () => {
  const rank = random(1, 3);
  const list = (count: number, least: number, most: number) => Array.from({ length: count }, () => random(least, most));
  const group = random(1, 3);
  const changes = {
    group,
    kernel: list(rank, 2, 4),
    strides: list(rank, 1, 3),
    dilations: list(rank, 1, 2),
    pads: list(2 * rank, 0, 1),
    outputPads: list(rank, 0, 2),
  };
  return checked([random(1, 2), ...list(rank, 2, 5), group * random(1, 5)], group * random(1, 11), changes);
};

checkOp(convTranspose, reference, Array.from({ length: 40 }, randomCase));

test('takes a scale and a shift of its result into weights and bias', () => {
  const { attrs, inputs } = checked([1, 3, 4, 6], 4, { group: 2 });
  const values = inputs.map(({ shape }) => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random(-9, 9));
    return { name: '', shape, type: 'float32' as const, data };
  });
  const [scale, shift] = [Float32Array.of(2, 3, -1, 4), Float32Array.of(1, 0, 5, -2)];
  const shape = convTranspose.shape(values, attrs);
  const plain = reference(values, attrs, shape);
  const changed = reference(
    [...rewritesOf(convTranspose).scale!(values, attrs, scale, shift)!] as Dense[],
    attrs,
    shape,
  );
  assert.equal(
    changed,
    plain.map((value, index) => value * scale[index % 4]! + shift[index % 4]!),
  );
});

const shapeOf = (changes: Partial<Attrs>, w = [4, 3, 3, 8]) =>
  convTranspose.shape(
    [[1, 5, 5, 4], w, [8]].map((shape) => ({ name: 'x', shape, type: 'float32' })),
    { ...defaults(2), ...changes },
  );

refuses({
  'a stride of 0': () => shapeOf({ strides: [0, 1] }),
  'a negative pad': () => shapeOf({ pads: [-1, 0, 0, 0] }),
  'pads that leave nothing': () => shapeOf({ pads: [20, 0, 20, 0] }),
  'a negative output pad': () => shapeOf({ outputPads: [-1, 0] }),
  'a list of another length': () => shapeOf({ outputPads: [0] }),
  'groups that do not divide the channels': () => shapeOf({ group: 3 }),
  NaN: () => shapeOf({ group: NaN }),
  'weights of another shape': () => shapeOf({}, [4, 3, 3, 7]),
  'an enormous result': () => shapeOf({ strides: [2 ** 30, 2 ** 30] }),
  'more rows and taps than a list has room for': () =>
    convTranspose.shape(
      [[1, 2 ** 20, 1, 1], [1, 1000, 1, 1], [1]].map((shape) => ({ name: 'x', shape, type: 'float32' })),
      { ...defaults(2), kernel: [1000, 1], pads: [0, 0, 0, 0] },
    ),
  'bounds that cross': () => shapeOf({ low: 1, high: 0 }),
});

test.run();
