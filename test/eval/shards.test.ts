// Shards of an evaluation, and the whole that they merge into.

import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { EvaluationResult } from '../../src/eval/metrics.js';
import { mergeShards, type ShardResult } from '../../src/eval/shard.js';
import { checkShard } from '../../src/eval/shard-file.js';
import { groupwise } from '../support/command.js';
import { readJson } from '../support/networks.js';
import {
  at,
  bare,
  evaluated,
  fails,
  LABELS,
  model,
  pictures,
  prepareSet,
  save,
  set,
  withoutTimes,
} from '../support/eval-set.js';

const test = suite('eval shards');
let whole: EvaluationResult;

test.before(async () => {
  whole = await prepareSet();
});

test('shards merged in any order are the whole, except for the times', () => {
  const parts = ['set', 'set.tar.gz', 'set.zip'].map((name, i) => {
    const { code, out, err } = groupwise(['eval', model, at(name), '--shard', `${i}/3`, '--workers', '2']);
    assert.is(code, 0, err);
    return save(`part-${i}.json`, out);
  });
  const own = parts.map((path) => readJson<EvaluationResult>(path).images);
  assert.equal(own, [pictures.length / 3, pictures.length / 3, pictures.length / 3]);
  assert.equal(withoutTimes(evaluated('--merge', parts[2]!, parts[0]!, parts[1]!)), withoutTimes(whole));
  assert.is(groupwise(['eval', '--merge', ...parts, '--html', at('merged.html')]).code, 0);
  assert.is(readFileSync(at('merged.html'), 'utf8').match(/<img /g)!.length, whole.mistakes.length);
  fails(['--merge', parts[0]!, parts[1]!], /shards are missing: 2\/3/);
  fails(['--merge', parts[0]!, parts[0]!, parts[1]!], /both shard 0\/3/);
  fails(['--merge', model], /not a text file/);
  fails(
    ['--merge', save('whole.json', JSON.stringify(whole))],
    /whole\.json is the result of a whole evaluation, not of a shard: write results of shards with groupwise eval --shard i\/n/,
  );
  const other = groupwise(['eval', bare, set, '--shard', '2/3', '--labels', save('labels.txt', LABELS.join('\n'))]);
  fails(
    ['--merge', parts[0]!, parts[1]!, save('other.json', other.out)],
    /other\.json was computed with another model/,
  );
  const exact = groupwise(['eval', model, set, '--shard', '2/3', '--deterministic']);
  fails(
    ['--merge', parts[0]!, parts[1]!, save('exact.json', exact.out)],
    /exact\.json was computed with other options/,
  );
});

test('damaged results of shards are refused with the file and the position of the error', () => {
  const { out } = groupwise(['eval', model, set, '--shard', '0/2', '--workers', '1']);
  const good = JSON.parse(out) as ShardResult;
  assert.equal(checkShard(good, 'a.json'), good);
  const [row] = good.outcomes,
    [mistake] = good.mistakes;
  const changedRow = (place: number, value: unknown) => ({
    outcomes: [row, row!.map((own, i) => (i === place ? value : own))],
  });
  const cases: [change: object, message: RegExp][] = [
    [{ classes: [null] }, /classes\[0\] is null, not an object/],
    [{ classes: [{ index: 0.5, label: 'a' }] }, /classes\[0\]\.index is 0\.5/],
    [{ classes: [{ index: 0, label: 'a', folder: 1 }] }, /classes\[0\]\.folder is 1, not a string/],
    [{ classes: [] }, /a picture has class \d, which is not in the list of classes/],
    [{ shard: null }, /shard is null/],
    [{ shard: { index: 0, count: 9e10 } }, /shard\.count is 90000000000, not a whole number from 1 to 1000000/],
    [{ shard: { index: 2, count: 2 } }, /shard\.index is 2, but there are 2 shards/],
    [{ checksums: { ...good.checksums, pictures: 7 } }, /checksums\.pictures is 7, not a string/],
    [{ split: {} }, /split is an object, not a string/],
    [{ seconds: -1 }, /seconds is -1/],
    [{ outcomes: [null] }, /outcomes\[0\] is null, not a list of 6/],
    [changedRow(1, 0.5), /outcomes\[1\]\[1\] is 0\.5, not a whole number/],
    [changedRow(1, 99), /class 99/],
    [changedRow(2, 98), /class 98/],
    [changedRow(3, -1), /outcomes\[1\]\[3\] is -1/],
    [changedRow(4, 1.5), /outcomes\[1\]\[4\] is 1\.5, not a score from 0 to 1/],
    [changedRow(5, '0'), /outcomes\[1\]\[5\] is "0"/],
    [{ mistakes: [{ ...mistake, truth: 97 }] }, /class 97/],
    [{ mistakes: [{ ...mistake, predicted: 'x' }] }, /mistakes\[0\]\.predicted is "x"/],
    [{ mistakes: [{ ...mistake, picture: 'http://example.com' }] }, /mistakes\[0\]\.picture is "http/],
    [{ failures: [{ image: 'a' }] }, /failures\[0\]\.reason is missing/],
  ];
  for (const [change, message] of cases) {
    const bad = JSON.parse(JSON.stringify({ ...good, ...change })) as unknown;
    assert.throws(
      () => checkShard(bad, 'bad.json'),
      (error: Error) => {
        assert.is(error.name, 'SetError', error.stack);
        assert.match(error.message, /^bad\.json is not the result of a shard \(/);
        assert.match(error.message, message);
        return true;
      },
    );
  }
  for (const value of [null, 7, [], 'text'])
    assert.throws(() => checkShard(value, 'bad.json'), /bad\.json .*it is .*, not an object/);
  const alone = { file: 'a.json', part: { ...good, shard: { index: 0, count: 1e6 } } };
  assert.throws(() => mergeShards([alone]), /shards are missing: 1\/1000000, .*12\/1000000, \.\.\. \(999999\)$/);
  fails(
    ['--merge', save('null.json', JSON.stringify({ ...good, classes: [null] }))],
    /null\.json is not the result of a shard/,
  );
});

test.run();
