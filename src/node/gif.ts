// Decodes the first frame of GIF files.

import { ImageError } from '../errors.js';
import { checkSize, type Pixels } from '../image/pixels.js';

// Graphics Interchange Format, version 89a (CompuServe, 1990).

/** Reads bytes one after the other. */
class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
  ) {}

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw cutOff();
    return byte;
  }

  short(): number {
    return this.byte() | (this.byte() << 8);
  }

  take(length: number): Uint8Array {
    this.at += length;
    if (this.at > this.bytes.length) throw cutOff();
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** The length of a data block whose bytes are all there. */
  whole(): number {
    const length = this.byte();
    if (this.at + length > this.bytes.length) throw cutOff();
    return length;
  }

  /** A data block: its length, then its bytes. */
  block(): Uint8Array {
    return this.take(this.byte());
  }
}

const cutOff = (): ImageError => new ImageError('the GIF file is cut off');

const damaged = (what: string): ImageError => new ImageError(`the GIF file is damaged: ${what}`);

const HAS_TABLE = 128;
const INTERLACED = 64;

/** A colour table, if there is one: red, green and blue of 2 to 256 colours. */
const readTable = (reader: Reader, flags: number): Uint8Array | undefined =>
  flags & HAS_TABLE ? reader.take(3 << ((flags & 7) + 1)) : undefined;

// An extension (sections 23 to 26): the index of the transparent colour, if it is a graphic control that states one.
const readExtension = (reader: Reader): number | undefined => {
  const label = reader.byte();
  const first = reader.block();
  while (reader.block().length > 0);
  return label === 0xf9 && first.length >= 4 && first[0]! & 1 ? first[3]! : undefined;
};

const MAX_CODE_BITS = 12;

/**
 * Decodes a code stream (appendix F) into `indices`.
 *
 * @throws {ImageError} if it ends before `indices` is full, or has a code that is not defined
 */
const decodeCodes = (reader: Reader, indices: Uint8Array): void => {
  const minBits = reader.byte();
  if (minBits > MAX_CODE_BITS) throw damaged(`its codes start with ${minBits} bits`);
  const clear = 1 << minBits;
  // A code stands for the string of another code and one index more; the string is written from its end.
  const prefix = new Uint16Array(1 << MAX_CODE_BITS);
  const suffix = new Uint8Array(1 << MAX_CODE_BITS);
  const lengths = new Uint16Array(1 << MAX_CODE_BITS).fill(1);
  for (let code = 0; code < clear; code++) suffix[code] = code;
  let [bits, next, last] = [minBits + 1, clear + 2, -1];
  let [buffer, count, left, filled] = [0, 0, 0, 0];
  while (filled < indices.length) {
    for (; count < bits; count += 8) {
      while (left === 0) left = reader.whole();
      left--;
      buffer |= reader.byte() << count;
    }
    const code = buffer & ((1 << bits) - 1);
    buffer >>>= bits;
    count -= bits;
    if (code === clear) {
      [bits, next, last] = [minBits + 1, clear + 2, -1];
      continue;
    }
    if (code === clear + 1) throw cutOff();
    if (last < 0 ? code > clear : code > next) throw damaged('it has a code that is not defined');
    // the code that is defined now, by the string before it
    if (last >= 0 && next < 1 << MAX_CODE_BITS) {
      prefix[next] = last;
      lengths[next] = lengths[last]! + 1;
      suffix[next] = firstOf(code === next ? last : code, prefix, lengths, suffix);
      if (next++ === (1 << bits) - 1 && bits < MAX_CODE_BITS) bits++;
    } else if (code === next) throw damaged('it has a code that is not defined');
    const end = filled + lengths[code]!;
    for (let part = code, i = end - 1; i >= filled; i--) {
      if (i < indices.length) indices[i] = suffix[part]!;
      part = prefix[part]!;
    }
    filled = end;
    last = code;
  }
};

const firstOf = (code: number, prefix: Uint16Array, lengths: Uint16Array, suffix: Uint8Array): number => {
  while (lengths[code]! > 1) code = prefix[code]!;
  return suffix[code]!;
};

// First row and step of the passes of an interlaced frame (appendix E).
const PASSES = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;

const rowOrder = (height: number, interlaced: boolean): number[] => {
  const rows: number[] = [];
  for (const [first, step] of interlaced ? PASSES : ([[0, 1]] as const)) {
    for (let y = first; y < height; y += step) rows.push(y);
  }
  return rows;
};

/** Whether each colour of a table is the grey of its index: Pillow drops such a table, so that greys after it stay. */
const isRamp = (table: Uint8Array): boolean => table.every((value, i) => value === Math.floor(i / 3));

/** Red, green and blue of all 256 indices: of the table of the frame, else greys; black after the end of a table. */
const coloursOf = (local: Uint8Array | undefined, shared: Uint8Array | undefined): Uint8Array => {
  const table = [local, shared].find((other) => other && !isRamp(other));
  return Uint8Array.from({ length: 256 * 3 }, (_, i) => (table ? (table[i] ?? 0) : Math.floor(i / 3)));
};

/** Fills a picture with one colour. */
const fill = (data: Uint8Array, colour: Uint8Array): void => {
  data.set(colour);
  for (let filled = 3; filled < data.length; filled *= 2) data.copyWithin(filled, 0, filled);
};

/** The longest string of a code, and so what a byte of codes, of three bits at least, can become. */
const MAX_STRING = 1 << MAX_CODE_BITS;
const MAX_RATIO = (MAX_STRING * 8) / 3;

/**
 * Decodes the first frame of a GIF file on the whole picture; RGB. As in Pillow, the rest of the picture has the
 * transparent colour, else the first one, and a frame that reaches beyond the picture enlarges it.
 *
 * @throws {ImageError} if it is cut off or damaged, larger than `maxPixels`, or has no frame
 */
export const decodeGif = (bytes: Uint8Array, maxPixels: number): Pixels => {
  const reader = new Reader(bytes, 6);
  const [screenWidth, screenHeight, flags] = [reader.short(), reader.short(), reader.byte()];
  reader.take(2);
  const globalTable = readTable(reader, flags);
  let transparent: number | undefined;
  for (let kind = reader.byte(); kind !== 0x2c; kind = reader.byte()) {
    if (kind === 0x21) transparent = readExtension(reader) ?? transparent;
    if (kind === 0x3b) throw damaged('it has no picture');
  }
  const [left, top, width, height, frameFlags] = [
    reader.short(),
    reader.short(),
    reader.short(),
    reader.short(),
    reader.byte(),
  ];
  checkSize(width, height, 'the frame of the GIF file', maxPixels);
  const size = { width: Math.max(screenWidth, left + width), height: Math.max(screenHeight, top + height) };
  checkSize(size.width, size.height, 'the GIF file', maxPixels);
  const colours = coloursOf(readTable(reader, frameFlags), globalTable);
  if (width * height > bytes.length * MAX_RATIO) throw cutOff();
  const indices = new Uint8Array(width * height);
  decodeCodes(reader, indices);

  const data = new Uint8Array(size.width * size.height * 3);
  const around = (transparent ?? 0) * 3;
  if (width < size.width || height < size.height) fill(data, colours.subarray(around, around + 3));
  rowOrder(height, (frameFlags & INTERLACED) !== 0).forEach((y, row) => {
    let t = ((top + y) * size.width + left) * 3;
    for (let i = row * width; i < (row + 1) * width; i++, t += 3) {
      const colour = indices[i]! * 3;
      data[t] = colours[colour]!;
      data[t + 1] = colours[colour + 1]!;
      data[t + 2] = colours[colour + 2]!;
    }
  });
  return { data, ...size, channels: 3 };
};
