// Command lines: usage errors, help, exit codes, standard streams.

import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { at, fails, model } from '../support/command-model.js';
import { groupwise, tiny } from '../support/command.js';

const test = suite('command lines');

test('wrong command lines exit with 2 and write to the standard error only', () => {
  const wrong = [
    [],
    ['paint'],
    ['convert'],
    ['convert', '--paint', 'x.onnx'],
    ['classify', model],
    ['inspect', model, 'more'],
    ['bench', model, '--runs', '0'],
    ['bench', model, '--runs', 'x'],
    ['bench', model, '--deterministic=odd'],
    ['run', model],
    ['classify', model, 'x.jpg', '--top', '1.5'],
    ['classify', model, 'x.jpg', '--threshold', '2'],
    ['classify', '-', '-'],
    ['convert', '-'],
    ['convert', tiny('opset7'), '--shape', 'image'],
    ['convert', tiny('opset7'), '--shape', 'image=1,3,H,W'],
    ['convert', tiny('opset7'), '--shape', 'image=0,3,8,8'],
    ['convert', tiny('separable'), '--test-vector', 'image=x.npy', '--test-vector', 'image=y.npy'],
    ['convert', tiny('opset7'), '--test-vector', 'random', '--test-vector', 'x.npy'],
    ['convert', tiny('opset7'), '--weights', 'f64'],
    ['convert', tiny('opset7'), '--print-after', 'end'],
    ['convert', tiny('opset7'), '-o', tiny('opset7')],
    ['verify', model, '--tolerance', '-1'],
  ];
  for (const words of wrong) {
    const { code, out, err } = groupwise(words, new Uint8Array(0));
    assert.is(code, 2, `${words.join(' ')}: ${err}`);
    assert.is(out, '');
    assert.ok(err);
  }
  for (const words of [
    ['classify', model],
    ['classify', model, 'x.jpg', '--top', 'x'],
  ]) {
    assert.match(groupwise(words).err, /\(groupwise classify --help/);
  }
});

test('help and version go to the standard output', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  assert.equal(groupwise(['--version']), { code: 0, out: `${version}\n`, err: '' });
  for (const words of [['--help'], ['help'], ['convert', '--help'], ['help', 'convert']]) {
    const { code, out, err } = groupwise(words);
    assert.equal([code, err], [0, '']);
    assert.match(out, /Usage: groupwise/);
  }
});

test('failures exit with 1 and one sentence, unless --debug asks for the stack', () => {
  fails(['inspect', at('none.gw')], /none\.gw: there is no such file/);
  fails(['inspect', at('.')], /it is a folder/);
  fails(['inspect', 'http://127.0.0.1:1/x.gw'], /cannot fetch the model from http:\/\/127\.0\.0\.1:1\/x\.gw/);
  fails(['inspect', ''], /cannot read '': its name is empty/);
  fails(['inspect', tiny('separable')], /ONNX/);
  fails(['inspect', '-'], /standard input is empty/, new Uint8Array(0));
  fails(['inspect', '-'], /standard input: only 4 bytes|standard input: not a/, Uint8Array.of(1, 2, 3, 4));
  fails(['bench', at('labels.txt')], /labels\.txt: not a/);
  assert.match(groupwise(['inspect', at('none.gw'), '--debug']).err, /\n +at /);
});

test('unknown commands and options are answered with the nearest ones', () => {
  for (const words of [
    ['clasify', model],
    ['help', 'clasify'],
  ]) {
    const { code, err } = groupwise(words);
    assert.is(code, 2);
    assert.match(err, /^groupwise: unknown command 'clasify'\n\(Did you mean classify\?\)/);
  }
  const { code, err } = groupwise(['classify', model, '-x.jpg']);
  assert.is(code, 2);
  assert.match(err, /^groupwise: unknown option '-x\.jpg': if it is a file, write \.\/-x\.jpg\n/);
  assert.match(groupwise(['bench', model, '--run', '3']).err, /unknown option '--run'\n\(Did you mean --runs\?\)/);
});

test('what is missing has the name that the usage gives it', () => {
  assert.match(groupwise(['classify']).err, /missing required argument 'photo'/);
});

test('output that cannot be written ends the command with the reason', () => {
  if (process.platform !== 'linux') return console.log('skipped: there is no /dev/full');
  const full = openSync('/dev/full', 'w');
  for (const words of [
    ['inspect', model],
    ['convert', tiny('separable'), '-o', '-'],
  ]) {
    const { status, stderr } = spawnSync(process.execPath, ['dist/cli.js', ...words], {
      stdio: ['ignore', full, 'pipe'],
    });
    assert.equal([status, stderr.toString()], [1, 'groupwise: cannot write standard output: no space left\n']);
  }
  closeSync(full);
});

test('a closed output is not an error', () => {
  const { stdout, stderr } = spawnSync('sh', ['-c', `${process.execPath} dist/cli.js inspect ${model} --json | true`]);
  assert.equal([stdout.toString(), stderr.toString()], ['', '']);
});

test.run();
