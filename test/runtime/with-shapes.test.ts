// Graphs for other batch sizes, and the proof that a network allows any.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withBatch } from '../../src/ir/with-shapes.js';
import { ShapeError } from '../../src/errors.js';
import { createRunner, graphOf, valueOf } from '../support/graph-runner.js';
import { compare } from '../support/harness.js';
import { seededFloats } from '../support/seeded.js';
import { bias, network, w } from '../support/batch-network.js';

test('withBatch gives every value the sizes for that batch', () => {
  const graph = network(1);
  const other = withBatch(graph, 3);
  assert.equal(
    other.inputs.map(({ shape }) => shape),
    [[3, 3, 4, 2]],
  );
  assert.equal(
    other.nodes.map(({ output }) => output.shape),
    [
      [3, 3, 4, 5],
      [3, 3, 4, 5],
      [3, 60],
      [3, 4],
    ],
  );
  assert.equal(
    other.outputs.map(({ name, value }) => [name, value.shape]),
    [
      ['d:0', [3, 4]],
      ['b:0', [3, 3, 4, 5]],
    ],
  );
});

test('withBatch shares constants and attributes and leaves the graph as it is', () => {
  const graph = network(1);
  const other = withBatch(graph, 3);
  assert.is(other.nodes[0]!.inputs[1], w);
  assert.ok(other.nodes.every((node, i) => node.op === graph.nodes[i]!.op && node.attrs === graph.nodes[i]!.attrs));
  assert.is(other.nodes[1]!.inputs[0], other.nodes[0]!.output);
  assert.is(other.outputs[1]!.value, other.nodes[1]!.output);
  assert.equal(graph, network(1));
});

test('withBatch keeps outputs that are inputs or constants', () => {
  const x = valueOf('x', [1, 2]);
  const other = withBatch(graphOf([x], [], [x, bias]), 2);
  assert.is(other.outputs[0]!.value, other.inputs[0]);
  assert.is(other.outputs[1]!.value, bias);
});

test('withBatch refuses networks that fit only one sample', () => {
  assert.throws(
    () => withBatch(network(1, { flat: [1, 60] }), 2),
    (error: unknown) => error instanceof ShapeError,
  );
});

test('three samples in a batch have the same outputs as separate ones', async () => {
  const run = await createRunner('simd');
  const x = seededFloats(3 * 24, 7, -1, 1);
  const together = run(withBatch(network(1), 3), [x]);
  const alone = [0, 1, 2].map((n) => run(network(1), [x.slice(24 * n, 24 * (n + 1))]));
  together.forEach((data, i) =>
    compare(
      data,
      alone.flatMap((outputs) => [...outputs[i]!]),
      {},
      `output ${i}`,
    ),
  );
});

test.run();
