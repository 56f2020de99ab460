// Tar archives that lie, or unpack to far more than they have.

import { gzipSync } from 'node:zlib';
import { list, PNG, type ArchiveAttack } from './archive-attack.js';
import { paxRecord, tarEntry, tarHeader, tarOf } from './tar-parts.js';

const MANY = 100_000;
const EMPTY_GZIP = gzipSync('');
/** 64 MiB of zeros as a gzip stream. */
const gzippedZeros = gzipSync(new Uint8Array(2 ** 26));

const picture = tarEntry('ant/good.png', PNG);
const wide = (...bytes: number[]): Uint8Array => Uint8Array.from({ length: 12 }, (_, i) => bytes[i] ?? 0);

/** Tar archives by what is wrong with them. */
export const tarAttacks: readonly ArchiveAttack[] = [
  {
    name: '1 GiB of zeros in a gzip stream',
    make: () =>
      Buffer.concat([
        gzipSync(Buffer.concat([picture, tarHeader({ name: 'ant/1.png', size: 2 ** 30 })])),
        ...list(16, () => gzippedZeros),
        gzipSync(Buffer.alloc(1024)),
      ]),
    said: /unpacks to more than \d+ bytes, the limit for its \d+ bytes, in its gzip stream/,
  },
  {
    name: '1 GiB of zeros after the end of an archive',
    make: () => Buffer.concat([gzipSync(tarOf([picture])), ...list(16, () => gzippedZeros)]),
  },
  {
    name: `${MANY} empty files in a gzip stream`,
    make: () => gzipSync(tarOf([...list(MANY, (i) => tarHeader({ name: `ant/${i}.txt` }))])),
    said: /unpacks to more than/,
  },
  {
    name: '20,000 empty files',
    make: () => tarOf([picture, ...list(20_000, (i) => tarHeader({ name: `ant/${i}.txt` }))]),
  },
  {
    name: '20,000 headers of metadata before a file',
    make: () => tarOf([...list(20_000, () => tarEntry('', paxRecord('comment', 'x'), 'x')), picture]),
  },
  {
    name: 'metadata of 16 MiB',
    make: () => tarOf([tarEntry('', paxRecord('comment', 'x'.repeat(2 ** 24)), 'x'), picture]),
    said: /the metadata of entry 1 of the archive has \d+ bytes; the limit is 1048576/,
  },
  {
    name: 'metadata that state 8 GiB',
    make: () => tarOf([tarHeader({ name: '', size: 2 ** 33 - 1, type: 'x' }), picture]),
    said: /the metadata of entry 1 of the archive has 8589934591 bytes/,
  },
  {
    name: 'metadata of a million records',
    make: () => tarOf([tarEntry('', '7 a=bc\n'.repeat(149_000), 'x'), picture]),
  },
  {
    name: 'metadata whose records have no length',
    make: () => tarOf([tarEntry('', '0 a=b\n', 'x'), picture]),
    said: /the metadata of entry 1 are wrong/,
  },
  {
    name: 'metadata that give a size of 2^63',
    make: () => tarOf([tarEntry('', paxRecord('size', '9223372036854775808'), 'x'), picture]),
    said: /the metadata of entry 1 are wrong/,
  },
  {
    name: '100 names of 64 kB of GNU tar',
    make: () =>
      tarOf([
        ...list(100, (i) => Buffer.concat([tarEntry('', `ant/${i}`.padEnd(65000, 'x'), 'L'), tarEntry('x.png', PNG)])),
      ]),
    said: /entry 2 of the archive has a path of 65000 bytes; the limit is 4096/,
  },
  {
    name: 'a long name without a file',
    make: () => tarOf([picture, tarEntry('', 'ant/1.png', 'L')]),
  },
  {
    name: 'a size of 2^88 in binary',
    make: () => tarOf([picture, tarHeader({ name: 'ant/1.png', size: wide(0x80, 1) })]),
    said: /the header of entry 2 is wrong/,
  },
  {
    name: 'a negative size in binary',
    make: () => tarOf([picture, tarHeader({ name: 'ant/1.png', size: wide(0xff, 255, 255) })]),
    said: /the header of entry 2 is wrong/,
  },
  {
    name: 'a size of 8 GiB that the archive does not have',
    make: () => tarOf([picture, tarHeader({ name: 'ant/1.png', size: 2 ** 33 - 1 })]),
    said: /it ends within 'ant\/1\.png'/,
  },
  {
    name: 'links, devices and pipes',
    make: () =>
      tarOf([
        picture,
        ...['1', '2', '3', '4', '6', 'S', '9'].map((type) =>
          tarHeader({ name: `ant/${type}.png`, type, link: '/dev/zero' }),
        ),
      ]),
    said: /it is a hard link, not a file[^]*a symbolic link[^]*device[^]*a named pipe[^]*a sparse file[^]*unknown type '9'/,
  },
  {
    name: 'a sparse file of 8 EiB',
    make: () =>
      tarOf([
        picture,
        tarEntry('', paxRecord('GNU.sparse.major', '1') + paxRecord('GNU.sparse.realsize', '9223372036854775807'), 'x'),
        tarEntry('ant/1.png', '1\n0\n512\n'),
      ]),
    said: /it is a sparse file, not a file/,
  },
  {
    name: 'a gzip stream in a gzip stream',
    make: () => gzipSync(gzipSync(tarOf([picture]))),
    said: /the tar archive is truncated or damaged/,
  },
  {
    name: '50,000 empty gzip streams after each other',
    make: () => Buffer.concat([...list(50_000, () => EMPTY_GZIP), gzipSync(tarOf([picture]))]),
  },
  {
    name: 'a path that leads outside',
    make: () => tarOf([tarEntry('ant/../../0.png', PNG)]),
    said: /leads outside it/,
  },
];
