// Which networks run any number of samples.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readAnyBatch } from '../../src/converter/batching.js';
import { ShapeError } from '../../src/errors.js';
import type { Graph } from '../../src/ir/graph.js';
import { atOnce, type Steps } from '../../src/next-task.js';
import { binary } from '../../src/ops/binary.js';
import { graphOf, nodeOf, valueOf } from '../support/graph-runner.js';
import { network, w } from '../support/batch-network.js';

function* inSteps<T>(compute: () => T): Steps<T> {
  yield;
  return compute();
}

/** What becomes of a network whose file leaves the batch open. */
const read = (build: (batch: number) => Graph, rewrite: (graph: Graph) => Graph = (graph) => graph): Graph =>
  atOnce(
    readAnyBatch(
      (batch) => inSteps(() => ({ ...build(batch), dynamicBatch: true })),
      (graph) => inSteps(() => ({ graph: rewrite(graph), pruned: 0 })),
    ),
  ).graph;

const isDynamic = (build: (batch: number) => Graph): boolean => read(build).dynamicBatch;

type NetworkOptions = Parameters<typeof network>[1];

/** Whether a network that is `one` for one sample and `others` for several serves any number. */
const isSame = (one: NetworkOptions, others: (batch: number) => NetworkOptions = () => one): boolean =>
  isDynamic((batch) => network(batch, batch === 1 ? one : others(batch)));

test('a network that differs only in its batch runs any number of samples', () => {
  assert.ok(isSame({}));
  assert.ok(isSame({ high: Infinity }));
  assert.ok(
    isSame({}, () => ({ weights: { ...w, data: w.data!.slice() } })),
    'constants of equal numbers',
  );
});

test('it is returned for one sample', () => {
  const shapesOf = ({ inputs, nodes, outputs }: Graph) =>
    [...inputs, ...nodes.map(({ output }) => output), ...outputs.map(({ value }) => value)].map(({ shape }) => shape);
  assert.equal(shapesOf(read(network)), shapesOf(network(1)));
});

test('attributes or constants that were computed from the batch fix it', () => {
  assert.not(
    isSame({ flat: [1, -1] }, (batch) => ({ flat: [batch, -1] })),
    'attributes',
  );
  assert.not(
    isSame({ high: 6 }, () => ({ high: Infinity })),
    'a bound',
  );
  assert.not(
    isSame({ high: Infinity }, () => ({ high: -Infinity })),
    'signs of infinity',
  );
  const changed = Float32Array.from(w.data!);
  changed[7]! += 1;
  assert.not(
    isSame({}, () => ({ weights: { ...w, data: changed } })),
    'a constant',
  );
  const zeros = { weights: { ...w, data: new Float32Array(90) } };
  assert.not(
    isSame(zeros, () => ({ weights: { ...w, data: new Float32Array(90).fill(-0) } })),
    'the sign of a zero',
  );
});

test('other connections, nodes or outputs for several samples fix the batch', () => {
  const difference = (batch: number, order: readonly number[]) => {
    const values = [valueOf('x', [batch, 4]), valueOf('y', [batch, 4])];
    const inputs = order.map((i) => values[i]!);
    const node = nodeOf(binary, { kind: 'sub' }, inputs, 'difference');
    return graphOf(values, [node], [node.output]);
  };
  assert.ok(isDynamic((batch) => difference(batch, [0, 1])));
  assert.not(
    isDynamic((batch) => difference(batch, batch === 1 ? [0, 1] : [1, 0])),
    'inputs exchanged',
  );
  const cut = (graph: Graph) => ({ ...graph, nodes: graph.nodes.slice(0, 3) });
  assert.not(
    isDynamic((batch) => (batch === 1 ? network(1) : cut(network(batch)))),
    'a node less',
  );
  const swapped = (graph: Graph) => ({ ...graph, outputs: [...graph.outputs].reverse() });
  assert.not(
    isDynamic((batch) => (batch === 1 ? network(1) : swapped(network(batch)))),
    'outputs exchanged',
  );
});

test('a network that cannot be built for several samples runs one', () => {
  const build = (batch: number): Graph => {
    if (batch > 1) throw new ShapeError('one sample only');
    return network(batch);
  };
  assert.not(isDynamic(build));
  assert.throws(() => isDynamic(() => build(2)), /one sample only/);
});

test('a rewrite that fits only its own batch is repeated for one sample', () => {
  const batches: number[] = [];
  const fixed = (graph: Graph): Graph => {
    const { shape } = graph.inputs[0]!;
    batches.push(shape[0]!);
    return { ...network(shape[0]!, { flat: [shape[0]!, -1] }), dynamicBatch: graph.dynamicBatch };
  };
  const graph = read(network, fixed);
  assert.not(graph.dynamicBatch);
  assert.equal(graph.nodes[2]!.attrs.shape, [1, -1]);
  assert.is(batches.length, 2);
});

test('the larger batch is a size that no axis of the network has', () => {
  const batches: number[] = [];
  read((batch) => (batches.push(batch), network(batch)));
  assert.equal(batches, [1, 7]); // 3 and 5 are sizes of the network
});

test('the reason why a network takes one sample at a time names what fixes it', () => {
  const reasonOf = (build: (batch: number) => Graph, isOpen = true): string | undefined =>
    atOnce(
      readAnyBatch(
        (batch) => inSteps(() => ({ ...build(batch), dynamicBatch: isOpen })),
        (graph) => inSteps(() => ({ graph, pruned: 0 })),
      ),
    ).whyOneSample;
  assert.is(reasonOf(network), undefined);
  assert.is(reasonOf(network, false), undefined);
  const flat = (batch: number) => network(batch, { flat: [batch, -1] });
  assert.is(reasonOf(flat), `node '${network(1).nodes[2]!.name}' was computed from the number of samples`);
  const changed = (batch: number) => network(batch, { weights: { ...w, data: w.data!.map((value) => value * batch) } });
  assert.match(reasonOf(changed)!, /^node '.*' was computed from the number of samples$/);
  const single = (batch: number): Graph => {
    if (batch > 1) throw new ShapeError('one sample only');
    return network(batch);
  };
  assert.is(reasonOf(single), 'one sample only');
});

test.run();
