// `groupwise doctor`.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { groupwise } from '../support/command.js';

const test = suite('groupwise doctor');

test('doctor describes the engine', () => {
  const report = JSON.parse(groupwise(['doctor', '--json']).out) as Record<string, unknown>;
  assert.equal([report.simd, report.node], [true, process.version]);
  assert.match(groupwise(['doctor']).out, /SIMD +yes/);
});

test.run();
