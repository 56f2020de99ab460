// Packs panels at run time from the weights of the channels that a sample keeps.

import { bytesOf } from '../shared/words';

/** Bytes of a panel's row of 8 columns. */
const ROW: usize = 32;

/**
 * Packs a panel: 8 biases, then target[t][k][i] = w[t][kept[k]][i] * g[kept[k]]
 *
 * g is `gates` for the first four columns and `others` for the rest. `w` is [taps][channels][8].
 */
export function gateColumns(
  target: usize,
  w: usize,
  bias: usize,
  gates: usize,
  others: usize,
  kept: usize,
  count: i32,
  taps: i32,
  channels: i32,
): void {
  v128.store(target, v128.load(bias));
  v128.store(target, v128.load(bias, 16), 16);
  target += ROW;
  const end = kept + bytesOf(count);
  const step = <usize>channels * ROW;
  for (; taps > 0; taps--, w += step) {
    for (let at = kept; at < end; at += 4, target += ROW) {
      const channel = <usize>load<u32>(at);
      const row = w + channel * ROW;
      v128.store(target, f32x4.mul(v128.load(row), v128.load32_splat(gates + (channel << 2))));
      v128.store(target, f32x4.mul(v128.load(row, 16), v128.load32_splat(others + (channel << 2))), 16);
    }
  }
}

/**
 * Packs a panel of chosen outputs: 8 biases, then target[t][k][i] = w[outputs[i]][t][kept[k]] * gates[kept[k]]
 *
 * `outputs` lists `width` outputs, 1 to 8; the last one fills the other columns. `w` is [outputs][taps][channels]. If
 * `kept` is 0, all channels are packed without gates.
 */
export function gateOutputs(
  target: usize,
  w: usize,
  bias: usize,
  outputs: usize,
  width: i32,
  gates: usize,
  kept: usize,
  count: i32,
  taps: i32,
  channels: i32,
): void {
  for (let i = 0; i < 8; i++) {
    const output = load<u32>(outputs + bytesOf(min(i, width - 1)));
    store<f32>(target + bytesOf(i), load<f32>(bias + bytesOf(output)));
  }
  const step = bytesOf(taps * channels);
  const a = rowOf(w, outputs, 0, width, step);
  const b = rowOf(w, outputs, 1, width, step);
  const c = rowOf(w, outputs, 2, width, step);
  const d = rowOf(w, outputs, 3, width, step);
  const e = rowOf(w, outputs, 4, width, step);
  const f = rowOf(w, outputs, 5, width, step);
  const g = rowOf(w, outputs, 6, width, step);
  const h = rowOf(w, outputs, 7, width, step);
  target += ROW;
  if (!kept) {
    let o: usize = 0;
    for (; o + 16 <= step; o += 16, target += ROW * 4) {
      transpose4(target, v128.load(a + o), v128.load(b + o), v128.load(c + o), v128.load(d + o));
      transpose4(target + 16, v128.load(e + o), v128.load(f + o), v128.load(g + o), v128.load(h + o));
    }
    for (; o < step; o += 4, target += ROW) {
      v128.store(target, lanes4(a + o, b + o, c + o, d + o));
      v128.store(target, lanes4(e + o, f + o, g + o, h + o), 16);
    }
    return;
  }
  const end = kept + bytesOf(count);
  for (let t: usize = 0, base: usize = 0; t < <usize>taps; t++, base += bytesOf(channels)) {
    for (let at = kept; at < end; at += 4, target += ROW) {
      const channel = bytesOf(load<i32>(at));
      const o = base + channel;
      const gate = v128.load32_splat(gates + channel);
      v128.store(target, f32x4.mul(lanes4(a + o, b + o, c + o, d + o), gate));
      v128.store(target, f32x4.mul(lanes4(e + o, f + o, g + o, h + o), gate), 16);
    }
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
