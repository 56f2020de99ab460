// Compares the decoders with what Pillow makes of the files in a folder: node build/test/support/compare-pictures.js FOLDER

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImage } from '../../src/node/decode.js';
import { differenceFrom, type PictureRecord } from './pictures.js';

const [, , folder = ''] = process.argv;
const records = JSON.parse(readFileSync(join(folder, 'records.json'), 'utf8')) as PictureRecord[];

const counts = { same: 0, refused: 0, other: 0 };
for (const [number, record] of records.entries()) {
  const bytes = new Uint8Array(readFileSync(join(folder, String(number).padStart(4, '0'))));
  const difference = await differenceFrom(record, () => decodeImage(bytes));
  if (difference) {
    counts.other++;
    console.log(`${number} ${record.kind}: ${difference}`);
  } else counts[record.refused === undefined ? 'same' : 'refused']++;
}
console.log(
  `${records.length} files: ${counts.same} with the bytes of Pillow, ${counts.refused} refused as Pillow does, ${counts.other} other`,
);
process.exitCode = counts.other > 0 ? 1 : 0;
