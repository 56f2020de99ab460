// What a conversion may cost in all: for both batches and all sizes that a network is read for, in every format.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Conversion } from '../../src/converter/conversion.js';
import { openOnnx } from '../../src/converter/onnx/open.js';
import { Budget, BudgetError } from '../../src/converter/reading/budget.js';
import type { Network } from '../../src/converter/reading/network.js';
import { openTflite } from '../../src/converter/tflite/open.js';
import { UnsupportedError } from '../../src/errors.js';
import { presets } from '../../src/image/presets.js';
import { writeOnnx } from '../support/onnx/write.js';
import { writeTflite } from '../support/tflite/write.js';

const FREE = 2 ** 26;

const SIZES = { name: 'x', dims: ['N', 3, 'H', 'W'] };

/** A network of one layer; each reading, from 0 on, costs as many elements as `costOf` says. */
const costly = async (dims: (number | string)[], costOf: (reading: number) => number): Promise<Network> => {
  const nodes = [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }];
  const network = await openOnnx(writeOnnx({ nodes, inputs: [{ name: 'x', dims }], outputs: ['y'] }));
  let reading = 0;
  return {
    ...network,
    *read(options, budget) {
      budget.spend(costOf(reading++));
      return yield* network.read(options, budget);
    },
  };
};

/** The first problem for which a network is refused. */
const problemOf = async (open: () => Network | Promise<Network>): Promise<string> => {
  try {
    await Conversion.from(await open());
  } catch (error) {
    assert.instance(error, UnsupportedError);
    return (error as UnsupportedError).problems[0]!;
  }
  return assert.unreachable('it is converted') as never;
};

test('a network that costs too much for several samples is refused instead of taking one', async () => {
  assert.match(
    await problemOf(() => costly(['N', 3], (reading) => reading && FREE + 1)),
    /^the constants have more than/,
  );
  const { graph } = await Conversion.from(await costly(['N', 3], (reading) => reading && FREE));
  assert.ok(graph.dynamicBatch);
});

test('a network that costs too much only for other sizes has the size that is given, or needs one', async () => {
  const network = () => costly(SIZES.dims, (reading) => (reading > 3 ? FREE : 0));
  assert.ok((await Conversion.from(await costly(SIZES.dims, () => 0))).graph.openSizes);
  const preprocess = presets.imagenet(64);
  const { graph } = await Conversion.from(await network(), { preprocess });
  assert.is(graph.openSizes, undefined);
  assert.equal(graph.inputs[0]!.shape, [1, 3, 64, 64]);
  assert.match(await problemOf(network), /give all its sizes .* \(the constants have more than/);
});

test('each conversion of a network has a budget of its own', async () => {
  const network = await costly([1, 3], () => FREE);
  await Conversion.from(network);
  await Conversion.from(network);
});

test('made and computed constants are counted together', () => {
  const budget = new Budget(1);
  budget.spend(FREE + 16);
  assert.throws(() => budget.spend(1, 'b'), /^b: the constants have more than 67108880 elements/);
});

test('nodes and their inputs are counted for each reading, and nodes for all of them', () => {
  const budget = new Budget(0);
  const nodes = (count: number, inputs = 1) =>
    Array<{ inputs: string[] }>(count).fill({ inputs: Array<string>(inputs).fill('x') });
  const counts = () => ({ nodes: 0, inputs: 0 });
  assert.throws(() => budget.countNodes(nodes(32769), counts()), /^more than 32768 nodes are not supported/);
  assert.throws(
    () => budget.countNodes(nodes(100, 4096), counts()),
    /^the nodes have 409600 inputs in all; at most 262144/,
  );
  for (let reading = 0; reading < 3; reading++) budget.countNodes(nodes(32768), counts());
  assert.throws(
    () => budget.countNodes(nodes(1), counts()),
    (error: unknown) => error instanceof BudgetError && /to be compared/.test(error.message),
  );
});

test('TensorFlow Lite files have the same limits of nodes, their inputs, and parts', async () => {
  const chain = (count: number, inputs = 1) => {
    const tensors = Array.from({ length: count + 1 }, (_, i) => ({ name: `t${i}`, shape: [1] }));
    const nodes = tensors
      .slice(1)
      .map((_, i) => ({ op: 'ADD_N', inputs: Array<number>(inputs).fill(i), outputs: [i + 1] }));
    return writeTflite({ tensors, nodes, inputs: [0], outputs: [count] });
  };
  assert.match(await problemOf(() => openTflite(chain(33000))), /^more than 32768 nodes are not supported/);
  assert.match(
    await problemOf(() => openTflite(chain(100, 4096))),
    /^the nodes have 409600 inputs in all; at most 262144/,
  );
  assert.match(
    await problemOf(() => openTflite(chain(70000))),
    /^the file has more than 131072 tensors, nodes and other parts/,
  );
});

test.run();
