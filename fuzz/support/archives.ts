// Seeds and checks of the targets that read archives.

import type { StoredFile } from '../../src/eval/stored-file.js';
import type { Packed } from '../../test/support/archives.js';
import { expect } from '../engine/target.js';

/** A few files for an archive. */
export const FILES: readonly Packed[] = [
  { name: 'ant/0.png', bytes: Uint8Array.from({ length: 40 }, (_, i) => i * 7) },
  { name: 'ant/1.png', bytes: new Uint8Array(600) },
  { name: 'bee/läuft.jpg', bytes: Uint8Array.of(1, 2, 3) },
];

/** Reads the files of an archive. @throws an error that is a finding if one is missing or read twice */
export const checkFiles = async (
  paths: readonly string[],
  read: (wanted: ReadonlySet<string>) => AsyncIterable<StoredFile>,
): Promise<void> => {
  const left = new Set(paths);
  expect(left.size === paths.length, 'a path twice');
  for await (const { path } of read(new Set(paths))) expect(left.delete(path), `'${path}' was not asked for`);
  expect(left.size === 0, `${left.size} files are missing`);
};
