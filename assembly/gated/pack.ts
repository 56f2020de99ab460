// Packs panels at run time from the weights of the channels that a sample keeps.

import { GateRecord, PanelRecord } from '../generated/layout';
import { bytesOf } from '../shared/words';

/** Bytes of a panel's row of 8 columns. */
const ROW: usize = 32;

/**
 * Packs `panels` panels: 8 biases, then their weights [taps][kept][8]
 *
 * `records` are those of the kernel `conv`, `sources` say what each panel is packed from. `w` has the weights of every
 * `perStep` outputs as panels [taps][channels][8]; [outputs][taps][channels] for chosen outputs that read all channels.
 */
export function gatePanels(
  target: usize,
  w: usize,
  bias: usize,
  records: usize,
  sources: usize,
  panels: i32,
  taps: i32,
  channels: i32,
  perStep: i32,
): void {
  const wTap = <usize>channels * ROW;
  for (; panels > 0; panels--, records += PanelRecord.BYTES, sources += GateRecord.BYTES) {
    const to = target + load<u32>(records, PanelRecord.weights);
    const outputs = <usize>load<u32>(sources, GateRecord.outputs);
    const count = load<i32>(sources, GateRecord.count);
    const tapStep = <usize>count * ROW;
    if (outputs) {
      const width = load<i32>(records, PanelRecord.width);
      if (load<u32>(sources, GateRecord.kept)) {
        laneAddresses(to, w, outputs, width, perStep, wTap * taps);
        packOutputs(to + ROW, tapStep, ROW, to, wTap, ROW, sources, 0, count, taps);
      } else packWhole(to + ROW, w, outputs, width, taps * channels);
      for (let i = 0; i < 8; i++) {
        const output = load<u32>(outputs + bytesOf(min(i, width - 1)));
        store<f32>(to + bytesOf(i), load<f32>(bias + bytesOf(output)));
      }
    } else {
      const own = bias + load<u32>(records, PanelRecord.column);
      v128.store(to, v128.load(own));
      v128.store(to, v128.load(own, 16), 16);
      const from = w + <usize>load<u32>(sources, GateRecord.panel) * wTap * taps;
      packColumns(to + ROW, tapStep, ROW, from, wTap, ROW, sources, 0, count, taps);
    }
  }
}

/**
 * target[t][k][i] = w[t][c][i] * g[c] for `taps` taps t and the kept channels c = kept[k], k from `first` to `end` - 1
 *
 * g is `gates` for the first four columns and `others` for the rest, see `GATE_RECORD`. Taps are `tapStep` bytes apart in the
 * target and `wTap` in `w`, channels `step` and `wStep`.
 */
export function packColumns(
  target: usize,
  tapStep: usize,
  step: usize,
  w: usize,
  wTap: usize,
  wStep: usize,
  source: usize,
  first: i32,
  end: i32,
  taps: i32,
): void {
  const gates = <usize>load<u32>(source, GateRecord.gates);
  const others = <usize>load<u32>(source, GateRecord.others);
  const kept = <usize>load<u32>(source, GateRecord.kept);
  const from = kept + bytesOf(first);
  const last = kept + bytesOf(end);
  for (; taps > 0; taps--, target += tapStep, w += wTap) {
    for (let at = from, to = target; at < last; at += 4, to += step) {
      const channel = <usize>load<u32>(at);
      const row = w + channel * wStep;
      v128.store(to, f32x4.mul(v128.load(row), v128.load32_splat(gates + (channel << 2))));
      v128.store(to, f32x4.mul(v128.load(row, 16), v128.load32_splat(others + (channel << 2))), 16);
    }
  }
}

/**
 * The same for chosen outputs, the addresses of whose first weights are at `lanes`; without `kept` all channels, without gates
 */
export function packOutputs(
  target: usize,
  tapStep: usize,
  step: usize,
  lanes: usize,
  wTap: usize,
  wStep: usize,
  source: usize,
  first: i32,
  end: i32,
  taps: i32,
): void {
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
  for (let tap: usize = 0; taps > 0; taps--, target += tapStep, tap += wTap) {
    for (let k = first, to = target; k < end; k++, to += step) {
      const channel = kept ? <usize>load<u32>(kept + bytesOf(k)) : <usize>k;
      const gate = kept ? v128.load32_splat(gates + (channel << 2)) : f32x4.splat(1);
      const o = tap + channel * wStep;
      v128.store(to, f32x4.mul(lanes4(a + o, b + o, c + o, d + o), gate));
      v128.store(to, f32x4.mul(lanes4(e + o, f + o, g + o, h + o), gate), 16);
    }
  }
}

/**
 * Writes where the first weight of each of 8 outputs is; past the last output, of the last. Every `perStep` outputs have panels
 * of their own, of `panel` bytes. The addresses go through memory because engines would divide again in every loop.
 */
export function laneAddresses(to: usize, w: usize, outputs: usize, width: i32, perStep: i32, panel: usize): void {
  const panels = (perStep + 7) >> 3;
  for (let i = 0; i < 8; i++, to += 4) {
    const output = load<i32>(outputs + bytesOf(min(i, width - 1)));
    const own = output % perStep;
    store<usize>(to, w + <usize>((output / perStep) * panels + (own >> 3)) * panel + bytesOf(own & 7));
  }
}

/** target[k][i] = w[outputs[i]][k]; past the last of `width` outputs, the last. `w` is [outputs][depth]. */
function packWhole(target: usize, w: usize, outputs: usize, width: i32, depth: i32): void {
  const step = bytesOf(depth);
  const a = rowOf(w, outputs, 0, width, step);
  const b = rowOf(w, outputs, 1, width, step);
  const c = rowOf(w, outputs, 2, width, step);
  const d = rowOf(w, outputs, 3, width, step);
  const e = rowOf(w, outputs, 4, width, step);
  const f = rowOf(w, outputs, 5, width, step);
  const g = rowOf(w, outputs, 6, width, step);
  const h = rowOf(w, outputs, 7, width, step);
  let o: usize = 0;
  for (; o + 16 <= step; o += 16, target += ROW * 4) {
    transpose4(target, v128.load(a + o), v128.load(b + o), v128.load(c + o), v128.load(d + o));
    transpose4(target + 16, v128.load(e + o), v128.load(f + o), v128.load(g + o), v128.load(h + o));
  }
  for (; o < step; o += 4, target += ROW) {
    v128.store(target, lanes4(a + o, b + o, c + o, d + o));
    v128.store(target, lanes4(e + o, f + o, g + o, h + o), 16);
  }
}

/** The address of the weights of output i; past the last output, of the last. */
// @ts-ignore: decorator
@inline
function rowOf(w: usize, outputs: usize, i: i32, width: i32, step: usize): usize {
  return w + <usize>load<u32>(outputs + bytesOf(min(i, width - 1))) * step;
}

/** One float of each of four addresses. */
// @ts-ignore: decorator
@inline
function lanes4(a: usize, b: usize, c: usize, d: usize): v128 {
  let lanes = v128.load32_zero(a);
  lanes = v128.load_lane<f32>(b, lanes, 1);
  lanes = v128.load_lane<f32>(c, lanes, 2);
  return v128.load_lane<f32>(d, lanes, 3);
}

/** Stores the vectors a to d as columns; rows are `ROW` bytes apart. */
// @ts-ignore: decorator
@inline
function transpose4(target: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5);
  const cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const ab2 = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd2 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(target, i32x4.shuffle(ab, cd, 0, 1, 4, 5));
  v128.store(target, i32x4.shuffle(ab, cd, 2, 3, 6, 7), 32);
  v128.store(target, i32x4.shuffle(ab2, cd2, 0, 1, 4, 5), 64);
  v128.store(target, i32x4.shuffle(ab2, cd2, 2, 3, 6, 7), 96);
}
