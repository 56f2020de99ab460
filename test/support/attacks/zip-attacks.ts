// Zip archives that lie, overlap, or unpack to far more than they have.

import { deflateRawSync } from 'node:zlib';
import { list, PNG, type ArchiveAttack } from './archive-attack.js';
import { directoryEntry, localHeader, quotedZip, zeros, zipFiles, zipOf, type ZipFile } from './zip-parts.js';

const MANY = 100_000;
const good: ZipFile = { name: 'ant/good.png', data: PNG };
const lying = deflateRawSync(new Uint8Array(2 ** 26));

const zipExtra = (id: number, ...numbers: bigint[]): Uint8Array => {
  const bytes = Buffer.alloc(4 + 8 * numbers.length);
  bytes.writeUInt16LE(id, 0);
  bytes.writeUInt16LE(8 * numbers.length, 2);
  numbers.forEach((number, i) => bytes.writeBigUInt64LE(number, 4 + 8 * i));
  return bytes;
};

/** Zip archives by what is wrong with them. */
export const zipAttacks: readonly ArchiveAttack[] = [
  { name: 'files quoted in each other', make: () => quotedZip(1700), said: /unpacks to more than|in the same bytes/ },
  {
    name: 'a thousand entries for the same bytes, small enough',
    make: () => {
      const file = { name: '', data: new Uint8Array(2 ** 14), size: 2 ** 14 };
      return zipOf(
        Buffer.concat([localHeader(file), file.data]),
        list(1000, (i) => directoryEntry({ ...file, name: `ant/${i}.png` })),
      );
    },
    said: /stores 'ant\/0\.png' and 'ant\/1\.png' in the same bytes/,
  },
  {
    name: '2,000 entries for 63 MiB of zeros',
    make: () => {
      const { data, ...file } = zeros('');
      const all = list(2000, (i) => directoryEntry({ ...file, data, name: `ant/${i}.png` }));
      return zipOf(Buffer.concat([localHeader({ ...file, data }), data!]), all);
    },
    said: /unpacks to more than \d+ bytes, the limit for its \d+ bytes, with entry \d+, 'ant\/\d+\.png'/,
  },
  {
    name: '100 files of 63 MiB of zeros',
    make: () => zipFiles([good, ...list(100, (i) => ({ ...zeros('x'), name: `ant/${i}.png` }))]),
    said: /unpacks to more than/,
  },
  {
    name: 'a file that states 100 bytes and has 64 MiB',
    make: () => zipFiles([good, { name: 'ant/1.png', data: lying, method: 8, size: 100 }]),
    said: /it has more than the 100 bytes that it states/,
  },
  {
    name: '100 files that state 100 bytes and have 64 MiB',
    make: () => zipFiles([good, ...list(100, (i) => ({ name: `ant/${i}.png`, data: lying, method: 8, size: 100 }))]),
    said: /it has more than the 100 bytes that it states/,
  },
  {
    name: 'a file that states 4 GB',
    make: () => zipFiles([good, { name: 'ant/1.png', data: lying, method: 8, size: 2 ** 32 - 2 }]),
    said: /the file has 4294967294 bytes; the limit is/,
  },
  {
    name: 'a file of 2^60 bytes in Zip64',
    make: () =>
      zipFiles([good, { name: 'ant/1.png', data: lying, method: 8, size: 2 ** 32 - 1, extra: zipExtra(1, 2n ** 60n) }]),
    said: /the limit is 67108864/,
  },
  {
    name: 'Zip64 sizes that are cut off',
    make: () => zipFiles([good, { name: 'ant/1.png', data: lying, size: 2 ** 32 - 1, extra: zipExtra(1) }]),
    said: /the Zip64 sizes of 'ant\/1\.png' are cut off/,
  },
  {
    name: 'other bytes after the contents of a file',
    make: () => {
      const data = Buffer.concat([deflateRawSync(PNG), Buffer.alloc(2 ** 20)]);
      return zipFiles([good, { name: 'ant/1.png', data, method: 8, size: PNG.length }]);
    },
    said: /other bytes follow its contents/,
  },
  { name: `${MANY} empty files`, make: () => zipFiles([good, ...list(MANY, (i) => ({ name: `ant/${i}.txt` }))]) },
  {
    name: `${MANY} folders`,
    make: () => zipFiles([good, ...list(MANY, (i) => ({ name: `ant/${i}/` }))]),
  },
  {
    name: 'a directory that states 2^40 entries',
    make: () => zipFiles([good], { count: 2 ** 40 }),
    said: /the set has more than 4194304 files/,
  },
  {
    name: 'a directory that states 60,000 entries and has one',
    make: () => zipFiles([good], { count: 60_000 }),
    said: /entry 2 of its directory is missing/,
  },
  {
    name: 'a directory that states 4 GB',
    make: () => zipFiles([good], { size: 2 ** 32 - 2 }),
    said: /the directory of the zip archive has 4294967294 bytes; the limit is/,
  },
  {
    name: 'a directory after the end',
    make: () => zipFiles([good], { offset: 2 ** 31 }),
    said: /its directory reaches over its end/,
  },
  {
    name: 'a directory in itself: a file that reaches into it',
    make: () => zipFiles([good, { name: 'ant/1.png', data: PNG, packed: PNG.length + 50 }]),
    said: /'ant\/1\.png' reaches into its directory/,
  },
  {
    name: 'a local header that is missing',
    make: () =>
      zipFiles([
        { name: 'ant/1.png', data: new Uint8Array(200) },
        { ...good, offset: 100 },
      ]),
    said: /in the same bytes/,
  },
  {
    name: '300 names of 65,535 bytes',
    make: () => zipFiles(list(300, (i) => ({ name: `ant/${i}/`.padEnd(65535, 'x') }))),
    said: /entry 1 of the archive has a path of 65535 bytes; the limit is 4096/,
  },
  {
    name: '5,000 files in 2,000 folders, one in another',
    make: () => zipFiles(list(5000, (i) => ({ ...good, name: `${'a/'.repeat(2000)}${i}.png` }))),
  },
  {
    name: '1,000 files of the same name',
    make: () => zipFiles(list(1000, () => good)),
    said: /the archive contains 'ant\/good\.png' twice/,
  },
  {
    name: 'a comment of 65,535 bytes that looks like the end of an archive',
    make: () => zipFiles([good], { comment: Buffer.alloc(65535, 'PK\x05\x06', 'latin1') }),
  },
  {
    name: 'a path that leads outside',
    make: () => zipFiles([{ ...good, name: '../../ant/0.png' }]),
    said: /leads outside it/,
  },
  { name: 'an encrypted file', make: () => zipFiles([{ ...good, flags: 0x801 }]), said: /is encrypted/ },
  {
    name: 'a file compressed by another method',
    make: () => zipFiles([{ ...good, method: 93 }]),
    said: /compressed by method 93; stored and deflated entries are read/,
  },
  { name: 'an archive in an archive', make: () => zipFiles([good, { name: 'ant/1.zip', data: quotedZip(100) }]) },
];
