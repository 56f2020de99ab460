// Pruning a whole network.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openObserver } from '../../src/calibration/observe.js';
import { asOp, type Graph } from '../../src/ir/graph.js';
import { conv } from '../../src/ops/conv/conv.js';
import { weightsPerTap } from '../../src/ops/conv/block-weights.js';
import { costOf, waysOf } from '../../src/prune/cost.js';
import { layersOf } from '../../src/prune/layers.js';
import { PruneError } from '../../src/prune/prune-error.js';
import { prune, skipZeros } from '../../src/prune/prune.js';
import { createMultiply } from '../../src/prune/multiply.js';
import { pruneInSequence } from '../../src/prune/sequence.js';
import { calibrate } from '../../src/quantizer/calibrate.js';
import { quantizeGraph } from '../../src/quantizer/quantize.js';
import { writeModel } from '../../src/format/write.js';
import { photosFor, prunable } from '../support/prunable.js';

const file = await prunable();
const { graph } = file;
const photos = { inputs: photosFor(40, 1), seed: 1, multiply: await createMultiply() };
const others = photosFor(40, 2);

const outputsOf = async (of: Graph): Promise<Float32Array[]> => {
  using observer = await openObserver(of, [of.outputs[0]!.value]);
  return others.map((photo) => observer.observe(photo)[0]!);
};

/** The mean square of the differences, over that of the original outputs. */
const errorOf = async (of: Graph): Promise<number> => {
  const [before, after] = [await outputsOf(graph), await outputsOf(of)];
  const squares = (values: (photo: number, i: number) => number) =>
    before.reduce((sum, own, photo) => sum + own.reduce((s, _, i) => s + values(photo, i) ** 2, 0), 0);
  return squares((photo, i) => before[photo]![i]! - after[photo]![i]!) / squares((photo, i) => before[photo]![i]!);
};

test('half of the weights are zeros that are not stored, and the outputs stay close', async () => {
  const shares: number[] = [];
  const pruned = await prune(graph, photos, { zeros: 0.5 }, (share) => shares.push(share));
  assert.equal(
    shares,
    [...shares].sort((a, b) => a - b),
  );
  assert.ok(shares.length > photos.inputs.length && Math.abs(shares.at(-1)! - 1) < 1e-9, `${shares.at(-1)}`);
  assert.ok(pruned.zeros >= 0.5 && pruned.zeros < 0.56, `${pruned.zeros}`);
  const stored = pruned.graph.nodes.flatMap((node) => {
    const found = asOp(node, conv);
    return found?.attrs.blocks.length ? [weightsPerTap(found.attrs.blocks)] : [];
  });
  assert.ok(stored.length >= 2, 'layers have blocks');
  const error = await errorOf(pruned.graph);
  assert.ok(error < 0.1, `${error}`);
});

test('a network without its zeros computes what one with them does', async () => {
  const layers = layersOf(graph);
  const removed = layers.map(({ inputs, outputs }) =>
    Array.from({ length: Math.ceil(outputs / 8) }, (_, panel) => Math.floor(inputs / (2 + panel))),
  );
  const dense = await pruneInSequence(graph, layers, removed, photos, () => {});
  const [expected, found] = [await outputsOf(dense), await outputsOf(skipZeros(dense).graph)];
  expected.forEach((values, photo) =>
    values.forEach((value, i) => assert.ok(Math.abs(found[photo]![i]! - value) < 1e-4)),
  );
});

test('later layers make up for earlier ones: one after another is closer than each on its own', async () => {
  const layers = layersOf(graph);
  const removed = layers.map(({ inputs, outputs }) => new Array<number>(Math.ceil(outputs / 8)).fill(inputs / 4));
  const together = await pruneInSequence(graph, layers, removed, photos, () => {});
  let alone = graph;
  for (const [i, layer] of layers.entries()) {
    const one = await pruneInSequence(graph, [layer], [removed[i]!], photos, () => {});
    alone = { ...alone, nodes: alone.nodes.map((node, place) => (place === layer.place ? one.nodes[place]! : node)) };
  }
  assert.ok((await errorOf(together)) < (await errorOf(alone)));
});

test('the same photos give the same bytes', async () => {
  const bytesOf = async () => {
    const { graph: pruned } = await prune(graph, photos, { speed: 1.2 });
    return writeModel({ graph: pruned, metadata: file.metadata }, 'f32');
  };
  assert.equal(await bytesOf(), await bytesOf());
});

test('the predicted speed is at least the target', async () => {
  const { speed } = await prune(graph, photos, { speed: 1.3 });
  assert.ok(speed >= 1.3 && speed < 1.4, `${speed}`);
});

test('the cost without removals is that of the cheapest way, and removals cost less', () => {
  for (const layer of layersOf(graph)) {
    const ways = waysOf(layer, 4);
    assert.ok(ways.every(({ panels }) => panels.every((costs) => costs.at(-1)! < costs[0]!)));
    assert.ok(costOf(layer) > 0);
  }
});

const fails = async (work: Promise<unknown>, message: RegExp): Promise<void> => {
  const error = await work.then(
    () => undefined,
    (reason: Error) => reason,
  );
  assert.match(error?.message ?? 'nothing was thrown', message);
};

test('a target out of reach is refused, and the message says what is in reach', async () => {
  await fails(
    prune(graph, photos, { speed: 40 }),
    /^40 times the speed is out of reach: with hardly any weights left in its 3 layers .* would be \d+\.\d\d times as fast; choose less$/,
  );
  await fails(
    prune(graph, photos, { zeros: 0.987654321 }),
    /^98\.77 % of the weights cannot be zeros: .* at most \d\d\.\d\d % can; choose less$/,
  );
});

test('a network without layers that can be pruned is refused', async () => {
  await fails(prune({ ...graph, nodes: graph.nodes.slice(0, 2) }, photos, { zeros: 0.5 }), /^no layer can be pruned/);
});

test('a network that computes in int8 is refused', async () => {
  const { graph: int8 } = await quantizeGraph(await calibrate(graph, photos.inputs.slice(0, 4)));
  await fails(
    prune(int8, photos, { zeros: 0.3 }),
    /^it is quantised: prune the network of floats that it was made from/,
  );
});

test('photos whose numbers are not finite, or too large, are refused with the name of the layer', async () => {
  const [first] = layersOf(graph);
  for (const number of [NaN, Infinity, 1e30]) {
    const inputs = photosFor(20, 1).map((photo, i) => (i ? photo : photo.fill(number)));
    const error = await prune(graph, { inputs, seed: 1 }, { zeros: 0.3 }).catch((reason: unknown) => reason as Error);
    assert.ok(error instanceof PruneError, `${number}: ${'stack' in error && error.stack}`);
    assert.ok(error.message.startsWith(`layer "${first!.conv.node.name}" reads numbers on the photos that are`));
  }
});

test.run();
