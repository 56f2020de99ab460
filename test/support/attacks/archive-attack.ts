// What an attack by an archive is, and what such archives have in common.

import { encodePng } from '../../../src/node/encode-png.js';

/** An archive, and what is said about it: an error, or why a file in it is not read; undefined if all of it is read. */
export type ArchiveAttack = { name: string; make: () => Uint8Array; said?: RegExp };

/** A small picture. */
export const PNG = encodePng({ data: new Uint8Array(16 * 16 * 3), width: 16, height: 16, channels: 3 });

/** `count` things. */
export const list = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
