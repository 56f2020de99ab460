// Pictures that cost more than their size: refused by name, or decoded; what they cost is measured by bench/attacks.ts.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ImageError } from '../../src/errors.js';
import { decodeImage } from '../../src/node/decode.js';
import { attacks } from '../support/attacks/pictures.js';
import { outcomeOf, type Build } from '../support/attacks/attack.js';

const test = suite('attacks by pictures');

/** Attacks that are pictures in fact: they are decoded. */
const DECODED = new Set([
  'the same, arithmetic',
  'a JPEG of 49 megapixels with two bits a block',
  'a progressive JPEG of 49 megapixels that is turned',
  'a JPEG of CMYK with all coefficients',
  'a JPEG of 31 empty scans',
  'a JPEG of one column in units of 16x32',
  'a PNG of 49 megapixels of 64 bits in 400 kB',
  'a PNG of 49 megapixels of one colour',
  'an interlaced PNG of 49 megapixels',
  'a PNG of 49 megapixels of one bit',
  'a PNG of 80,000 chunks of pixels',
  'a PNG of 80,000 empty chunks',
  'an interlaced PNG of one column and a million rows',
  'a PNG whose profile inflates to 500 MB',
  'a PNG with 20 MB of hexadecimal text',
  'a WebP of 34 bytes and 49 megapixels',
  'a WebP of one colour that is turned',
  'a GIF of 49 megapixels in 40 kB',
  'a GIF screen around one pixel',
  'a BMP of 49 megapixels in runs',
  'a BMP of 49 megapixels that skips its rows',
  'an icon with a PNG of 49 megapixels',
  'a TIFF of 49 megapixels, deflated',
  'a TIFF of 49 megapixels in PackBits',
  'a TIFF of 1x1 with a megabyte of PackBits',
  'a TIFF of 1x1 with a megabyte of LZW',
]);

const build = { node: { decodeImage } } as unknown as Build;

for (const attack of attacks) {
  const { name } = attack;
  const decoded = DECODED.has(name);
  test(`${name} is ${decoded ? 'decoded' : 'refused'}`, async () => {
    const { error } = await outcomeOf(attack, build);
    if (decoded) assert.is(error, undefined);
    else assert.instance(error, ImageError);
  });
}

test('every decoded attack is an attack', () => {
  assert.equal(
    [...DECODED].filter((name) => !attacks.some((other) => other.name === name)),
    [],
  );
});

test.run();
