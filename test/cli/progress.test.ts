// The progress that long commands show.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withProgress } from '../../src/cli/progress.js';

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
  assert.match(text, /\b4\d\/100 % done/);
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
