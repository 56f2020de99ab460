// EXIF orientation: reading the tag, and turning pixels as Pillow's exif_transpose does.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readOrientation, type Orientation } from '../../src/image/orientation.js';
import { orient } from '../../src/image/turn.js';
import { decodeImage } from '../../src/node/decode.js';
import {
  differenceFrom,
  encoded,
  fileOf,
  hashOf,
  madePictures,
  noisePixels,
  recorded,
  withChannels,
} from '../support/pictures.js';

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
  reading(`reads ${name}`, async () => {
    const bytes = fileOf(name);
    const { value, tag } = await readOrientation(bytes);
    assert.is(value, Number(name.at(-1)));
    assert.is(bytes[tag!.byte], value);
  });
}

// A JPEG file that is only its EXIF segment.
const exifJpeg = (little: boolean, value: number, change: (view: DataView) => void = () => {}): Uint8Array => {
  const bytes = new Uint8Array(46);
  const view = new DataView(bytes.buffer);
  bytes.set([0xff, 0xd8, 0xff, 0xe1, 0, 42, 0x45, 0x78, 0x69, 0x66, 0, 0]);
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

const LONG = 4;

reading('reads both byte orders, and values of 16 and 32 bits', async () => {
  for (const little of [true, false]) {
    for (const long of [false, true]) {
      const bytes = exifJpeg(little, 1, (view) => {
        view.setUint16(24, long ? LONG : 3, little);
        if (long) view.setUint32(30, 7, little);
        else view.setUint16(30, 7, little);
      });
      const { value, tag } = await readOrientation(bytes);
      assert.is(value, 7);
      assert.is(bytes[tag!.byte], 7);
    }
  }
});

reading('takes the first of several values, and finds it where they do not fit into the tag', async () => {
  for (const little of [true, false]) {
    const bytes = exifJpeg(little, 0, (view) => {
      view.setUint16(24, LONG, little);
      view.setUint32(26, 2, little);
      view.setUint32(30, 24, little);
      view.setUint32(36, 5, little);
      view.setUint32(40, 6, little);
    });
    const { value, tag } = await readOrientation(bytes);
    assert.is(value, 5);
    assert.is(bytes[tag!.byte], 5);
  }
});

reading('finds the tag in a view into a larger buffer', async () => {
  const larger = new Uint8Array(60);
  larger.set(exifJpeg(true, 5), 9);
  assert.is((await readOrientation(larger.subarray(9, 55))).value, 5);
});

reading('is 1 where the tag is missing or makes no sense', async () => {
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
    exifJpeg(true, 6, (view) => view.setUint16(24, 2, true)),
    exifJpeg(true, 6, (view) => view.setUint32(26, 0, true)),
    exifJpeg(true, 6, (view) => view.setUint32(26, 0xffffffff, true)),
    exifJpeg(true, 6, (view) => view.setUint32(16, 0xfffffff0, true)),
    exifJpeg(true, 6, (view) => view.setUint16(20, 0, true)),
    exifJpeg(true, 6, (view) => view.setUint16(4, 0)),
    exifJpeg(true, 6, (view) => view.setUint16(4, 20)),
    exifJpeg(true, 6, (view) => view.setUint16(14, 43, true)),
  ];
  for (const bytes of cases) assert.is((await readOrientation(bytes)).value, 1);
});

reading('reads XMP and PNG profiles as Pillow does', async () => {
  const pictures = madePictures.filter(({ kind }) => kind.startsWith('orientation'));
  assert.ok(pictures.length > 60);
  assert.ok(pictures.some(({ kind }) => /compressed profile/.test(kind)));
  for (const picture of pictures) {
    const bytes = new Uint8Array(Buffer.from(picture.file, 'base64'));
    assert.is(await differenceFrom(picture, () => decodeImage(bytes)), undefined, picture.kind);
  }
});

reading('never throws or hangs on cut or damaged files', async () => {
  let state = 7;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const profile = madePictures.find(({ kind }) => /compressed profile/.test(kind))!;
  const xmp = madePictures.find(({ kind }) => /JPEG 6 in XMP/.test(kind))!;
  const files = ['jpeg orientation 6', 'png orientation 6', 'webp orientation 6'].map(fileOf);
  for (const { file } of [profile, xmp]) files.push(new Uint8Array(Buffer.from(file, 'base64')));
  for (const whole of files) {
    for (let length = 0; length <= whole.length; length++) await readOrientation(whole.subarray(0, length));
    for (let round = 0; round < 1000; round++) {
      const bytes = whole.slice(0, 1 + random(whole.length));
      for (let i = 0; i < 4; i++) bytes[random(bytes.length)] = random(256);
      const { value } = await readOrientation(bytes);
      assert.ok(value >= 1 && value <= 8);
    }
  }
});

reading.run();
