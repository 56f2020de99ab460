// The tables that segments of a JPEG file define, until others replace them.

import { ImageError } from '../../errors.js';
import type { Conditioning } from './arithmetic.js';
import type { HuffmanTables } from './coders.js';
import type { HuffmanDefinition } from './huffman.js';
import { NATURAL } from './scan.js';

/** What is defined when a scan starts. */
export type Tables = HuffmanTables & {
  /** Quantization tables in natural order. */
  quant: (Int16Array | undefined)[];
  conditioning: Conditioning[];
  /** MCUs between restart markers; 0 for none. */
  interval: number;
};

const damaged = (what: string): ImageError => new ImageError(`the JPEG file is damaged: ${what}`);

const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g)!, (byte) => parseInt(byte, 16));

// The tables of ITU T.81, K.3, as they are stored: frames of Motion JPEG leave them out.
const STANDARD = [
  '0000010501010101010100000000000000000102030405060708090a0b',
  '100002010303020403050504040000017d01020300041105122131410613516107227114328191a1082342b1c11552d1f024' +
    '33627282090a161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a7374' +
    '75767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9ca' +
    'd2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa',
  '0100030101010101010101010000000000000102030405060708090a0b',
  '1100020102040403040705040400010277000102031104052131061241510761711322328108144291a1b1c109233352f015' +
    '6272d10a162434e125f11718191a262728292a35363738393a434445464748494a535455565758595a636465666768696a73' +
    '7475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8' +
    'c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa',
];

/** The tables before the first segment. */
export const newTables = (): Tables => {
  const tables: Tables = {
    dc: [],
    ac: [],
    quant: [],
    conditioning: Array.from({ length: 16 }, () => ({ lower: 0, upper: 1, low: 5 })),
    interval: 0,
  };
  for (const table of STANDARD) defineHuffman(tables, hex(table));
  return tables;
};

/** DHT (ITU T.81, B.2.4.2). */
export const defineHuffman = (tables: Tables, data: Uint8Array): void => {
  for (let at = 0; at < data.length;) {
    const place = data[at]!;
    const counts = data.subarray(at + 1, at + 17);
    const count = counts.reduce((sum, value) => sum + value, 0);
    const end = at + 17 + count;
    if (end > data.length || count > 256 || (place & 0xef) > 3)
      throw damaged('a Huffman table has a wrong length or number');
    const kind: (HuffmanDefinition | undefined)[] = place & 16 ? tables.ac : tables.dc;
    kind[place & 15] = { counts, values: data.subarray(at + 17, end) };
    at = end;
  }
};

/** DQT (ITU T.81, B.2.4.1). */
export const defineQuantization = (tables: Tables, data: Uint8Array): void => {
  for (let at = 0; at < data.length;) {
    const bytes = data[at]! >> 4 ? 2 : 1;
    const number = data[at]! & 15;
    at++;
    if (at + 64 * bytes > data.length || number > 3) throw damaged('a quantization table has a wrong length or number');
    const table = new Int16Array(64); // read without a sign
    for (let k = 0; k < 64; k++, at += bytes) {
      table[NATURAL[k]!] = bytes === 2 ? (data[at]! << 8) | data[at + 1]! : data[at]!;
    }
    tables.quant[number] = table;
  }
};

/** DAC (ITU T.81, B.2.4.3). */
export const defineConditioning = (tables: Tables, data: Uint8Array): void => {
  for (let at = 0; at + 1 < data.length; at += 2) {
    const [place, value] = [data[at]!, data[at + 1]!];
    const entry = tables.conditioning[place & 15]!;
    if (place >= 32 || (place < 16 && (value & 15) > value >> 4)) throw damaged('a conditioning table is inconsistent');
    if (place >= 16) entry.low = value;
    else [entry.lower, entry.upper] = [value & 15, value >> 4];
  }
};

/** DRI (ITU T.81, B.2.4.4). */
export const defineInterval = (tables: Tables, data: Uint8Array): void => {
  if (data.length !== 2) throw damaged('its restart interval has a wrong length');
  tables.interval = (data[0]! << 8) | data[1]!;
};
