// Which blocks a convolution gets for the zeros of its weights.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GraphEditor } from '../../../src/converter/passes/editor.js';
import { findBlocks } from '../../../src/converter/passes/find-blocks.js';
import { LIMITS } from '../../../src/format/layout.js';
import type { Block } from '../../../src/ir/structure.js';
import type { ConvAttrs } from '../../../src/ops/conv/attrs.js';
import { conv } from '../../../src/ops/conv/conv.js';
import { attrsFor } from '../../support/conv-reference.js';
import { constantOf, createRunner, graphOf, nodeOf, valueOf } from '../../support/graph-runner.js';
import { compare } from '../../support/harness.js';
import { mulberry32, seededFloats } from '../../support/seeded.js';

type Reads = (output: number, input: number) => boolean;

const pointwise = attrsFor(2, { kernel: [1, 1], pads: [0, 0, 0, 0] });

/** 1x1 convolutions of one value whose outputs have weights for what they read. */
const layers = (inputs: number, outputs: number, reads: Reads, count = 1) => {
  const x = valueOf('x', [1, 1, 4, inputs]);
  const data = seededFloats(outputs * inputs, 5, 0.1, 1).map((weight, i) =>
    reads(Math.floor(i / inputs), i % inputs) ? weight : 0,
  );
  const nodes = Array.from({ length: count }, (_, i) =>
    nodeOf(
      conv,
      pointwise,
      [x, constantOf('w', [outputs, 1, 1, inputs], data), constantOf('b', [outputs], seededFloats(outputs, 6, -1, 1))],
      `conv${i}`,
    ),
  );
  return graphOf(
    [x],
    nodes,
    nodes.map(({ output }) => output),
  );
};

const found = (graph: ReturnType<typeof layers>): (readonly Block[])[] => {
  const editor = new GraphEditor(graph);
  findBlocks(editor);
  editor.verify();
  return editor.nodes.map(({ attrs }) => (attrs as ConvAttrs).blocks);
};

/** Each panel of 8 outputs reads a random share of the inputs. */
const panels = (share: number, seed: number): Reads => {
  const next = mulberry32(seed);
  const kept = new Map<number, boolean>();
  return (output, input) => {
    const key = (output >> 3) * 65536 + input;
    if (!kept.has(key)) kept.set(key, next() < share);
    return kept.get(key)!;
  };
};

const random = (share: number, seed: number): Reads => {
  const next = mulberry32(seed);
  return () => next() < share;
};

test('a layer of more than 512 outputs whose zeros come in panels of 8 has one block per panel', async () => {
  const graph = layers(64, 1024, panels(0.25, 1));
  const [blocks] = found(graph);
  assert.is(blocks!.length, 128);
  assert.ok(blocks!.every(({ outputs }, i) => outputs.length === 8 && outputs[0] === 8 * i));
  const editor = new GraphEditor(graph);
  findBlocks(editor);
  const [run, x] = [await createRunner('simd'), seededFloats(4 * 64, 7, -1, 1)];
  compare(run(editor.graph, [x])[0]!, run(graph, [x])[0]!, { absolute: 1e-5, relative: 1e-5 }, 'outputs');
});

test('random zeros do not form blocks unless almost nothing is read', () => {
  assert.equal(found(layers(256, 640, random(0.5, 2))), [[]]);
  assert.equal(found(layers(256, 640, random(0.25, 2))), [[]]);
  assert.is(found(layers(256, 640, random(0.03, 2)))[0]!.length > 64, true);
});

test('a single zero, or one output that reads less, changes nothing', () => {
  assert.equal(found(layers(64, 64, (output, input) => output !== 5 || input !== 7)), [[]]);
  assert.equal(found(layers(64, 64, (output, input) => output !== 5 || input < 32)), [[]]);
});

test('a search without a pattern takes no more than a few visits of the weights', () => {
  const [inputs, outputs] = [2048, 2048];
  const graph = layers(inputs, outputs, random(0.25, 3));
  const time = (work: () => void) => {
    const start = process.cpuUsage();
    work();
    return process.cpuUsage(start).user;
  };
  const { data } = graph.nodes[0]!.inputs[1]!;
  const visits = () => (data as Float32Array).reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0);
  const least = (work: () => void) => Math.min(...Array.from({ length: 3 }, () => time(work)));
  const [visit, search] = [least(visits), least(() => assert.equal(found(graph), [[]]))];
  assert.ok(search < 40 * visit, `${search} us, ${visit} us for one visit of the weights`);
});

test('blocks that exceed the limits of the file are not used', () => {
  const named = 2048 * (0.15 * 512 + 1 + LIMITS.perBlock); // of a layer whose outputs read 15 % of 512 inputs, a block each
  const count = Math.ceil(LIMITS.allChannels / named) + 2;
  const blocks = found(layers(512, 2048, random(0.15, 4), count));
  const dense = blocks.filter((own) => !own.length).length;
  assert.ok(dense > 0 && dense < count, `${dense} of ${count} layers are dense`);
  const all = blocks
    .flat()
    .reduce((sum, { inputs, outputs }) => sum + inputs.length + outputs.length + LIMITS.perBlock, 0);
  assert.ok(all + dense * (512 + 2048) <= LIMITS.allChannels);
});

test.run();
