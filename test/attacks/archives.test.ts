// Hostile archives: each is refused, or all of it that can be read is read.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openFiles } from '../../src/eval/files.js';
import { findPictures } from '../../src/eval/picture-set.js';
import { SetError } from '../../src/eval/set-error.js';
import { archiveAttacks } from '../support/attacks/archives.js';
import { temporaryFolder } from '../support/command.js';

const path = join(temporaryFolder(), 'set');

/** Why the archive or files in it are not read; empty if all are. */
const problemsOf = async (): Promise<string> => {
  try {
    const files = await openFiles(path);
    const { pictures } = findPictures(files.paths);
    const reasons: string[] = [];
    for await (const file of files.read(new Set(pictures.map((picture) => picture.path)))) {
      if ('reason' in file) reasons.push(`${file.path}: ${file.reason}`);
    }
    return reasons.join('\n');
  } catch (error) {
    assert.instance(error, SetError);
    return (error as Error).message;
  }
};

const test = suite('hostile archives');

for (const { name, make, said } of archiveAttacks) {
  test(name, async () => {
    writeFileSync(path, make());
    const problems = await problemsOf();
    if (said) assert.match(problems, said);
    else assert.is(problems, '');
  });
}

test.run();
