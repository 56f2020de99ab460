// Ranking of classes by score, with the caller's options.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../src/errors.js';
import { rankingOf, type RankOptions } from '../../src/classifier/rank.js';

const CLASSES = 7;
const LABELS = ['ant', 'bee', 'cat', 'dog', 'elk', 'fox', 'gnu'];
const SCORES = Float32Array.of(0.1, 0.3, 0.05, 0.3, 0.2, 0.05, 0);
const ranks = suite('ranks');

const indices = (options: RankOptions, labels: string[] = LABELS): number[] =>
  rankingOf(labels, options)(SCORES).map(({ index }) => index);

ranks('the best first, equal scores by index, five unless more are wanted', () => {
  assert.equal(indices({}), [1, 3, 4, 0, 2]);
  assert.equal(indices({ topK: 1 }), [1]);
  assert.equal(indices({ topK: 100 }), [1, 3, 4, 0, 2, 5, 6]);
  assert.equal(indices({ topK: Infinity }).length, CLASSES);
  assert.equal(rankingOf(LABELS, { topK: 1 })(SCORES), [{ label: 'bee', index: 1, score: Math.fround(0.3) }]);
});

ranks('a threshold includes scores equal to it', () => {
  assert.equal(indices({ threshold: 0.2 }), [1, 3, 4]);
  assert.equal(indices({ threshold: SCORES[1]! }), [1, 3]);
  assert.equal(indices({ threshold: 2 }), []);
});

ranks('classes are allowed and denied by label and index', () => {
  assert.equal(indices({ allow: ['cat', 6, 'ant'] }), [0, 2, 6]);
  assert.equal(indices({ deny: ['bee', 4], topK: 3 }), [3, 0, 2]);
  assert.equal(indices({ allow: ['bee', 'cat'], deny: ['bee'] }), [2]);
  assert.equal(indices({ allow: [] }), []);
  assert.equal(indices({ allow: ['a', 'a', 1, 1] }, ['a', 'b', 'a', 'b', 'a', 'b', 'a']), [1, 4, 0, 2, 6]);
});

ranks('classes that do not exist are refused', () => {
  for (const options of [
    { allow: ['lion'] },
    { deny: ['lion'] },
    { allow: [7] },
    { deny: [-1] },
    { allow: [1.5] },
    { allow: [NaN] },
    { deny: [undefined as never] },
  ])
    assert.throws(
      () => rankingOf(LABELS, options),
      (error: unknown) => error instanceof ArgumentError && error.argument === Object.keys(options)[0],
      JSON.stringify(options),
    );
  assert.throws(() => indices({ allow: ['dgo'] }), /allow contains "dgo", .*; did you mean "dog"\?$/);
  assert.throws(
    () => indices({ deny: [7] }),
    /deny contains 7, which is not a class of the model; indices are 0 to 6$/,
  );
});

ranks.run();
