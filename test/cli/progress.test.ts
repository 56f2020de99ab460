// The progress that long commands show.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { showTime, withProgress } from '../../src/cli/progress.js';

const test = suite('progress');

/** What `work` writes to standard error, which is no terminal here. */
const written = async (work: () => Promise<unknown>): Promise<string> => {
  const { write } = process.stderr;
  let text = '';
  process.stderr.write = (part: string) => (text += part) !== '';
  try {
    await work();
  } finally {
    process.stderr.write = write;
  }
  return text;
};

test('work that never waits shows a line every two seconds, not only at its end', async () => {
  const start = performance.now();
  const text = await written(() =>
    withProgress('done', (show) => {
      while (performance.now() - start < 2500) show((performance.now() - start) / 5000);
    }),
  );
  assert.match(text, /\b4\d\/100 % done, \ds left/);
});

test('times are rounded before they are split into minutes and hours', () => {
  const times = [0, 7.6, 9.9, 12, 57.4, 58, 119, 125, 3597, 3600, 7290];
  assert.equal(times.map(showTime), [
    '0s',
    '8s',
    '10s',
    '10s',
    '55s',
    '1m 0s',
    '2m 0s',
    '2m 5s',
    '59m 55s',
    '1h 0m',
    '2h 1m',
  ]);
  assert.is(showTime(Infinity), 'an unknown time');
});

test('the display ends with the work, and with an error', async () => {
  const lines = await written(async () => {
    assert.is(await withProgress('done', (show) => show(1)), undefined);
    const failing = withProgress('tried', () => Promise.reject(new Error('it fails')));
    assert.is(await failing.catch((error: Error) => error.message), 'it fails');
  });
  assert.match(lines, /100\/100 % done/);
});

test.run();
