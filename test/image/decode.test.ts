// Decoding files of every kind in Node, compared with Pillow's pixels, and damaged files.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ImageError } from '../../src/errors.js';
import { decodeImage } from '../../src/node/decode.js';
import { notImported } from '../../src/node/optional.js';
import { differenceFrom, encoded, errorOf, fileOf, hashOf, madePictures, noise } from '../support/pictures.js';

// Pillow clips 16-bit grey at 255 (nearly all of it white); here it keeps its high byte, as 16-bit RGB does in both.
const OTHER = ['png 16 bit grey'];

const kinds = suite('decodeImage');

for (const [name, { size, hash }] of Object.entries(encoded)) {
  if (!OTHER.includes(name)) {
    kinds(`${name} has the bytes of Pillow`, async () => {
      const pixels = await decodeImage(fileOf(name));
      assert.equal([pixels.width, pixels.height], size);
      assert.is(hashOf(pixels), hash);
    });
  }
}

kinds('16-bit grey PNG keeps the high byte', async () => {
  const pixels = await decodeImage(fileOf('png 16 bit grey'));
  const samples = noise(9, 7, 2, 5);
  pixels.data.forEach((value, i) => i % 4 !== 3 && assert.is(value, samples[Math.floor(i / 4) * 2]));
});

kinds('PNG keeps alpha, and hides the colour that is said to be transparent', async () => {
  const rgba = await decodeImage(fileOf('png rgba'));
  assert.equal([...rgba.data], [...noise(13, 11, 4)]);
  const { data } = await decodeImage(fileOf('png grey 2 bit'));
  const samples = noise(13, 11, 1).map((value) => value & 3);
  samples.forEach((value, i) =>
    assert.equal([...data.subarray(i * 4, i * 4 + 4)], [value * 85, value * 85, value * 85, value === 1 ? 0 : 255]),
  );
});

kinds('a package that is not installed is named', async () => {
  const name = ['no', 'such', 'package'].join('-');
  const error = await errorOf(() =>
    import(name).catch((cause: unknown) => {
      throw notImported('TIFF', name, cause);
    }),
  );
  assert.instance(error, ImageError);
  assert.match(error.message, /need the package no-such-package, which is not installed: npm install no-such-package/);
});

kinds('leaves the global object as it was', async () => {
  const before = Object.getOwnPropertyNames(globalThis).sort();
  for (const name of ['jpeg 4:2:0', 'png rgb', 'webp', 'bmp 24 bit']) await decodeImage(fileOf(name));
  assert.equal(Object.getOwnPropertyNames(globalThis).sort(), before);
});

kinds('decodes a view into a larger buffer, and several at a time', async () => {
  const names = ['jpeg 4:2:0', 'png rgb', 'webp', 'jpeg grey', 'bmp 24 bit'];
  const decoded = await Promise.all(
    names.map((name) => {
      const file = fileOf(name);
      const larger = new Uint8Array(file.length + 20).fill(255);
      larger.set(file, 11);
      return decodeImage(larger.subarray(11, 11 + file.length));
    }),
  );
  decoded.forEach((pixels, i) => assert.is(hashOf(pixels), encoded[names[i]!]!.hash));
});

for (const picture of madePictures.filter(({ kind }) => !kind.startsWith('orientation'))) {
  kinds(`${picture.kind} is decoded or refused as in Pillow`, async () => {
    const bytes = new Uint8Array(Buffer.from(picture.file, 'base64'));
    assert.is(await differenceFrom(picture, () => decodeImage(bytes)), undefined);
  });
}

kinds('the made pictures are of every format, and some are refused', () => {
  const formats = new Set(madePictures.map(({ kind }) => kind.split(':')[0]));
  assert.equal([...formats].sort(), ['AVIF', 'BMP', 'GIF', 'ICO', 'JPEG', 'PNG', 'TIFF', 'WebP', 'orientation']);
  assert.ok(madePictures.length > 300);
  assert.ok(madePictures.filter(({ refused }) => refused).length > 30);
});

kinds.run();

const faults = suite('decodeImage refuses');

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const bytes = (...values: (number | string)[]): Uint8Array =>
  new Uint8Array(values.flatMap((value) => (typeof value === 'string' ? [...text(value)] : [value])));

const UNDECODED: [what: string, file: Uint8Array, message: RegExp][] = [
  ['nothing', bytes(), /is an empty file/],
  ['HTML', text('\ufeff\n <!DOCTYPE html><title>404</title>'), /an HTML file/],
  ['SVG', text('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), /an SVG file/],
  ['JSON', text('{"error": "not found"}'), /a JSON file/],
  ['PDF', text('%PDF-1.7'), /a PDF file/],
  ['HEIC', bytes(0, 0, 0, 24, 'ftypheic'), /a HEIC file/],
  ['JPEG XL', bytes(0xff, 0x0a, 1, 2), /a JPEG XL file: convert it/],
  ['JPEG 2000', bytes(0, 0, 0, 12, 'jP  \r\n', 0x87, '\n'), /a JPEG 2000 file/],
  ["Apple's PNG", bytes(0x89, 'PNG\r\n', 0x1a, '\n', 0, 0, 0, 4, 'CgBI'), /a CgBI PNG file, the form that Xcode/],
  ['base64', text('/9j/4AAQSkZJRgABAQAAAQABAAD'), /a base64 text file: decode it/],
  ['a pointer of Git LFS', text('version https://git-lfs.github.com/spec/v1'), /a Git LFS pointer/],
  ['other bytes', bytes(1, 2, 3), /unknown kind \(it begins with 01 02 03\)/],
];

for (const [what, file, message] of UNDECODED) {
  faults(what, async () => {
    const error = await errorOf(() => decodeImage(file));
    assert.instance(error, ImageError);
    assert.match(error.message, message);
  });
}

const changed = (name: string, at: number, values: number[]): Uint8Array => {
  const file = fileOf(name);
  file.set(values, at);
  return file;
};

const frameOf = (name: string, marker = 0xc0): number =>
  fileOf(name).findIndex((b, i, all) => b === 0xff && all[i + 1] === marker);

faults('pictures above the limits before it decodes them', async () => {
  const large = [
    changed('png rgb', 16, [0, 1, 0, 0, 0, 1, 0, 0]),
    changed('jpeg 4:2:0', frameOf('jpeg 4:2:0') + 5, [0xff, 0xff, 0xff, 0xff]),
    changed('bmp 24 bit', 18, [0, 0, 1, 0, 0, 0, 1, 0]),
    changed('webp', 26, [0xff, 0x3f, 0xff, 0x3f]),
  ];
  for (const file of large)
    assert.match(
      (await errorOf(() => decodeImage(file))).message,
      /at most 50 megapixels are read \(option maxPixels\)/,
    );
});

faults('pictures above maxPixels, and options that are not known', async () => {
  for (const [name, { size }] of Object.entries(encoded)) {
    const count = size[0] * size[1];
    const error = await errorOf(() => decodeImage(fileOf(name), { maxPixels: count - 1 }));
    assert.instance(error, ImageError, name);
    assert.match(error.message, /option maxPixels/, name);
    await decodeImage(fileOf(name), { maxPixels: count });
  }
  assert.match((await errorOf(() => decodeImage(fileOf('webp'), { maxPixels: 0 }))).message, /maxPixels/);
  const unknown = { maxPixel: 5 } as object;
  assert.match((await errorOf(() => decodeImage(fileOf('webp'), unknown))).message, /maxPixel/);
});

faults('JPEG frames that would give wrong colours', async () => {
  const frame = frameOf('jpeg 4:2:0');
  const cases: [Uint8Array, RegExp][] = [
    [changed('jpeg 4:2:0', frame + 4, [12]), /12 bits a sample/],
    [changed('jpeg 4:2:0', frame + 9, [2]), /2 components/],
    [changed('jpeg 4:2:0', frame + 1, [0xc3]), /lossless/],
  ];
  for (const [file, message] of cases) assert.match((await errorOf(() => decodeImage(file))).message, message);
});

faults('a progressive JPEG with very many scans', async () => {
  const file = Buffer.from(fileOf('jpeg progressive'));
  const last = file.subarray(file.lastIndexOf(Buffer.of(0xff, 0xda)), -2);
  const many = new Array<Uint8Array>(40).fill(last);
  const error = await errorOf(() => decodeImage(Buffer.concat([file.subarray(0, -2), ...many, file.subarray(-2)])));
  assert.match(error.message, /has 50 scans; at most 32 are decoded/);
});

faults('files that are cut off', async () => {
  for (const name of Object.keys(encoded)) {
    const file = fileOf(name);
    // PNG files that lack their last bytes may still have all pixels
    for (const share of name.startsWith('png') ? [0.05, 0.3, 0.5] : [0.05, 0.3, 0.6, 0.8]) {
      const error = await errorOf(async () => {
        await decodeImage(file.subarray(0, Math.floor(file.length * share)));
        throw new Error(`${name} ${share}`);
      });
      assert.instance(error, ImageError, `${name} ${share}`);
    }
  }
});

faults('damaged files, or decodes them, but never fails otherwise', async () => {
  let state = 12345;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (const name of Object.keys(encoded)) {
    for (let round = 0; round < 12; round++) {
      const file = fileOf(name);
      for (let i = 0; i <= round % 4; i++) file[random(file.length)] = random(256);
      await decodeImage(file).catch((error: unknown) => assert.instance(error, ImageError, String(error)));
    }
  }
});

faults.run();
