// Huffman-coded blocks of JPEG, sequential and progressive.

import { ImageError } from '../../errors.js';
import { huffmanTable, type BitReader, type HuffmanDefinition, type HuffmanTable } from './huffman.js';
import { NATURAL, type Coder, type Scan, type ScanComponent } from './scan.js';

/** The Huffman tables that are defined, by number. */
export type HuffmanTables = { dc: (HuffmanDefinition | undefined)[]; ac: (HuffmanDefinition | undefined)[] };

/** The table, prepared when it is used first. */
const needed = (definition: HuffmanDefinition | undefined): HuffmanTable => {
  if (!definition) throw new ImageError('the JPEG file is damaged: a scan uses a Huffman table that is not defined');
  return (definition.table ??= huffmanTable(definition));
};

const readDc = (bits: BitReader, table: HuffmanTable, part: ScanComponent): number => {
  const length = bits.decode(table) & 15;
  if (length) part.predictor += bits.receiveSigned(length);
  return part.predictor;
};

type Block = Coder['block'];

const sequential =
  (bits: BitReader, tables: HuffmanTables): Block =>
  (part, coefficients, at) => {
    coefficients[at] = readDc(bits, needed(tables.dc[part.dcTable]), part);
    const table = needed(tables.ac[part.acTable]);
    for (let k = 1; k < 64; k++) {
      const symbol = bits.decode(table);
      const length = symbol & 15;
      k += symbol >> 4;
      if (length) coefficients[at + NATURAL[k]!] = bits.receiveSigned(length);
      else if (symbol !== 0xf0) break;
    }
  };

const dcFirst =
  (bits: BitReader, tables: HuffmanTables, { low }: Scan): Block =>
  (part, coefficients, at) => {
    coefficients[at] = readDc(bits, needed(tables.dc[part.dcTable]), part) << low;
  };

const dcRefine =
  (bits: BitReader, { low }: Scan): Block =>
  (_, coefficients, at) => {
    if (bits.receive(1)) coefficients[at]! |= 1 << low;
  };

// Blocks that end early in a row, this one included, after the symbol `run` of such a row.
const readRun = (bits: BitReader, run: number): number => (1 << run) + (run ? bits.receive(run) : 0);

const acFirst = (bits: BitReader, table: HuffmanTable, { start, end, low }: Scan): Block & { reset(): void } => {
  let ended = 0;
  const block: Block = (_, coefficients, at) => {
    if (ended > 0) {
      ended--;
      return;
    }
    for (let k = start; k <= end; k++) {
      const symbol = bits.decode(table);
      const [run, length] = [symbol >> 4, symbol & 15];
      k += run;
      if (length) coefficients[at + NATURAL[k]!] = bits.receiveSigned(length) << low;
      else if (run !== 15) {
        ended = readRun(bits, run) - 1;
        break;
      }
    }
  };
  return Object.assign(block, { reset: () => void (ended = 0) });
};

const acRefine = (bits: BitReader, table: HuffmanTable, { start, end, low }: Scan): Block & { reset(): void } => {
  const bit = 1 << low;
  let ended = 0;
  // Corrects the coefficients that are not zero from `k` on, passing `zeros` others; returns where it stopped.
  const correct = (coefficients: Int16Array, at: number, k: number, zeros: number): number => {
    for (const places = NATURAL; k <= end; k++) {
      const place = at + places[k]!;
      const value = coefficients[place]!;
      if (value === 0) {
        if (zeros-- === 0) break;
      } else if (bits.receive(1) && (value & bit) === 0) coefficients[place] = value + (value > 0 ? bit : -bit);
    }
    return k;
  };
  const block: Block = (_, coefficients, at) => {
    let k = start;
    for (; ended === 0 && k <= end; k++) {
      const symbol = bits.decode(table);
      const run = symbol >> 4;
      let value = 0;
      if (symbol & 15) value = bits.receive(1) ? bit : -bit;
      else if (run !== 15) {
        ended = readRun(bits, run);
        break;
      }
      k = correct(coefficients, at, k, run);
      if (value) coefficients[at + NATURAL[k]!] = value;
    }
    if (ended === 0) return;
    correct(coefficients, at, k, 64);
    ended--;
  };
  return Object.assign(block, { reset: () => void (ended = 0) });
};

const blockOf = (
  bits: BitReader,
  tables: HuffmanTables,
  scan: Scan,
  progressive: boolean,
): Block & { reset?(): void } => {
  if (!progressive) return sequential(bits, tables);
  if (scan.start === 0) return scan.high ? dcRefine(bits, scan) : dcFirst(bits, tables, scan);
  const table = needed(tables.ac[scan.parts[0]!.acTable]);
  return scan.high ? acRefine(bits, table, scan) : acFirst(bits, table, scan);
};

/** Reads the Huffman-coded blocks of a scan (ITU T.81, F.2.2 and G.2). */
export const huffmanCoder = (bits: BitReader, tables: HuffmanTables, scan: Scan, progressive: boolean): Coder => {
  const block = blockOf(bits, tables, scan, progressive);
  return {
    starved: () => bits.starved,
    block,
    restart: () => {
      bits.restart();
      for (const part of scan.parts) part.predictor = 0;
      block.reset?.();
    },
  };
};
