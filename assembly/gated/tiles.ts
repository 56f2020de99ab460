// Packs panels for Winograd's convolutions at run time: transforms the weights of the channels that a sample keeps.
//
// Reading the nine taps and transforming them takes as long as reading transformed weights would, which are two to four times
// as many and seldom in a cache.

import { GateRecord, PanelRecord } from '../generated/layout';
import { bytesOf, fillWords } from '../shared/words';
import { laneAddresses, packColumns, packOutputs } from './pack';

/** Bytes of a panel's row of 8 columns. */
const ROW: usize = 32;

/** Bytes of the nine taps of 8 columns. */
const FILTERS: usize = 9 * ROW;

/** Bytes of a line of the cache. */
const LINE: usize = 64;

/** Bytes of a vector. */
const VECTOR: usize = 16;

/** Channels that are read before they are transformed: reads that follow one another wait for memory together. */
const BLOCK: i32 = 16;

/** Where the spare memory has the taps [channels][9][8] of a block, the columns [3][6] of four filters, constants, addresses, a sum. */
const COLUMNS: usize = <usize>BLOCK * FILTERS;
const CONSTANTS: usize = COLUMNS + 18 * VECTOR;
const LANES: usize = CONSTANTS + 5 * VECTOR;
const SUM: usize = LANES + ROW;

/**
 * Packs `panels` panels for the products of F(m x m, 3 x 3), m = 2 or 4: 8 zeros, then the transformed weights [kept][8]
 *
 * `records` are those of the kernel `conv`, `sources` say what each panel is packed from. `w` has the weights of every
 * `perStep` outputs as panels [channels][9][8]. `plane` is the bytes between the products of a tile. `spare` has room for 320
 * vectors.
 */
export function gateTiles(
  target: usize,
  plane: i32,
  w: usize,
  records: usize,
  sources: usize,
  panels: i32,
  m: i32,
  channels: i32,
  perStep: i32,
  spare: usize,
): void {
  const places = (m + 2) * (m + 2);
  const panel = <usize>channels * FILTERS;
  v128.store(spare + CONSTANTS, f32x4.splat(0.25));
  v128.store(spare + CONSTANTS, f32x4.splat(-1.0 / 6), 16);
  v128.store(spare + CONSTANTS, f32x4.splat(1.0 / 6), 32);
  v128.store(spare + CONSTANTS, f32x4.splat(1.0 / 12), 48);
  v128.store(spare + CONSTANTS, f32x4.splat(0.5), 64);
  for (; panels > 0; panels--, records += PanelRecord.BYTES, sources += GateRecord.BYTES) {
    let to = target + load<u32>(records, PanelRecord.weights);
    for (let p = 0, at = to; p < places; p++, at += plane) fillWords(at, 0, 8);
    to += ROW;
    const width = load<i32>(records, PanelRecord.width);
    const count = load<i32>(sources, GateRecord.count);
    const outputs = <usize>load<u32>(sources, GateRecord.outputs);
    if (outputs) laneAddresses(spare + LANES, w, outputs, width, perStep, panel);
    const from = w + <usize>load<u32>(sources, GateRecord.panel) * panel;
    for (let first = 0; first < count; first += BLOCK) {
      const end = min(first + BLOCK, count);
      let sum = touchFilters(outputs ? <usize>load<u32>(spare + LANES) : from, sources, first, end);
      if (outputs) sum += touchFilters(<usize>load<u32>(spare + LANES, 28), sources, first, end);
      store<i32>(spare + SUM, sum); // otherwise compilers leave the reads out
      if (outputs) packOutputs(spare, ROW, FILTERS, spare + LANES, ROW, FILTERS, sources, first, end, 9);
      else packColumns(spare, ROW, FILTERS, from, ROW, FILTERS, sources, first, end, 9);
      const last = spare + <usize>(end - first) * FILTERS;
      for (let taps = spare; taps < last; taps += FILTERS, to += ROW) {
        if (m == 4) {
          tile4(to, plane, taps, spare);
          tile4(to + VECTOR, plane, taps + VECTOR, spare);
        } else {
          tile2(to, plane, taps, spare);
          tile2(to + VECTOR, plane, taps + VECTOR, spare);
        }
      }
    }
  }
}

/**
 * Reads a word of each cache line of the kept channels' filters, and returns their sum: more reads wait for memory together than
 * when their values are used, which takes a quarter less time
 */
function touchFilters(w: usize, source: usize, first: i32, end: i32): i32 {
  const kept = <usize>load<u32>(source, GateRecord.kept);
  let sum = 0;
  for (let k = first; k < end; k++) {
    const from = w + (kept ? <usize>load<u32>(kept + bytesOf(k)) : <usize>k) * FILTERS;
    for (let line: usize = 0; line < FILTERS; line += LINE) sum += load<i32>(from + line);
  }
  return sum;
}

/** The columns, then the rows of four filters, as 6 x 6 vectors. */
function tile4(y: usize, plane: usize, taps: usize, spare: usize): void {
  const columns = spare + COLUMNS;
  const constants = spare + CONSTANTS;
  for (let s: usize = 0; s < 3; s++) filter4(columns + s * VECTOR, 3 * VECTOR, taps + s * ROW, 3 * ROW, constants);
  for (let i: usize = 0; i < 6; i++, y += plane * 6) filter4(y, plane, columns + i * 3 * VECTOR, VECTOR, constants);
}

/** G g of F(4, 3), for 3 vectors g. */
// @ts-ignore: decorator
@inline
function filter4(y: usize, yStep: usize, g: usize, step: usize, constants: usize): void {
  const a = v128.load(g);
  const b = v128.load(g + step);
  const c = v128.load(g + step * 2);
  const quarter = f32x4.mul(a, v128.load(constants));
  v128.store(y, quarter);
  v128.store(y + yStep * 5, c);
  const even = f32x4.mul(f32x4.add(a, c), v128.load(constants, 16));
  const odd = f32x4.mul(b, v128.load(constants, 48));
  const twice = f32x4.add(odd, odd);
  v128.store(y + yStep, f32x4.sub(even, twice));
  v128.store(y + yStep * 2, f32x4.add(even, twice));
  const sum = f32x4.mul(f32x4.add(quarter, c), v128.load(constants, 32));
  v128.store(y + yStep * 3, f32x4.add(sum, odd));
  v128.store(y + yStep * 4, f32x4.sub(sum, odd));
}

/** The columns, then the rows of four filters, as 4 x 4 vectors. */
function tile2(y: usize, plane: usize, taps: usize, spare: usize): void {
  const columns = spare + COLUMNS;
  const half = v128.load(spare + CONSTANTS, 64);
  for (let s: usize = 0; s < 3; s++) filter2(columns + s * VECTOR, 3 * VECTOR, taps + s * ROW, 3 * ROW, half);
  for (let i: usize = 0; i < 4; i++, y += plane * 4) filter2(y, plane, columns + i * 3 * VECTOR, VECTOR, half);
}

/** G g of F(2, 3), for 3 vectors g. */
// @ts-ignore: decorator
@inline
function filter2(y: usize, yStep: usize, g: usize, step: usize, half: v128): void {
  const a = v128.load(g);
  const c = v128.load(g + step * 2);
  const even = f32x4.mul(f32x4.add(a, c), half);
  const odd = f32x4.mul(v128.load(g + step), half);
  v128.store(y, a);
  v128.store(y + yStep, f32x4.add(even, odd));
  v128.store(y + yStep * 2, f32x4.sub(even, odd));
  v128.store(y + yStep * 3, c);
}
