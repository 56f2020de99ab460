// From pixels to a network's input: geometry, normalisation, and specifications that are refused.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../src/errors.js';
import { placeImage } from '../../src/image/geometry.js';
import { checkPreprocess } from '../../src/image/preprocess-check.js';
import { preprocess } from '../../src/image/preprocess.js';
import { presets } from '../../src/image/presets.js';
import type { Preprocess } from '../../src/image/preprocess-spec.js';
import { resizePixels } from '../../src/image/resample.js';
import { kernels } from '../support/picture-kernels.js';
import { errorOf, hashOf, noisePixels, recorded, withChannels } from '../support/pictures.js';

const plain: Preprocess = {
  ...presets.inception(4),
  resize: 'none',
  shortSide: 0,
  divisor: 1,
  mean: [0],
  std: [1],
};

const geometry = suite('placeImage');

const sized = (resize: Preprocess['resize'], shortSide = 0): Preprocess => ({
  ...plain,
  width: 224,
  height: 224,
  resize,
  shortSide,
});

geometry('short-side rounds half to even and crops at the centre', () => {
  const place = placeImage(500, 375, sized('short-side', 256));
  assert.equal([place.width, place.height], [341, 256]);
  assert.equal(place.window, { left: 58, top: 16, width: 224, height: 224 });
  assert.equal(
    [placeImage(2, 5, sized('short-side', 225)).height, placeImage(2, 5, sized('short-side', 227)).height],
    [562, 568],
  );
});

geometry('short-side-truncated is torchvision: int(size * long / short), offsets rounded half to even', () => {
  const place = placeImage(375, 500, sized('short-side-truncated', 256));
  assert.equal([place.width, place.height], [256, 341]);
  assert.is(place.window.top, 58);
  const odd = placeImage(227, 400, { ...sized('short-side-truncated', 227) });
  assert.is(odd.window.left, 2);
  assert.is(placeImage(227, 400, sized('short-side', 227)).window.left, 1);
  assert.is(placeImage(100, 157, sized('short-side-truncated', 256)).height, 401);
});

geometry('squash fills the input, none crops or borders', () => {
  assert.equal(placeImage(500, 30, sized('squash')).window, { left: 0, top: 0, width: 224, height: 224 });
  const place = placeImage(300, 101, sized('none'));
  assert.equal(place, {
    width: 300,
    height: 101,
    window: { left: 38, top: 0, width: 224, height: 101 },
    left: 0,
    top: 61,
  });
});

geometry('letterbox fits both sides, never below one pixel', () => {
  assert.equal(placeImage(640, 480, sized('letterbox')), {
    width: 224,
    height: 168,
    window: { left: 0, top: 0, width: 224, height: 168 },
    left: 0,
    top: 28,
  });
  assert.equal(placeImage(480, 640, sized('letterbox')).left, 28);
  assert.is(placeImage(20000, 1, sized('letterbox')).height, 1);
  assert.is(placeImage(1, 20000, sized('letterbox')).width, 1);
});

geometry('every photo covers the input or is inside it', () => {
  for (let i = 1; i < 400; i += 7) {
    for (const p of [sized('short-side', 256), sized('short-side-truncated', 224), sized('letterbox'), sized('none')]) {
      const place = placeImage(i, 1 + ((i * 37) % 500), p);
      assert.ok(place.left >= 0 && place.left + place.window.width <= p.width);
      assert.ok(place.window.left >= 0 && place.window.left + place.window.width <= place.width);
      assert.ok(place.top >= 0 && place.top + place.window.height <= p.height);
      assert.ok(place.window.top >= 0 && place.window.top + place.window.height <= place.height);
    }
  }
});

geometry.run();

const tensors = suite('preprocess');

tensors('gives planes in the order of the network, each step in float32', () => {
  const pixels = { data: new Uint8Array([10, 20, 30, 40, 50, 60]), width: 2, height: 1, channels: 3 as const };
  const p = { ...plain, width: 2, height: 1, divisor: 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
  const { fround } = Math;
  const value = (x: number, c: number): number =>
    fround(fround(fround(x / 255) - fround(p.mean[c]!)) / fround(p.std[c]!));
  assert.equal(
    [...preprocess(kernels, pixels, p)],
    [value(10, 0), value(40, 0), value(20, 1), value(50, 1), value(30, 2), value(60, 2)],
  );
  const bgr = preprocess(kernels, pixels, { ...p, order: 'BGR' });
  assert.equal([...bgr], [value(30, 0), value(60, 0), value(20, 1), value(50, 1), value(10, 2), value(40, 2)]);
});

tensors('grey is Pillow\'s convert("L"), before the resize', () => {
  const pixels = noisePixels(61, 47);
  const grey = (p: Partial<Preprocess>): Uint8Array =>
    Uint8Array.from(preprocess(kernels, pixels, { ...plain, order: 'grey', ...p }));
  const hash = (data: Uint8Array, width: number, height: number): string => {
    const rgb = { data: new Uint8Array(data.length * 3), width, height, channels: 3 as const };
    return hashOf({ ...rgb, data: rgb.data.map((_, i) => data[Math.floor(i / 3)]!) });
  };
  assert.is(hash(grey({ width: 61, height: 47 }), 61, 47), recorded.grey.plain);
  assert.is(hash(grey({ width: 28, height: 28, resize: 'squash' }), 28, 28), recorded.grey['bilinear 28x28']);
});

tensors('the border has the value of fill, also in a used target', () => {
  const target = new Float32Array(3 * 16).fill(99);
  const pixels = { data: new Uint8Array(4 * 2 * 3).fill(200), width: 4, height: 2, channels: 3 as const };
  const output = preprocess(kernels, pixels, { ...plain, resize: 'letterbox', fill: 114 }, target);
  assert.is(output, target);
  const row = (value: number): number[] => [value, value, value, value];
  const plane = [...row(114), ...row(200), ...row(200), ...row(114)];
  assert.equal([...output], [...plane, ...plane, ...plane]);
});

tensors('short-side is a resize, then a crop', () => {
  const pixels = withChannels(noisePixels(90, 60), 4);
  const p = { ...plain, width: 20, height: 20, resize: 'short-side' as const, shortSide: 30 };
  const window = { left: 12, top: 5, width: 20, height: 20 };
  const crop = withChannels(resizePixels(kernels, pixels, { width: 45, height: 30, filter: 'bilinear', window }), 3);
  const output = preprocess(kernels, pixels, p);
  crop.data.forEach((value, i) => assert.is(output[(i % 3) * 400 + Math.floor(i / 3)], value));
});

tensors('takes the smallest and the longest pictures', () => {
  for (const [width, height] of [
    [1, 1],
    [20000, 1],
    [1, 20000],
  ] as const) {
    for (const p of [presets.imagenet(32), { ...presets.inception(32), resize: 'letterbox' as const }]) {
      assert.ok(preprocess(kernels, noisePixels(width, height), p).every(Number.isFinite));
    }
  }
});

tensors.run();

const checks = suite('checkPreprocess');

checks('accepts the presets, through JSON, and fills what may be left out', () => {
  for (const p of [presets.imagenet(224), presets.inception(128), { ...plain, order: 'grey' }]) {
    assert.equal(checkPreprocess(JSON.parse(JSON.stringify(p))), p);
  }
  const { shortSide: _, fill: __, ...rest } = plain;
  assert.equal(checkPreprocess(rest), plain);
});

const WRONG: [change: Record<string, unknown>, message: RegExp][] = [
  [{ width: '224' }, /preprocess\.width is "224"; expected an integer from 1 to 16384/],
  [{ width: undefined }, /preprocess\.width is missing/],
  [{ height: 0 }, /preprocess\.height is 0/],
  [{ height: 16385 }, /16385/],
  [{ height: 1.5 }, /1\.5/],
  [{ resize: 'crop' }, /preprocess\.resize is "crop"; expected "short-side" or "short-side-truncated"/],
  [{ resize: 7 }, /preprocess\.resize is 7/],
  [{ resize: 'short-side' }, /preprocess\.shortSide is 0/],
  [{ shortSide: 256 }, /preprocess\.shortSide is 256; expected 0, because resize/],
  [{ filter: 'lanczos' }, /preprocess\.filter is "lanczos"/],
  [{ order: 'rgb' }, /preprocess\.order is "rgb"/],
  [{ divisor: 0 }, /preprocess\.divisor is 0; expected a finite number above 0/],
  [{ divisor: Number.NaN }, /NaN/],
  [{ mean: 0.5 }, /preprocess\.mean is 0\.5; expected a list of 1 or 3 finite numbers/],
  [{ mean: [1, 2] }, /preprocess\.mean is \[1, 2\]/],
  [{ mean: [1, null, 2] }, /preprocess\.mean is \[1, null, 2\]/],
  [{ std: [1, 1, 0] }, /preprocess\.std is \[1, 1, 0\]; expected a list of 1 or 3 finite numbers, none of them 0/],
  [{ std: [Infinity] }, /preprocess\.std is \[Infinity\]/],
  [{ order: 'grey', mean: [1, 2, 3] }, /expected a list of 1 finite number/],
  [{ fill: 256 }, /preprocess\.fill is 256/],
  [{ shortside: 256 }, /preprocess has no option "shortside"; did you mean "shortSide"\?/],
];

for (const [change, message] of WRONG) {
  checks(`rejects ${JSON.stringify(change)}`, async () => {
    const error = await errorOf(() => checkPreprocess({ ...plain, ...change }));
    assert.instance(error, ArgumentError);
    assert.match(error.message, message);
  });
}

checks('rejects anything but an object', async () => {
  for (const value of [null, undefined, 3, 'inception', []])
    assert.instance(await errorOf(() => checkPreprocess(value)), ArgumentError);
});

checks.run();
