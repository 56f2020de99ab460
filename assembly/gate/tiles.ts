// Packs panels for Winograd's convolutions at run time: transforms the weights of the channels that a sample keeps.
//
// Reading the nine taps and transforming them takes as long as reading transformed weights would, which are two to four times
// as many and seldom in a cache.

import { GateRecord, PanelRecord } from '../generated/layout';
import { bytesOf, fillWords } from '../shared/words';
import { laneAddresses, lanes4 } from './pack';

/** Bytes of a panel's row of 8 columns. */
const ROW: usize = 32;

/** Bytes of the nine taps of 8 columns. */
const FILTERS: usize = 9 * ROW;

/** Bytes of a vector. */
const VECTOR: usize = 16;

/** Channels that are read before they are transformed: reads that follow one another wait for memory together. */
const BLOCK: i32 = 16;

/** Where the spare memory has the taps [channels][9][8] of a block, the columns [3][6] of four filters, constants, addresses. */
const COLUMNS: usize = <usize>BLOCK * FILTERS;
const CONSTANTS: usize = COLUMNS + 18 * VECTOR;
const LANES: usize = CONSTANTS + 5 * VECTOR;

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
    const from = w + load<u32>(sources, GateRecord.panel) * panel;
    for (let first = 0; first < count; first += BLOCK) {
      const end = min(first + BLOCK, count);
      if (outputs) readOutputs(spare, spare + LANES, sources, first, end);
      else readColumns(spare, from, sources, first, end);
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

/** taps[k][t][i] = w[kept[first + k]][t][i] * g[kept[first + k]]; g is `gates`, for the last four columns `others`. */
function readColumns(taps: usize, w: usize, source: usize, first: i32, end: i32): void {
  const gates = <usize>load<u32>(source, GateRecord.gates);
  const others = <usize>load<u32>(source, GateRecord.others);
  const kept = <usize>load<u32>(source, GateRecord.kept);
  const last = kept + bytesOf(end);
  for (let at = kept + bytesOf(first); at < last; at += 4) {
    const channel = <usize>load<u32>(at);
    const gate = v128.load32_splat(gates + (channel << 2));
    const other = v128.load32_splat(others + (channel << 2));
    let from = w + channel * FILTERS;
    for (const next = taps + FILTERS; taps < next; taps += ROW, from += ROW) {
      v128.store(taps, f32x4.mul(v128.load(from), gate));
      v128.store(taps, f32x4.mul(v128.load(from, 16), other), 16);
    }
  }
}

/** The same for chosen outputs, whose first weights are at the addresses `lanes`; without `kept` all channels, without gates. */
function readOutputs(taps: usize, lanes: usize, source: usize, first: i32, end: i32): void {
  const gates = <usize>load<u32>(source, GateRecord.gates);
  const kept = <usize>load<u32>(source, GateRecord.kept);
  const a = <usize>load<u32>(lanes);
  const b = <usize>load<u32>(lanes, 4);
  const c = <usize>load<u32>(lanes, 8);
  const d = <usize>load<u32>(lanes, 12);
  const e = <usize>load<u32>(lanes, 16);
  const f = <usize>load<u32>(lanes, 20);
  const g = <usize>load<u32>(lanes, 24);
  const h = <usize>load<u32>(lanes, 28);
  for (let k = first; k < end; k++) {
    const channel = kept ? <usize>load<u32>(kept + bytesOf(k)) : <usize>k;
    const gate = kept ? v128.load32_splat(gates + (channel << 2)) : f32x4.splat(1);
    let o = channel * FILTERS;
    for (const next = taps + FILTERS; taps < next; taps += ROW, o += ROW) {
      v128.store(taps, f32x4.mul(lanes4(a + o, b + o, c + o, d + o), gate));
      v128.store(taps, f32x4.mul(lanes4(e + o, f + o, g + o, h + o), gate), 16);
    }
  }
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
