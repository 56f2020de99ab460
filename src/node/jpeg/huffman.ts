// Huffman codes of JPEG: tables, and reading codes and bits.

import { ImageError } from '../../errors.js';
import type { Segment } from './segment.js';

/** Codes of at most this many bits are looked up at once. */
const LOOKUP = 9;

/** A Huffman table, prepared for decoding. */
export type HuffmanTable = {
  /** By the next 9 bits: length of the code times 256, plus its value; 0 for longer codes. */
  lookup: Uint16Array;
  /** The largest code of each length, and what to add to a code to get its place in `values`. */
  largest: Int32Array;
  offset: Int32Array;
  values: Uint8Array;
};

/** A Huffman table as files define it: how many codes have 1 to 16 bits, and the values of the codes. */
export type HuffmanDefinition = { counts: Uint8Array; values: Uint8Array; table?: HuffmanTable };

/**
 * Prepares a table (ITU T.81, annex C).
 *
 * @throws {ImageError} if there are more codes than bits allow
 */
export const huffmanTable = ({ counts, values }: HuffmanDefinition): HuffmanTable => {
  const lookup = new Uint16Array(1 << LOOKUP);
  const [largest, offset] = [new Int32Array(17).fill(-1), new Int32Array(17)];
  let code = 0;
  let place = 0;
  for (let length = 1; length <= 16; length++, code <<= 1) {
    const count = counts[length - 1]!;
    if (code + count > 1 << length) throw new ImageError('the JPEG file is damaged: a Huffman table is inconsistent');
    offset[length] = place - code;
    for (let i = 0; i < count; i++, code++, place++) {
      if (length > LOOKUP) continue;
      const first = code << (LOOKUP - length);
      lookup.fill((length << 8) | values[place]!, first, first + (1 << (LOOKUP - length)));
    }
    if (count) largest[length] = code - 1;
  }
  return { lookup, largest, offset, values };
};

/** Reads Huffman codes and bits from a scan. After its end it reads zeros, as libjpeg does. */
export class BitReader {
  private bits = 0;
  private count = 0;
  private padded = 0;

  constructor(readonly segment: Segment) {}

  /** Whether more bits were read than there are. */
  get starved(): boolean {
    return this.padded > this.count;
  }

  /** Drops what is left before a restart marker, and passes it. */
  restart(): void {
    const wasStarved = this.starved;
    this.bits = this.count = 0;
    this.segment.restart();
    this.padded = wasStarved && this.segment.marker ? 1 : 0;
  }

  private fill(): void {
    const { segment } = this;
    const { bytes } = segment;
    while (this.count <= 24) {
      let byte = segment.marker ? 255 : bytes[segment.at]!;
      if (byte < 255) segment.at++;
      else {
        byte = segment.next();
        if (segment.marker) this.padded += 8;
      }
      this.bits = (this.bits << 8) | byte;
      this.count += 8;
    }
  }

  /** The value of the next code; 0 if there is no such code. */
  decode(table: HuffmanTable): number {
    if (this.count < 17) this.fill();
    const entry = table.lookup[(this.bits >>> (this.count - LOOKUP)) & ((1 << LOOKUP) - 1)]!;
    if (entry) {
      this.count -= entry >> 8;
      return entry & 255;
    }
    return this.decodeLong(table);
  }

  private decodeLong({ largest, offset, values }: HuffmanTable): number {
    for (let length = LOOKUP + 1; length <= 16; length++) {
      const code = (this.bits >>> (this.count - length)) & ((1 << length) - 1);
      if (code > largest[length]!) continue;
      this.count -= length;
      return values[code + offset[length]!] ?? 0;
    }
    this.count -= 17;
    return 0;
  }

  /** The next `length` bits, 16 at most. */
  receive(length: number): number {
    if (this.count < length) this.fill();
    this.count -= length;
    return (this.bits >>> this.count) & ((1 << length) - 1);
  }

  /** The next `length` bits as a signed value (ITU T.81, figure F.12). */
  receiveSigned(length: number): number {
    const value = this.receive(length);
    return value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
  }
}
