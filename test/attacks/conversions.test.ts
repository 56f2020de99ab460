// Networks that cost much to convert: refused by name, or converted; what they cost is measured by bench/attacks.ts.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as convert from '../../src/convert.js';
import { GroupwiseError } from '../../src/errors.js';
import { outcomeOf, type Build } from '../support/attacks/attack.js';
import { attacks } from '../support/attacks/conversions.js';

const test = suite('attacks by networks');

const build = { convert } as unknown as Build;

/** Characters of a message that a person may still read. */
const MAX_MESSAGE = 64 * 1024;

for (const attack of attacks)
  test(`${attack.name}: refused by name, or converted`, async () => {
    const { made, error } = await outcomeOf(attack, build);
    if (error === undefined) return assert.instance(made, Uint8Array);
    assert.instance(error, GroupwiseError, String((error as Error).stack));
    assert.ok((error as Error).message.length <= MAX_MESSAGE, `a message of ${(error as Error).message.length}`);
  });

test('all names differ', () => {
  assert.is(new Set(attacks.map(({ name }) => name)).size, attacks.length);
});

test.run();
