// `groupwise bench`.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { model } from '../support/command-model.js';
import { groupwise } from '../support/command.js';

const test = suite('groupwise bench');

test('bench measures cold start, first run, median, p95 and memory', () => {
  const { code, out } = groupwise([
    'bench',
    model,
    '--runs',
    '5',
    '--warmup',
    '1',
    '--deterministic',
    '--profile',
    '--json',
  ]);
  assert.is(code, 0);
  const result = JSON.parse(out) as Record<string, number> & {
    kernels: string;
    memory: { linear: number };
    profile: { layers: object[] };
  };
  for (const key of ['coldStart', 'firstRun', 'median', 'p95', 'min']) assert.type(result[key], 'number');
  assert.ok(result.min! <= result.median! && result.median! <= result.p95!);
  assert.equal([result.runs, result.kernels], [5, 'simd']);
  assert.ok(result.memory.linear > 0 && result.profile.layers.length > 0);
  assert.match(groupwise(['bench', model, '--runs', '3', '--profile']).out, /median[^]*share/);
});

test.run();
