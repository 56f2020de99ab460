// The choice of photos, and photos as inputs.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readInputs } from '../../src/calibration/inputs.js';
import { choosePhotos } from '../../src/calibration/photos.js';

const paths = ['a', 'b', 'c'].flatMap((folder) =>
  Array.from({ length: folder === 'c' ? 4 : 30 }, (_, i) => `${folder}/${i}.jpg`),
);

test('photos come from all folders alike, those held out are others, and the choice is always the same', () => {
  const { calibration, heldOut } = choosePhotos([...paths, 'a/notes.txt'], { calibration: 12, heldOut: 20 }, 1);
  const from = (folder: string) => calibration.filter((path) => path.startsWith(folder)).length;
  assert.equal([from('a/'), from('b/'), from('c/')], [4, 4, 4]);
  assert.is(heldOut.length, 20);
  assert.is(new Set([...calibration, ...heldOut]).size, 32);
  assert.equal(choosePhotos([...paths].reverse(), { calibration: 12, heldOut: 20 }, 1).calibration, calibration);
  assert.not.equal(choosePhotos(paths, { calibration: 12, heldOut: 20 }, 2).calibration, calibration);
});

test('of few photos a fifth is held out', () => {
  const { calibration, heldOut } = choosePhotos(paths.slice(0, 25), { calibration: 100, heldOut: 100 }, 1);
  assert.equal([calibration.length, heldOut.length], [20, 5]);
});

test('photos that choose are others than those that calibrate and judge', () => {
  const choice = choosePhotos(paths, { calibration: 20, choosing: 10, heldOut: 100 }, 1);
  const { calibration, choosing, heldOut } = choice;
  assert.equal([calibration.length, choosing.length, heldOut.length], [20, 10, 34]);
  assert.is(new Set(Object.values(choice).flat()).size, 64);
  const few = choosePhotos(paths.slice(0, 25), { calibration: 100, choosing: 100, heldOut: 100 }, 1);
  assert.equal([few.calibration.length, few.choosing.length, few.heldOut.length], [15, 5, 5]);
});

test('fewer than 20 photos are too few', () => {
  assert.throws(
    () => choosePhotos([...paths.slice(0, 19), 'a/notes.txt'], { calibration: 9, heldOut: 9 }, 1),
    /^19 photos among 20 files; at least 20 are needed: give a folder/,
  );
});

/** A set whose files are one byte; `x` cannot be read. */
const files = {
  paths,
  async *read(wanted: ReadonlySet<string>) {
    for (const path of [...wanted].reverse()) {
      await Promise.resolve();
      yield path === 'x' ? { path, reason: 'it is gone' } : { path, bytes: Uint8Array.of(path.length) };
    }
  },
};

const prepare = ([first]: Uint8Array) =>
  first === 3 ? Promise.reject(new Error('no photo')) : Promise.resolve([first!]);

test('photos are in the order asked for, and those that cannot be read are listed with the reason', async () => {
  const { photos, unreadable } = await readInputs(files, ['b', 'x', 'no!', 'aa'], prepare);
  assert.equal(
    photos.map(({ path, data }) => [path, ...data]),
    [
      ['b', 1],
      ['aa', 2],
    ],
  );
  assert.equal(unreadable, [
    { path: 'no!', reason: 'no photo' },
    { path: 'x', reason: 'it is gone' },
  ]);
});

test('it is an error if no photo can be read', async () => {
  const error = await readInputs(files, ['x'], prepare).catch((reason: Error) => reason);
  assert.match((error as Error).message, /^no photo of 1 could be read; x: it is gone$/);
});

test.run();
