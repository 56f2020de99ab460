// Gathers, scatters and products that only move slices become selections; those that differ in one index or number do not.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseOnnx } from '../../../../src/converter/onnx/protobuf.js';
import { readOnnx } from '../../../../src/converter/onnx/read.js';
import { atOnce } from '../../../../src/next-task.js';
import { sizeOf } from '../../../../src/ir/tensor.js';
import { at, placesOf, randomIntegers } from '../../../support/cases.js';
import { createRunner } from '../../../support/graph-runner.js';
import { opsOf } from '../../../support/network-builder.js';
import { evaluator } from '../../../support/rewriting.js';
import { seededFloats } from '../../../support/seeded.js';
import { floats, longs, writeOnnx, type AttributeSpec, type TensorSpec } from '../../../support/onnx/write.js';

const runner = createRunner('simd');
const SHAPE = [2, 4, 3, 2];

/** An operator with the inputs given; those that are shapes are known only in a run. */
type Case = { op: string; inputs: (number[] | TensorSpec)[]; attributes?: Record<string, AttributeSpec> };

/** The numbers of run-time input `i`. */
const dataOf = (shape: readonly number[], i: number): Float32Array => seededFloats(sizeOf(shape), 70 + i, -1, 1);

/** What the operator gives, and the ops that compute it. */
const run = async ({ op, inputs, attributes }: Case) => {
  const tensors = inputs.flatMap((input, i) => (Array.isArray(input) ? [] : [{ ...input, name: `t${i}` }]));
  const shapes = inputs.flatMap((input, i) => (Array.isArray(input) ? [{ name: `t${i}`, dims: input }] : []));
  const nodes = [{ op, inputs: inputs.map((_, i) => `t${i}`), outputs: ['y'], attributes }];
  const model = parseOnnx(writeOnnx({ nodes, inputs: shapes, outputs: ['y'], tensors, opset: 18 }));
  const graph = atOnce(readOnnx(model, { batch: 1, evaluate: await evaluator }));
  const data = graph.inputs.map(({ shape }, i) => dataOf(shape, i));
  return { y: Array.from((await runner)(graph, data)[0]!), ops: opsOf(graph) };
};

const x = { shape: SHAPE, data: dataOf(SHAPE, 0) };

const inside = (index: number, size: number): number => (index < 0 ? index + size : index);

const resolved = (index: readonly number[]): number[] => index.map((place, axis) => inside(place, SHAPE[axis]!));

/** The tuples of `depth` indices that a list holds. */
const tuplesOf = (list: readonly number[], depth: number): number[][] =>
  Array.from({ length: list.length / depth }, (_, i) => list.slice(i * depth, (i + 1) * depth));

const gatherND = (list: readonly number[], depth: number): number[] =>
  tuplesOf(list, depth).flatMap((index) =>
    placesOf(SHAPE.slice(depth)).map((rest) => at(x, [...resolved(index), ...rest])),
  );

const offsetOf = (place: readonly number[]): number =>
  place.reduce((offset, index, axis) => offset * SHAPE[axis]! + index, 0);

const scatterND = (list: readonly number[], depth: number, updates: ArrayLike<number>, adds: boolean): number[] => {
  const y = Array.from(x.data);
  const rest = placesOf(SHAPE.slice(depth));
  tuplesOf(list, depth).forEach((index, i) =>
    rest.forEach((place, j) => {
      const to = offsetOf([...resolved(index), ...place]);
      const update = updates[i * rest.length + j]!;
      y[to] = adds ? Math.fround(y[to]! + update) : update;
    }),
  );
  return y;
};

const random = randomIntegers('moved slices');

/** Indices of the first `depth` axes: mostly a part of each axis, sometimes with an index that does not fit, or one twice. */
const randomIndices = (depth: number): { list: number[]; shape: number[] } => {
  const parts = SHAPE.slice(0, depth).map((size) => {
    const all = [...Array(size).keys()];
    if (random(0, 1)) return all;
    return all.slice(random(0, size - 1)).map((index) => (random(0, 9) ? index : index - size));
  });
  if (!random(0, 2)) parts.forEach((part) => part.reverse());
  if (!random(0, 3)) parts[depth - 1]!.push(parts[depth - 1]![0]!);
  const shape = parts.map(({ length }) => length);
  const list = placesOf(shape).flatMap((place) => place.map((i, axis) => parts[axis]![i]!));
  if (!random(0, 2)) {
    const wrong = random(0, list.length - 1);
    list[wrong] = random(0, SHAPE[wrong % depth]! - 1);
  }
  return { list, shape: [...shape, depth] };
};

test('300 GatherND and ScatterND with indices that are, or almost are, slices', async () => {
  const left = { gather: 0, gatherND: 0, scatterND: 0 };
  for (let i = 0; i < 300; i++) {
    const depth = random(1, 3);
    const { list, shape } = randomIndices(depth);
    const indices = longs('', list, shape);
    const picked = await run({ op: 'GatherND', inputs: [SHAPE, indices] });
    assert.equal(picked.y, gatherND(list, depth), `GatherND ${i}: ${list}`);
    const reduction = random(0, 2) ? 'none' : 'add';
    const updates = [...shape.slice(0, -1), ...SHAPE.slice(depth)];
    const put = await run({ op: 'ScatterND', inputs: [SHAPE, indices, updates], attributes: { reduction } });
    const expected = scatterND(list, depth, dataOf(updates, 1), reduction === 'add');
    assert.equal(put.y, expected, `ScatterND ${i}, ${reduction}: ${list}`);
    for (const op of Object.keys(left) as (keyof typeof left)[])
      left[op] += Number([...picked.ops, ...put.ops].includes(op));
  }
  assert.ok(Math.min(...Object.values(left)) > 10, `each way is taken: ${JSON.stringify(left)}`);
});

test('ScatterND that adds, or names a slice twice, is no selection', async () => {
  const tuples = (...channels: number[]) =>
    longs(
      '',
      placesOf([2, channels.length]).flatMap(([n, c]) => [n!, channels[c!]!]),
      [2, channels.length, 2],
    );
  const ops = async (indices: TensorSpec, reduction: string, channels = 2) => {
    const updates = [2, channels, ...SHAPE.slice(2)];
    return (await run({ op: 'ScatterND', inputs: [SHAPE, indices, updates], attributes: { reduction } })).ops;
  };
  assert.equal(await ops(tuples(2, 0), 'none'), ['concat', 'gather']);
  assert.equal(await ops(tuples(-1, 0), 'none'), ['concat', 'gather']);
  assert.equal(await ops(tuples(2, 0), 'add'), ['scatterND']);
  assert.equal(await ops(tuples(2, 2), 'none'), ['scatterND']);
});

/** Indices for elements along axis 1, the same for all others unless `except` names one of another value. */
const lines = (channels: readonly number[], shape: readonly number[], except = -1): TensorSpec =>
  longs(
    '',
    placesOf(shape).map((place, i) => (i === except ? 0 : channels[place[1]!]!)),
    [...shape],
  );

test('GatherElements and ScatterElements of whole slices are selections, others are not', async () => {
  const channels = [3, 1];
  const shape = [2, 2, 3, 2];
  for (const except of [-1, 5]) {
    const indices = lines(channels, shape, except);
    const own = (place: number[], i: number) => [place[0]!, indices.longs![i] as number, ...place.slice(2)];
    const picked = await run({ op: 'GatherElements', inputs: [SHAPE, indices], attributes: { axis: 1 } });
    assert.equal(
      picked.y,
      placesOf(shape).map((place, i) => at(x, own(place, i))),
    );
    assert.equal(picked.ops, except < 0 ? ['gather'] : ['gatherElements']);
    const put = await run({ op: 'ScatterElements', inputs: [SHAPE, indices, shape], attributes: { axis: 1 } });
    const expected = Array.from(x.data);
    placesOf(shape).forEach((place, i) => (expected[offsetOf(own(place, i))] = dataOf(shape, 1)[i]!));
    assert.equal(put.y, expected);
    assert.equal(put.ops, except < 0 ? ['concat', 'gather'] : ['scatterElements']);
  }
});

test('elements of some samples or pixels only are no slices', async () => {
  for (const shape of [
    [1, 2, 3, 2],
    [2, 2, 2, 2],
    [2, 2, 3, 1],
  ]) {
    const { y, ops } = await run({
      op: 'GatherElements',
      inputs: [SHAPE, lines([3, 1], shape)],
      attributes: { axis: 1 },
    });
    assert.equal(
      y,
      placesOf(shape).map(([n, c, ...rest]) => at(x, [n!, [3, 1][c!]!, ...rest])),
    );
    assert.equal(ops, ['gatherElements']);
  }
});

test('a matrix picks rows or columns only if each of its own has one 1 and else zeros', async () => {
  const one = [0, 1, 0, 1, 0, 0, 0, 0, 1];
  const changes: [number, number][] = [
    [1, 2],
    [1, -1],
    [1, 0],
    [2, 1],
    [0, 1e-30],
  ];
  const ops = async (matrix: number[], first: boolean) => {
    const square = floats('', [3, 3], matrix);
    return (await run({ op: 'MatMul', inputs: first ? [square, [2, 4, 3, 5]] : [[2, 4, 5, 3], square] })).ops;
  };
  for (const first of [true, false]) {
    assert.equal(await ops(one, first), ['gather']);
    for (const [place, value] of changes)
      assert.equal(await ops(one.with(place, value), first), ['matmul'], `${value} at ${place}`);
  }
  const stack = floats('', [2, 3, 3], [...one, ...one]);
  assert.equal((await run({ op: 'MatMul', inputs: [[2, 5, 3], stack] })).ops, ['matmul']);
});

test.run();
