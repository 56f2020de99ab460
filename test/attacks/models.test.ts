// Model files that ask for much: refused by name, or run; what they cost is measured by bench/attacks.ts.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GroupwiseError } from '../../src/errors.js';
import * as node from '../../src/node.js';
import { outcomeOf, type Build } from '../support/attacks/attack.js';
import { attacks } from '../support/attacks/models.js';

const test = suite('attacks by model files');

const build = { node } as unknown as Build;

for (const attack of attacks)
  test(`${attack.name}: refused by name, or run`, async () => {
    const { error } = await outcomeOf(attack, build);
    if (error !== undefined) assert.instance(error, GroupwiseError, String((error as Error).stack));
  });

test.run();
