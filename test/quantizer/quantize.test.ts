// Quantising a network of floats.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { expectedAgreement, type Estimate } from '../../src/calibration/expected-agreement.js';
import { openObserver } from '../../src/calibration/observe.js';
import { divergence, scoresFor } from '../../src/calibration/scores.js';
import type { Graph, Node } from '../../src/ir/graph.js';
import type { Constant, Value } from '../../src/ir/value.js';
import { calibrate } from '../../src/quantizer/calibrate.js';
import { costsInFloat } from '../../src/quantizer/cost-in-float.js';
import { keepAgreement } from '../../src/quantizer/keep-agreement.js';
import { layerNoise } from '../../src/quantizer/layer-noise.js';
import { quantizeGraph } from '../../src/quantizer/quantize.js';
import { concat } from '../../src/ops/concat.js';
import { pool } from '../../src/ops/pool.js';
import { isScale } from '../../src/ops/int8/checks.js';
import { Distribution, targetFor } from '../../src/quantizer/ranges.js';
import { resultsOf } from '../../src/quantizer/results.js';
import { splitResiduals } from '../../src/quantizer/split-residuals.js';
import { integerNodes } from '../../src/quantizer/values.js';
import { roundWeights } from '../../src/quantizer/weights.js';
import { Builder } from '../support/network-builder.js';
import { photosFor, prunable } from '../support/prunable.js';
import { seededFloats } from '../support/seeded.js';

const { graph } = await prunable();
const photos = photosFor(40, 1);
const others = photosFor(40, 2);
const calibration = await calibrate(graph, photos);

const outputsOf = async (of: Graph, inputs = others): Promise<Float32Array[]> => {
  using observer = await openObserver(of, [of.outputs[0]!.value]);
  return inputs.map((photo) => observer.observe(photo)[0]!);
};

/** The signal-to-noise ratio of outputs, in decibels. */
const decibelsOf = (exact: readonly Float32Array[], found: readonly Float32Array[]): number => {
  const squares = (of: (photo: number, i: number) => number): number =>
    exact.reduce((sum, own, photo) => sum + own.reduce((s, _, i) => s + of(photo, i) ** 2, 0), 0);
  const noise = squares((photo, i) => exact[photo]![i]! - found[photo]![i]!);
  return 10 * Math.log10(squares((photo, i) => exact[photo]![i]!) / noise);
};

const isInt8 = ({ output }: Node): boolean => output.type === 'int8';

test('all layers that have an int8 form compute in integers, and the outputs stay close', async () => {
  const { graph: int8 } = await quantizeGraph(calibration);
  const floats = int8.nodes.filter((node) => !isInt8(node)).map(({ op }) => op.name);
  assert.equal(floats, ['transpose', 'dequantize']);
  const decibels = decibelsOf(await outputsOf(graph), await outputsOf(int8));
  assert.ok(decibels > 25, `${decibels}`);
});

const maxPool = (b: Builder, x: Value): Value => b.poolLast(x, { pads: [0, 0, 0, 0] });

/** Inputs of [1, 6, 7, 4] for a network that `build` makes of one. */
const images = Array.from({ length: 30 }, (_, i) => seededFloats(6 * 7 * 4, i + 1, -1, 1));
const netOf = (build: (b: Builder, x: Value) => Value[]): Graph => {
  const b = new Builder();
  return b.graph(...build(b, b.convLast(b.input(1, 6, 7, 4), 8)));
};

test('what only max pools, concatenations and reshapes read is in the integers of their results', async () => {
  const net = netOf((b, x) => {
    const [small, large] = [1, 6].map((kernel) =>
      b.convLast(x, 8, { kernel: [kernel, 1], pads: [kernel - 1, 0, 0, 0] }),
    );
    const joined = b.add(concat, { axis: 3 }, ...[small!, large!].map((part) => maxPool(b, maxPool(b, part))));
    return [b.convLast(joined, 5)];
  });
  const { graph: int8 } = await quantizeGraph(await calibrate(net, images));
  const names = int8.nodes.map(({ op }) => op.name);
  const convs = new Array<string>(4).fill('convInt8');
  const pools = new Array<string>(4).fill('maxInt8');
  assert.equal(names.sort(), ['concat', ...convs, 'dequantize', ...pools, 'quantize']);
  const decibels = decibelsOf(await outputsOf(net, images), await outputsOf(int8, images));
  assert.ok(decibels > 30, `${decibels}`);
});

test('what has another reader, is returned or is read by a layer in float keeps its own range', () => {
  const ownIn = (build: (b: Builder, x: Value) => Value[], isInteger: (node: Node) => boolean = () => true) => {
    const net = netOf(build);
    const x = net.nodes[0]!.output;
    return resultsOf(net, integerNodes(net).filter(isInteger)).get(x) === x;
  };
  assert.not(ownIn((b, x) => [maxPool(b, x)]));
  assert.ok(
    ownIn((b, x) => [b.binary('add', maxPool(b, x), maxPool(b, x))]),
    'two readers',
  );
  assert.ok(
    ownIn((b, x) => [b.add(concat, { axis: 3 }, x, x)]),
    'one that reads it twice',
  );
  assert.ok(
    ownIn((b, x) => [x, maxPool(b, x)]),
    'returned',
  );
  assert.ok(
    ownIn(
      (b, x) => [maxPool(b, x)],
      ({ op }) => op !== pool,
    ),
    'a pool in float',
  );
  assert.ok(
    ownIn((b, x) => [b.convLast(x, 3)]),
    'a layer that computes',
  );
});

test('the noise of a layer before a max pool is that of the maximum, not of what it drops', async () => {
  const net = netOf((b, x) => [b.convLast(maxPool(b, maxPool(b, x)), 3)]);
  const ranges = await calibrate(net, images);
  const quantized = await quantizeGraph(ranges);
  const noise = await layerNoise(ranges, quantized, images);
  const [first, ...rest] = quantized.graph.nodes.filter(isInt8).flatMap((node) => noise.get(node) ?? []);
  assert.is(rest.length, 3);
  assert.ok(first! > 35 && first === rest[0], `${first} ${rest.join()}`);
});

test('sums are taken out of layers without a change of the results', async () => {
  const split = splitResiduals(graph);
  assert.ok(split.nodes.length > graph.nodes.length);
  assert.ok(decibelsOf(await outputsOf(graph), await outputsOf(split)) > 100);
});

test('a layer that is kept computes in float between int8 layers, and a sum that is kept with it is part of it', async () => {
  const [layer, add] = ['conv', 'binary'].map((op) =>
    calibration.graph.nodes.find((node, i, nodes) =>
      op === 'conv' ? nodes[i + 1]?.op.name === 'binary' : node.op.name === op,
    )!,
  ) as [Node, Node];
  const { graph: alone } = await quantizeGraph(calibration, (node) => node === layer);
  assert.equal(
    alone.nodes.filter(({ op }) => op.name === 'conv').map(({ name }) => name),
    [layer.name],
  );
  const { graph: both } = await quantizeGraph(calibration, (node) => node === layer || node === add);
  const fused = both.nodes.filter(({ op }) => op.name === 'conv');
  assert.equal(
    fused.map(({ inputs }) => inputs.length),
    [4],
  );
  assert.not.ok(both.nodes.some(({ op }) => ['binary', 'clip', 'addInt8'].includes(op.name)));
  const exact = await outputsOf(graph);
  const all = decibelsOf(exact, await outputsOf((await quantizeGraph(calibration)).graph));
  assert.ok(decibelsOf(exact, await outputsOf(both)) > all - 1);
});

test('what a layer in float makes is rounded for int8 layers, not for other layers in float', async () => {
  const [first, ...others] = calibration.graph.nodes.filter(({ op }) => op.name === 'conv');
  const add = calibration.graph.nodes.find(({ op }) => op.name === 'binary')!;
  const before = others.find(({ output }) => add.inputs.includes(output))!;
  const kept = [first!, before, add];
  const { graph: mixed } = await quantizeGraph(calibration, (node) => kept.includes(node));
  const layer = mixed.nodes.find(({ op, inputs }) => op.name === 'conv' && inputs.length === 4)!;
  const readers = mixed.nodes.filter(({ inputs }) => inputs.includes(layer.inputs[3]!)).map(({ op }) => op.name);
  assert.equal(readers, ['quantize', 'conv']);
  assert.is(mixed.nodes.find(({ output }) => output === layer.inputs[3])!.op.name, 'conv');
});

test('with all layers kept nothing is rounded', async () => {
  const { graph: floats, rounded } = await quantizeGraph(calibration, () => true);
  assert.is(rounded.length, 0);
  assert.equal(
    floats.nodes.map(({ op }) => op.name),
    graph.nodes.map(({ op }) => op.name),
  );
  assert.ok(decibelsOf(await outputsOf(graph), await outputsOf(floats)) > 100);
});

test('biases make up for what rounding the weights moves the averages of outputs by', async () => {
  const nodes = integerNodes(calibration.graph);
  const first = nodes.find(({ op }) => op.name === 'conv')!;
  // only values before the bounds of the layer have averages that a bias moves exactly
  const open = { ...first, attrs: { ...first.attrs, low: -Infinity, high: Infinity } };
  const part: Graph = {
    ...calibration.graph,
    nodes: [...calibration.graph.nodes.slice(0, calibration.graph.nodes.indexOf(first)), open],
    outputs: [{ name: 'y', value: first.output }],
  };
  const meansOf = async (of: Graph): Promise<number[]> => {
    const outputs = await outputsOf(of, photos);
    const channels = first.output.shape.at(-1)!;
    return Array.from({ length: channels }, (_, channel) => {
      const own = outputs.flatMap((numbers) => [...numbers].filter((__, i) => i % channels === channel));
      return own.reduce((sum, number) => sum + number, 0) / own.length;
    });
  };
  const worst = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((mean, i) => Math.abs(mean - b[i]!)));
  const exact = await meansOf(part);
  const rounding = async (isCorrected: boolean) =>
    worst(
      exact,
      await meansOf(
        roundWeights(part, new Set([open]), (value) => (isCorrected ? calibration.means.get(value) : undefined)),
      ),
    );
  const [corrected, plain] = [await rounding(true), await rounding(false)];
  // the padding, whose windows have other averages, leaves a part
  assert.ok(corrected < plain / 2, `${corrected} ${plain}`);
});

test('a range leaves rare large numbers out where that makes the squared error smaller', () => {
  const numbers = Float32Array.from(seededFloats(20000, 4, -1, 1), (x) => x * x * x);
  numbers[77] = 3;
  const distribution = new Distribution();
  distribution.addRange(numbers);
  distribution.count(numbers);
  const { scale, low, high } = distribution.target();
  const errorFor = (step: number, least: number, most: number): number =>
    numbers.reduce((sum, x) => sum + (Math.min(Math.max(Math.round(x / step), least), most) * step - x) ** 2, 0);
  const step = 4 / 255;
  assert.is(high - low, 255);
  assert.ok(errorFor(scale, low, high) < errorFor(step, Math.round(-1 / step), Math.round(3 / step)));
  const few = Float32Array.from({ length: 100 }, (_, i) => (i % 2 ? 3 : -1));
  const full = new Distribution();
  full.addRange(few);
  full.count(few);
  assert.ok(Math.abs(full.target().scale - step) < step / 20, 'numbers at the ends are not left out');
});

test('the noise of the last layer is that of the outputs, and a layer before any rounding of its input has less', async () => {
  const quantized = await quantizeGraph(calibration);
  const noise = await layerNoise(calibration, quantized, others);
  const last = quantized.graph.nodes.filter(isInt8).at(-1)!;
  const expected = decibelsOf(await outputsOf(graph), await outputsOf(quantized.graph));
  assert.ok(Math.abs(noise.get(last)! - expected) < 1e-3, `${noise.get(last)} ${expected}`);
  const first = quantized.graph.nodes.find(({ op }) => op.name === 'convInt8')!;
  assert.ok(noise.get(first)! > expected);
});

test('as few layers stay in float as an agreement needs', async () => {
  const choosing = photosFor(100, 6);
  const none = await keepAgreement(calibration, choosing, 0);
  assert.is(none.kept.length, 0);
  const shares: number[] = [];
  const { share, error } = none.agreement;
  const wanted = (1 + share - error) / 2;
  const mixed = await keepAgreement(calibration, choosing, wanted, (share) => shares.push(share));
  assert.ok(mixed.agreement.share - mixed.agreement.error >= wanted);
  assert.equal(
    shares,
    [...shares].sort((a, b) => a - b),
  );
  assert.ok(shares.at(-1)! <= 1);
  const exact = await scoresFor(graph, choosing);
  const agreementWith = async (kept: readonly Node[]): Promise<Estimate> => {
    const { graph: own } = await quantizeGraph(calibration, (node) => kept.includes(node));
    return expectedAgreement(exact, await scoresFor(own, choosing));
  };
  assert.equal(mixed.agreement, await agreementWith(mixed.kept));
  const less = await agreementWith(mixed.kept.slice(0, -1));
  assert.ok(less.share - less.error < wanted, 'one less is not enough');
});

/**
 * The network with two layers that lose precision in int8: weights of inputs that are always 0 make the steps of their weights large.
 * The 3x3 layer loses a little more than the 1x1 layer before it.
 */
const withTwoCoarseLayers = (): Graph => {
  const convs = graph.nodes.filter(({ op }) => op.name === 'conv');
  const [first, second, third] = convs as [Node, Node, Node];
  const changed = new Map<Node, Node>();
  const change = (node: Node, edit: (weights: Float32Array, bias: Float32Array) => void): void => {
    const [x, weights, bias, ...rest] = (changed.get(node) ?? node).inputs as [Value, Constant, Constant];
    const [own, biases] = [weights, bias].map(({ data }) => Float32Array.from(data)) as [Float32Array, Float32Array];
    edit(own, biases);
    changed.set(node, { ...node, inputs: [x, { ...weights, data: own }, { ...bias, data: biases }, ...rest] });
  };
  for (const [maker, reader, weight] of [
    [first, second, 24],
    [second, third, 9],
  ] as const) {
    change(maker, (_, bias) => bias.fill(-1000, -1));
    const inputs = maker.output.shape.at(-1)!;
    change(reader, (weights) => {
      for (let at = inputs - 1; at < weights.length; at += inputs) weights[at] = weight;
    });
  }
  return { ...graph, nodes: graph.nodes.map((node) => changed.get(node) ?? node) };
};

test('a cheap layer stays in float rather than a costly one that changes the scores a little more', async () => {
  const coarse = await calibrate(withTwoCoarseLayers(), photos);
  const choosing = photosFor(100, 6);
  const exact = await scoresFor(coarse.graph, choosing);
  const [, cheap, costly] = coarse.graph.nodes.filter(({ op }) => op.name === 'conv') as [Node, Node, Node];
  const scoresWith = async (keeps: (node: Node) => boolean) =>
    scoresFor((await quantizeGraph(coarse, keeps)).graph, choosing);
  const changeOf = async (node: Node) => divergence(exact, await scoresWith((other) => other !== node));
  const ratio = (await changeOf(costly)) / (await changeOf(cheap));
  const { share, error } = expectedAgreement(exact, await scoresWith((node) => node === cheap));
  const costs = costsInFloat(coarse.graph, integerNodes(coarse.graph));
  assert.ok(ratio > 1 && ratio < 2, `${ratio}`);
  assert.ok(costs.get(costly)! > 2 * costs.get(cheap)!);
  const { kept } = await keepAgreement(coarse, choosing, share - error);
  assert.equal(
    kept.map(({ name }) => name),
    [cheap.name],
  );
});

test('an agreement out of reach gives the highest that was found', async () => {
  const { agreement, kept } = await keepAgreement(calibration, photosFor(100, 6), 1.1);
  assert.ok(agreement.share > 0.9 && kept.length > 0);
});

test('a value that is always 0, or nearly, has a scale that int8 layers accept', () => {
  for (const size of [0, 1e-30, 1e-12]) assert.ok(isScale(targetFor(-size, size).scale), `${size}`);
});

test('numbers that are not finite count in no range', () => {
  const finite = Float32Array.from(seededFloats(20000, 4, -1, 1), (x) => x * x * x);
  finite[77] = 3;
  const targetOf = (numbers: Float32Array) => {
    const distribution = new Distribution();
    distribution.addRange(numbers);
    distribution.count(numbers);
    return distribution.target();
  };
  const others = Float32Array.from({ length: 2000 }, (_, i) => [NaN, Infinity, -Infinity][i % 3]!);
  assert.equal(targetOf(Float32Array.of(...finite, ...others)), targetOf(finite));
});

test('values too large for a scale are refused by name', async () => {
  const large = photosFor(3, 1).map((photo) => photo.map((x) => x * 1e25));
  const error = await calibrate(graph, large).catch((reason: unknown) => reason as Error);
  assert.is((error as Error).name, 'QuantizeError');
  assert.match(
    (error as Error).message,
    /^value ".+" is from .*e\+\d+ to .*e\+\d+ on the photos, too large for 8 bits/,
  );
});

test('where one layer alone can be in int8, no order of layers is measured', async () => {
  const at = graph.nodes.findIndex(({ op }) => op.name === 'conv');
  const { output } = graph.nodes[at]!;
  const alone: Graph = { ...graph, nodes: graph.nodes.slice(0, at + 1), outputs: [{ name: 'y', value: output }] };
  const own = await calibrate(alone, photos.slice(0, 4));
  assert.is(integerNodes(own.graph).length, 1);
  let steps = 0;
  const { kept } = await keepAgreement(own, photos.slice(0, 4), 1.1, () => steps++);
  assert.equal([kept.length, steps], [0, 8], 'the photos in float and in int8');
});

test('scores that are not numbers are refused, not taken for agreement', async () => {
  const broken = photosFor(3, 6).map((photo, i) => (i ? photo : photo.fill(NaN)));
  const error = await keepAgreement(calibration, broken, 0.9).catch((reason: unknown) => reason as Error);
  assert.match(
    'message' in error ? error.message : 'nothing was thrown',
    /^the scores of 1 of 3 photos are not numbers \(NaN\): make sure/,
  );
});

test('networks that are int8 already, or have no layer for it, are refused', async () => {
  const { graph: int8 } = await quantizeGraph(calibration);
  const refuses = async (of: Graph, message: RegExp): Promise<void> => {
    const error = await calibrate(of, photos).then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    assert.match(error!.message, message);
    assert.is(error!.name, 'QuantizeError');
  };
  await refuses(int8, /^it is quantised already: quantise the network of floats/);
  const bare: Graph = { ...graph, nodes: graph.nodes.slice(0, 1) };
  await refuses(bare, /^none of its layers has an int8 form: convolutions/);
});

test.run();
