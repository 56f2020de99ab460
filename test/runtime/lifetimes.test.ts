// Lifetimes of values: sharing memory and overwriting inputs never changes a result.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findBuffers } from '../../src/runtime/lifetimes.js';
import { lowerGraph } from '../../src/runtime/lowering.js';
import { planLayers } from '../../src/runtime/plan.js';
import type { Graph, Node } from '../../src/ir/graph.js';
import type { ConstantData, Value } from '../../src/ir/value.js';
import { binary } from '../../src/ops/binary.js';
import { clip } from '../../src/ops/clip.js';
import { concat } from '../../src/ops/concat.js';
import { reshape } from '../../src/ops/reshape.js';
import { sizeOf } from '../../src/ir/tensor.js';
import { randomIntegers } from '../support/cases.js';
import { constantOf, createRunner, graphOf, nodeOf, valueOf } from '../support/graph-runner.js';

const random = randomIntegers('buffers');

const pick = <T>(list: readonly T[]): T => list[random(0, list.length - 1)]!;

const SHAPES = [[6], [2, 3], [3, 2], [1, 6], [17], [1]];

const numbers = (shape: readonly number[]) => Float32Array.from({ length: sizeOf(shape) }, () => random(-8, 8));

const fitsBehind = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.slice(1).join() === b.slice(1).join();

/**
 * A node on random values: clip, sums and products of values of one size or with one element, another view, two joined.
 */
const randomNode = (values: readonly Value[], name: string): Node => {
  const x = pick(values);
  const same = values.filter(({ shape }) => String(shape) === String(x.shape) || sizeOf(shape) === 1);
  switch (random(0, 5)) {
    case 0:
      return nodeOf(clip, { low: -random(0, 20), high: random(0, 20) }, [x], name);
    case 1:
      return nodeOf(reshape, { shape: pick([[-1], [1, -1], [-1, 1], [...x.shape]]) }, [x], name);
    case 2:
      return nodeOf(concat, { axis: 0 }, [x, pick(values.filter(({ shape }) => fitsBehind(x.shape, shape)))], name);
    default: {
      const pair = [x, random(0, 3) ? pick(same) : x];
      return nodeOf(binary, { kind: pick(['add', 'sub', 'min', 'max']) }, random(0, 1) ? pair : pair.reverse(), name);
    }
  }
};

const randomGraph = (): Graph => {
  const inputs = Array.from({ length: random(1, 3) }, (_, i) => valueOf(`x${i}`, pick(SHAPES)));
  const constants = Array.from({ length: random(0, 2) }, (_, i) => {
    const shape = pick(SHAPES);
    return constantOf(`c${i}`, shape, numbers(shape));
  });
  const values: Value[] = [...inputs, ...constants];
  const nodes: Node[] = [];
  for (let i = random(1, 16); i > 0; i--) {
    const node = randomNode(values.slice(-6), `n${i}`);
    if (sizeOf(node.output.shape) > 200) continue;
    nodes.push(node);
    values.push(node.output);
  }
  const outputs = Array.from({ length: random(1, 3) }, () => pick(values));
  return graphOf(inputs, nodes, outputs);
};

const BINARY: Record<string, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  min: Math.min,
  max: Math.max,
};

const naive = ({ op, attrs, inputs }: Node, of: (value: Value) => ConstantData): Float32Array => {
  const [a, b] = inputs.map(of) as [ConstantData, ConstantData];
  if (op === clip) return Float32Array.from(a, (v) => Math.min(Math.max(v, attrs.low as number), attrs.high as number));
  if (op === reshape) return Float32Array.from(a);
  if (op === concat) return Float32Array.of(...a, ...b);
  const f = BINARY[attrs.kind as string]!;
  return Float32Array.from({ length: Math.max(a.length, b.length) }, (_, i) =>
    Math.fround(f(a[i % a.length]!, b[i % b.length]!)),
  );
};

/** Every value in an array of its own. */
const evaluate = (graph: Graph, data: readonly ConstantData[]): Map<Value, ConstantData> => {
  const known = new Map(graph.inputs.map((value, i) => [value, data[i]!]));
  for (const node of graph.nodes)
    known.set(
      node.output,
      naive(node, (value) => value.data ?? known.get(value)!),
    );
  return known;
};

const describe = ({ nodes, outputs }: Graph) =>
  [
    ...nodes.map(({ op, inputs, output }) => `${output.name} = ${op.name}(${inputs.map(({ name }) => name)})`),
    outputs.map(({ name }) => name),
  ].join('; ');

test('300 random graphs compute the same in shared memory as in separate arrays', async () => {
  const run = await createRunner('simd');
  let shared = 0;
  for (let i = 0; i < 300; i++) {
    const graph = randomGraph();
    const data = graph.inputs.map(({ shape }) => numbers(shape));
    const kept = random(0, 2) ? [] : [...graph.inputs, ...(graph.nodes.length ? [pick(graph.nodes).output] : [])];
    const known = evaluate(graph, data);
    const expected = graph.outputs.map(({ value }) => value.data ?? known.get(value)!);
    assert.equal(run(graph, data, { kept }), expected, describe(graph));
    const { lifetimes } = findBuffers(graph, planLayers(graph, lowerGraph(graph)), kept);
    shared += graph.inputs.length + graph.nodes.length - lifetimes.length;
  }
  assert.ok(shared > 300, `only ${shared} values share a buffer`);
});

const x = valueOf('x', [4]);
const other = valueOf('other', [4]);
const ANY = { low: -1, high: 1 };
const chain = (name: string, input: Value) => nodeOf(clip, ANY, [input], name);
const plus = (name: string, a: Value, b: Value) => nodeOf(binary, { kind: 'add' }, [a, b], name);
const view = (name: string, input: Value) => nodeOf(reshape, { shape: [2, 2] }, [input], name);

const buffersOf = (nodes: Node[], outputs: Value[], kept: Value[] = [], inputs = [x, other]) => {
  const graph = graphOf(inputs, nodes, outputs);
  return findBuffers(graph, planLayers(graph, lowerGraph(graph)), kept);
};

const share = (nodes: Node[], a: Value, b: Value, outputs: Value[], kept: Value[] = []): boolean => {
  const { bufferOf, rootOf } = buffersOf(nodes, outputs, kept);
  return bufferOf.get(rootOf(a)) === bufferOf.get(rootOf(b));
};

test('a node takes over the buffer of an input that nothing reads later', () => {
  const [a, b] = [chain('a', x), chain('b', x)];
  assert.ok(share([a], x, a.output, [a.output]));
  assert.not(share([a, b], x, a.output, [b.output]), 'read later');
  assert.ok(share([a, b], x, b.output, [a.output, b.output]), 'the last reader');
  assert.not(share([a], x, a.output, [x, a.output]), 'an output itself');
  assert.not(share([a], x, a.output, [a.output], [x]), 'kept');
});

test('views live as long as any of them is read', () => {
  const a = view('a', x);
  const [b, c] = [chain('b', x), chain('c', a.output)];
  assert.not(share([a, b, c], x, b.output, [b.output, c.output]), 'the view is read later');
  assert.ok(share([a, b, c], a.output, c.output, [b.output, c.output]));
  assert.not(share([a, b], x, b.output, [a.output, b.output]), 'the view is an output');
});

test('a value that is added to itself or to a view of it is not overwritten', () => {
  const twice = plus('twice', x, x);
  assert.not(share([twice], x, twice.output, [twice.output]));
  const flat = nodeOf(reshape, { shape: [-1] }, [x], 'flat');
  const sum = plus('sum', x, flat.output);
  assert.not(share([flat, sum], x, sum.output, [sum.output]));
});

test('a smaller input is not overwritten, a second one is', () => {
  const one = valueOf('one', [1]);
  const sum = plus('sum', one, other);
  const { bufferOf } = buffersOf([sum], [sum.output], [], [one, other]);
  assert.is(bufferOf.get(sum.output), bufferOf.get(other));
  assert.is.not(bufferOf.get(sum.output), bufferOf.get(one));
});

test('constants have no buffers, and a view of one is one', () => {
  const constant = constantOf('c', [4], [1, 2, 3, 4]);
  const [a, b] = [view('a', constant), chain('b', constant)];
  const { bufferOf, rootOf, lifetimes } = buffersOf([a, b], [a.output, b.output]);
  assert.is(rootOf(a.output), constant);
  assert.is(bufferOf.get(constant), undefined);
  assert.is(lifetimes.length, 3);
});

test('outputs live to the end and inputs from the start', () => {
  const [a, b] = [chain('a', x), plus('b', x, other)];
  const { lifetimes, bufferOf } = buffersOf([a, b], [a.output]);
  assert.equal(lifetimes[bufferOf.get(other)!], { first: 0, last: 1, bytes: 16 });
  assert.equal(lifetimes[bufferOf.get(a.output)!], { first: 0, last: 2, bytes: 16 });
});

test.run();
