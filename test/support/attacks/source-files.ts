// The beginnings of files that promise much.

import { readFileSync } from 'node:fs';
import { crc32 } from '../../../src/node/crc32.js';

const chunk = (type: string, body: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(type), body]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
};

/** A PNG of 8 x 8 pixels up to its data. */
export const pngHead = (): Buffer => {
  const sizes = Buffer.from([0, 0, 0, 8, 0, 0, 0, 8, 8, 2, 0, 0, 0]);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', sizes), Buffer.alloc(40)]);
};

/** The header of a model file that states a length. */
export const modelHead = (length: number): Buffer => {
  const head = Buffer.alloc(64);
  head.set([0xc7, 0x47, 0x57, 0x0d, 0x0a, 0x1a, 0x0a, 0x00]);
  head.writeUInt32LE(1, 8);
  head.writeUInt32LE(length, 16);
  return head;
};

/** A classifier that comes with the project. */
export const classifierFile = (): Uint8Array => new Uint8Array(readFileSync('models/cifar10-fast-flgc4/model.gw'));
