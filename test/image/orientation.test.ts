// EXIF orientation: reading the tag, and turning pixels as Pillow's exif_transpose does.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { orient, orientationTag, readOrientation, type Orientation } from '../../src/image/orientation.js';
import { encoded, fileOf, hashOf, noisePixels, recorded, withChannels } from '../support/pictures.js';

const turning = suite('orient');

for (let value = 1; value <= 8; value++) {
  turning(`${value} turns as Pillow's exif_transpose`, () => {
    const pixels = noisePixels(37, 70);
    const turned = orient(pixels, value as Orientation);
    assert.is(turned.width, value < 5 ? 37 : 70);
    assert.is(hashOf(turned), recorded.orientations[value]);
    const opaque = orient(withChannels(pixels, 4), value as Orientation);
    assert.equal(withChannels(opaque, 3).data, turned.data, 'RGBA');
    assert.ok(opaque.data.every((alpha, i) => i % 4 !== 3 || alpha === 77));
  });
}

turning('twice, with the opposite turn, gives the picture back', () => {
  const opposite = [1, 2, 3, 4, 5, 8, 7, 6] as const;
  const pixels = noisePixels(5, 3);
  opposite.forEach((back, i) => {
    assert.equal(orient(orient(pixels, (i + 1) as Orientation), back).data, pixels.data);
  });
});

turning.run();

const reading = suite('readOrientation');

for (const name of Object.keys(encoded).filter((key) => key.includes('orientation'))) {
  reading(`reads ${name}`, () => {
    const bytes = fileOf(name);
    const value = Number(name.at(-1));
    assert.is(readOrientation(bytes), value);
    assert.is(bytes[orientationTag(bytes)!.byte], value);
  });
}

// A JPEG file that is only its EXIF segment.
const exifJpeg = (little: boolean, value: number, change: (view: DataView) => void = () => {}): Uint8Array => {
  const bytes = new Uint8Array(38);
  const view = new DataView(bytes.buffer);
  bytes.set([0xff, 0xd8, 0xff, 0xe1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0]);
  bytes.set(little ? [0x49, 0x49, 42, 0] : [0x4d, 0x4d, 0, 42], 12);
  view.setUint32(16, 8, little);
  view.setUint16(20, 1, little);
  view.setUint16(22, 0x0112, little);
  view.setUint16(24, 3, little);
  view.setUint32(26, 1, little);
  view.setUint16(30, value, little);
  change(view);
  return bytes;
};

reading('reads both byte orders', () => {
  for (const little of [true, false]) {
    const bytes = exifJpeg(little, 7);
    assert.is(readOrientation(bytes), 7);
    assert.is(bytes[orientationTag(bytes)!.byte], 7);
  }
});

reading('finds the tag in a view into a larger buffer', () => {
  const larger = new Uint8Array(50);
  larger.set(exifJpeg(true, 5), 9);
  assert.is(readOrientation(larger.subarray(9, 47)), 5);
});

reading('is 1 where the tag is missing or makes no sense', () => {
  const cases: Uint8Array[] = [
    new Uint8Array(),
    new Uint8Array([0xff]),
    new Uint8Array([0xff, 0xd8, 0xff]),
    fileOf('jpeg 4:2:0'),
    fileOf('png rgb'),
    fileOf('webp'),
    fileOf('bmp 24 bit'),
    exifJpeg(true, 0),
    exifJpeg(true, 9),
    exifJpeg(true, 0x0600),
    exifJpeg(true, 6, (view) => view.setUint16(24, 4, true)),
    exifJpeg(true, 6, (view) => view.setUint32(26, 2, true)),
    exifJpeg(true, 6, (view) => view.setUint32(16, 0xfffffff0, true)),
    exifJpeg(true, 6, (view) => view.setUint16(20, 0, true)),
    exifJpeg(true, 6, (view) => view.setUint16(4, 0)),
    exifJpeg(true, 6, (view) => view.setUint16(4, 20)),
    exifJpeg(true, 6, (view) => view.setUint16(14, 43, true)),
  ];
  for (const bytes of cases) assert.is(readOrientation(bytes), 1);
});

reading('never throws or hangs on cut or damaged files', () => {
  let state = 7;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (const name of ['jpeg orientation 6', 'png orientation 6', 'webp orientation 6']) {
    const whole = fileOf(name);
    for (let length = 0; length <= whole.length; length++) readOrientation(whole.subarray(0, length));
    for (let round = 0; round < 2000; round++) {
      const bytes = whole.slice(0, 1 + random(whole.length));
      for (let i = 0; i < 4; i++) bytes[random(bytes.length)] = random(256);
      const value = readOrientation(bytes);
      assert.ok(value >= 1 && value <= 8);
    }
  }
});

reading.run();
