// What terminals obey is shown escaped, wherever it comes from.

import { readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { escaped } from '../../src/errors.js';
import { at, LABELS, model, photo } from '../support/command-model.js';
import { groupwise, tiny } from '../support/command.js';
import { floats, writeOnnx } from '../support/onnx/write.js';

const test = suite('escapes');

/** A title for the window, C1 and 7-bit sequences, a line that seems to be another's, a change of direction. */
const EVIL = '\x1b]0;owned\x07\x9b31m\x1b[1mbold\r\nok: verified\t\u202egnp.exe\u2028\x7f\u{e0041}';

// eslint-disable-next-line no-control-regex -- it searches for control characters
const OBEYED = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]|\u{e0041}|^ok: verified/mu;

const clean = (words: readonly string[], shown = /\\(x|u)[0-9a-f]/): void => {
  const { out, err } = groupwise(words);
  assert.not.match(out, OBEYED, words.join(' '));
  assert.not.match(err, OBEYED, words.join(' '));
  assert.match(out + err, shown);
};

test('an escaped text has no control, and stays what it is when it is escaped again', () => {
  assert.is(
    escaped(EVIL),
    '\\x1b]0;owned\\x07\\x9b31m\\x1b[1mbold\\x0d\\nok: verified\\x09\\u202egnp.exe\\u2028\\x7f\\ue0041',
  );
  assert.is(escaped(escaped(EVIL)), escaped(EVIL));
  assert.is(escaped('crème brûlée 寿司 👩‍🍳'), 'crème brûlée 寿司 👩‍🍳');
});

test('labels, license, source and names of layers', async () => {
  const bytes = await convertOnnx(new Uint8Array(readFileSync(tiny('separable'))), {
    labels: LABELS.map((label) => label + EVIL),
    license: EVIL,
    source: EVIL,
    preprocess: 'imagenet',
  });
  writeFileSync(at('evil.gw'), bytes);
  clean(['classify', at('evil.gw'), photo]);
  clean(['inspect', at('evil.gw')]);
  const { out } = groupwise(['classify', at('evil.gw'), photo, '--json']);
  assert.not.match(out, OBEYED);
  const [first] = JSON.parse(out) as [{ results: { label: string; index: number }[] }];
  assert.is(first.results[0]!.label, LABELS[first.results[0]!.index]! + EVIL);
});

test('names of nodes, inputs and outputs', () => {
  const network = (op: string) =>
    writeOnnx({
      nodes: [{ op, name: EVIL, inputs: ['x', 'w'], outputs: [EVIL] }],
      inputs: [{ name: 'x', dims: [1, 3, 6, 6] }],
      outputs: [EVIL],
      tensors: [floats('w', [4, 3, 1, 1], new Array<number>(12).fill(1))],
    });
  writeFileSync(at('evil.onnx'), network('Conv'));
  clean(['convert', at('evil.onnx'), '-o', at('nodes.gw'), '--test-vector', 'random', '--print-after', 'all']);
  for (const words of [['inspect'], ['verify'], ['bench', '--profile', '--runs', '1'], ['run']])
    clean([words[0]!, at('nodes.gw'), ...words.slice(1)], /\\[xu]|takes "x"/);
  writeFileSync(at('unknown.onnx'), network(`Conf${EVIL}`));
  clean(['convert', at('unknown.onnx')]);
});

test('words of the command line', () => {
  clean(['classify', model, `${EVIL}.jpg`, photo]);
  clean(['inspect', EVIL]);
  clean([EVIL]);
  clean(['bench', model, '--runs', EVIL]);
  clean(['bench', model, `--${EVIL}`]);
  assert.ok(groupwise(['inspect', 'x'.repeat(5000)]).err.length < 500);
});

test.run();
