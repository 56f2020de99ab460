// Commands that take TensorFlow Lite networks.

import { readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readModel } from '../support/read-model.js';
import { at, fails, photo } from '../support/command-model.js';
import { groupwise } from '../support/command.js';
import { withLabels, writeMetadata } from '../support/tflite/metadata.js';
import { bytesOf, writeTflite } from '../support/tflite/write.js';

const test = suite('TensorFlow Lite networks on the command line');

/** The means of the colours as scores. */
const network = (metadata?: Uint8Array): Uint8Array =>
  writeTflite({
    tensors: [
      { name: 'photo', shape: [1, 8, 8, 3] },
      { shape: [2], type: 2, data: bytesOf(Int32Array, [1, 2]) },
      { name: 'scores', shape: [1, 3] },
    ],
    nodes: [{ op: 'MEAN', inputs: [0, 1], outputs: [2] }],
    inputs: [0],
    outputs: [2],
    ...(metadata && { metadata }),
  });

const described = withLabels(network(writeMetadata({ mean: [0], std: [255], labels: '' })), 'red\ngreen\nblue\n');

test('convert keeps labels and pre-processing, and names the file after the network', () => {
  writeFileSync(at('colours.tflite'), described);
  const { code, out, err } = groupwise(['convert', at('colours.tflite')]);
  assert.is(code, 0, err);
  assert.match(out, /nodes +1: 1 MEAN\n[^]*labels +3\nphotos +8x8 RGB/);
  const { metadata } = readModel(new Uint8Array(readFileSync(at('colours.gw'))));
  assert.equal(metadata.labels, ['red', 'green', 'blue']);
});

test('classify takes a network', () => {
  const { code, out, err } = groupwise(['classify', at('colours.tflite'), photo, '--json']);
  assert.is(code, 0, err);
  assert.is(err, '');
  const [{ results }] = JSON.parse(out) as [{ results: { label: string }[] }];
  assert.equal(results.map(({ label }) => label).sort(), ['blue', 'green', 'red']);
});

test('classify says how photos are prepared where the network does not', () => {
  writeFileSync(at('plain.tflite'), network());
  const { code, err } = groupwise(['classify', at('plain.tflite'), photo]);
  assert.is(code, 0, err);
  assert.match(err, /prepared as for MobileNet and other networks of TensorFlow; use --preprocess/);
});

test('sizes that a network leaves open are asked for as a flag that can be copied', () => {
  for (const [name, flag] of [
    ['photo', '--shape photo=1,?,?,?'],
    ['a photo', "--shape 'a photo=1,?,?,?'"],
  ] as const) {
    const tensors = [{ name, shape: [1, 1, 1, 1], signature: [1, -1, -1, -1] }, { shape: [1, 1, 1, 1] }];
    const nodes = [{ op: 'RELU', inputs: [0], outputs: [1] }];
    writeFileSync(at('open.tflite'), writeTflite({ tensors, nodes, inputs: [0], outputs: [1] }));
    const { err } = groupwise(['convert', at('open.tflite'), '-o', at('open.gw')]);
    assert.ok(err.endsWith(`: give all its sizes with ${flag}\n`), err);
    const other = groupwise(['classify', at('open.tflite'), photo]).err;
    assert.ok(other.endsWith(`: give all its sizes with \`groupwise convert ${flag}\`\n`), other);
  }
});

test('a damaged file is named', () => {
  writeFileSync(at('cut.tflite'), described.subarray(0, 200));
  fails(['convert', at('cut.tflite')], /cut\.tflite: not a TensorFlow Lite model, or damaged: it refers to bytes/);
});

test.run();
