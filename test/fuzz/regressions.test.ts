// Files that fuzzing found, and the seeds of every target: each is read or refused with a typed error.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { attempt } from '../../fuzz/engine/target.js';
import { loadTarget, targetNames } from '../../fuzz/targets.js';

const REGRESSIONS = 'fuzz/regressions';

const test = suite('fuzz regressions');

test('there is a target for every folder of regressions', () => {
  const unknown = readdirSync(REGRESSIONS).filter((name) => !targetNames().includes(name));
  assert.equal(unknown, []);
});

for (const name of targetNames()) {
  const folder = `${REGRESSIONS}/${name}`;
  const files = existsSync(folder) ? readdirSync(folder) : [];
  test(`${name}: its seeds and ${files.length} regressions are read or refused`, async () => {
    const target = await loadTarget(name);
    const seeds = Object.entries(await target.seeds());
    assert.ok(seeds.length);
    const stored = files.map((file) => [file, new Uint8Array(readFileSync(`${folder}/${file}`))] as const);
    for (const [file, bytes] of [...seeds, ...stored]) {
      await attempt(target, bytes).catch((error: Error) => assert.unreachable(`${file}: ${error.stack}`));
    }
  });
}

test.run();
