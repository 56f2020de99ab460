// Convolutions whose channels are chosen while running: lists of the channels kept, and panels of their weights.

import { copyRun, fillRun } from "./copy";
import { PanelRecord } from "./generated/layout";

/** Bytes of a row of a panel: 8 lanes. */
const ROW: usize = 32;

/**
 * Lists the channels whose gate is not 0, ascending; gives their number. Writes up to one word behind the list.
 */
export function gateKept(list: usize, gates: usize, channels: i32): i32 {
  let at = list;
  for (let c = 0; c < channels; c++, gates += 4) {
    store<i32>(at, c);
    at += load<f32>(gates) != 0 ? 4 : 0;
  }
  return <i32>((at - list) >> 2);
}

/**
 * Lists the channels for which any of `heads` rows of gates is not 0, ascending, and gives their number. Behind them follow
 * others up to a multiple of `unit`, while there are any. `positions` gets each channel's place in the list, or -1.
 */
export function gateUnion(list: usize, positions: usize, gates: usize, heads: i32, channels: i32, unit: i32): i32 {
  let kept = 0;
  for (let c = 0; c < channels; c++) {
    let any = false;
    for (let h = 0, at = gates + (<usize>c << 2); h < heads; h++, at += <usize>channels << 2) any = any || load<f32>(at) != 0;
    if (any) store<i32>(list + (<usize>kept << 2), c);
    store<i32>(positions + (<usize>c << 2), any ? kept++ : -1);
  }
  for (let c = 0, count = kept; c < channels && count % unit != 0; c++) {
    if (load<i32>(positions + (<usize>c << 2)) >= 0) continue;
    store<i32>(list + (<usize>count << 2), c);
    store<i32>(positions + (<usize>c << 2), count++);
  }
  return kept;
}

/** How many of an ascending list are below `bound`. */
export function gateBelow(list: usize, count: i32, bound: i32): i32 {
  let below = 0;
  while (below < count && load<i32>(list + (<usize>below << 2)) < bound) below++;
  return below;
}

/**
 * list[t][k] = taps[t] * `scale` + place(kept[k]) * 4: where a window's kept channels lie; place is the channel itself if
 * `positions` is 0. For `kept` 0, list[t] = taps[t] * `scale`.
 */
export function gateReads(list: usize, kept: usize, count: i32, positions: usize, taps: usize, tapCount: i32, scale: i32): void {
  for (let t = 0; t < tapCount; t++, taps += 4) {
    const base = load<i32>(taps) * scale;
    if (!kept) {
      store<i32>(list, base);
      list += 4;
      continue;
    }
    for (let at = kept, end = kept + (<usize>count << 2); at < end; at += 4, list += 4) {
      const channel = load<u32>(at);
      store<i32>(list, base + ((positions ? load<i32>(positions + (<usize>channel << 2)) : <i32>channel) << 2));
    }
  }
}

/** to[i] = from[i] * scale. */
export function gateOffsets(to: usize, from: usize, count: i32, scale: i32): void {
  for (; count > 0; count--, to += 4, from += 4) store<i32>(to, load<i32>(from) * scale);
}

/** A panel's record as the kernel `conv` reads it, for columns that follow each other from `column`. */
export function gateRecord(record: usize, list: i32, count: i32, depth: i32, weights: i32, column: i32, width: i32): void {
  store<i32>(record, list, PanelRecord.list);
  store<i32>(record, count, PanelRecord.count);
  store<i32>(record, depth, PanelRecord.depth);
  store<i32>(record, weights, PanelRecord.weights);
  store<i32>(record, -1, PanelRecord.outputs);
  store<i32>(record, column << 2, PanelRecord.column);
  store<i32>(record, width, PanelRecord.width);
}

/**
 * A panel of the kept channels' weights: 8 biases, then target[t][k][i] = w[t][kept[k]][i] * g[kept[k]], where g is `gates`
 * for the first four columns and `others` for the rest.
 */
export function gateColumns(
  target: usize, w: usize, bias: usize, gates: usize, others: usize, kept: usize, count: i32, taps: i32, channels: i32,
): void {
  v128.store(target, v128.load(bias));
  v128.store(target, v128.load(bias, 16), 16);
  target += ROW;
  const end = kept + (<usize>count << 2), step = <usize>channels * ROW;
  for (; taps > 0; taps--, w += step) {
    for (let at = kept; at < end; at += 4, target += ROW) {
      const channel = <usize>load<u32>(at), row = w + channel * ROW;
      v128.store(target, f32x4.mul(v128.load(row), v128.load32_splat(gates + (channel << 2))));
      v128.store(target, f32x4.mul(v128.load(row, 16), v128.load32_splat(others + (channel << 2))), 16);
    }
  }
}

/**
 * A panel of the outputs outputs[0] to outputs[width - 1], up to 8, from weights w[output][taps][channels]: 8 biases, then
 * target[t][k][i] = w[outputs[i]][t][kept[k]] * gates[kept[k]]. For `kept` 0, all channels as they are.
 */
export function gateOutputs(
  target: usize, w: usize, bias: usize, outputs: usize, width: i32, gates: usize, kept: usize, count: i32, taps: i32,
  channels: i32,
): void {
  for (let i = 0; i < 8; i++) {
    const output = load<u32>(outputs + (<usize>min(i, width - 1) << 2));
    store<f32>(target + (<usize>i << 2), load<f32>(bias + (<usize>output << 2)));
  }
  const step = <usize>(taps * channels) << 2;
  const a = rowOf(w, outputs, 0, width, step), b = rowOf(w, outputs, 1, width, step);
  const c = rowOf(w, outputs, 2, width, step), d = rowOf(w, outputs, 3, width, step);
  const e = rowOf(w, outputs, 4, width, step), f = rowOf(w, outputs, 5, width, step);
  const g = rowOf(w, outputs, 6, width, step), h = rowOf(w, outputs, 7, width, step);
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
  const end = kept + (<usize>count << 2);
  for (let t: usize = 0, base: usize = 0; t < <usize>taps; t++, base += <usize>channels << 2) {
    for (let at = kept; at < end; at += 4, target += ROW) {
      const channel = <usize>load<u32>(at) << 2, o = base + channel;
      const gate = v128.load32_splat(gates + channel);
      v128.store(target, f32x4.mul(lanes4(a + o, b + o, c + o, d + o), gate));
      v128.store(target, f32x4.mul(lanes4(e + o, f + o, g + o, h + o), gate), 16);
    }
  }
}

/** target[r][i] = w[r][list[i]]: rows of `stride` floats become rows of `width`, of which `count` are filled. */
export function gateFilters(
  target: usize, w: usize, list: usize, count: i32, rows: i32, stride: i32, width: i32,
): void {
  for (; rows > 0; rows--, w += <usize>stride << 2, target += <usize>width << 2) {
    for (let i: usize = 0; i < <usize>count; i++) {
      store<f32>(target + (i << 2), load<f32>(w + (<usize>load<u32>(list + (i << 2)) << 2)));
    }
  }
}

/** A copy of an image [height][width][channels] with zeros around it. */
export function gatePad(
  y: usize, x: usize, height: i32, width: i32, channels: i32, top: i32, left: i32, bottom: i32, right: i32,
): void {
  const run = width * channels, line = run + (left + right) * channels;
  y = fillRun(y, 0, top * line + left * channels);
  for (let r = 0; r < height; r++, x += <usize>run << 2) {
    copyRun(y, x, run);
    y = fillRun(y + (<usize>run << 2), 0, (r < height - 1 ? left + right : right) * channels);
  }
  fillRun(y, 0, bottom * line);
}

// @ts-ignore: decorator
@inline
function rowOf(w: usize, outputs: usize, i: i32, width: i32, step: usize): usize {
  return w + <usize>load<u32>(outputs + (<usize>min(i, width - 1) << 2)) * step;
}

// @ts-ignore: decorator
@inline
function lanes4(a: usize, b: usize, c: usize, d: usize): v128 {
  let lanes = v128.load32_zero(a);
  lanes = v128.load_lane<f32>(b, lanes, 1);
  lanes = v128.load_lane<f32>(c, lanes, 2);
  return v128.load_lane<f32>(d, lanes, 3);
}

/** Rows a to d as columns, a row of the panel apart. */
// @ts-ignore: decorator
@inline
function transpose4(target: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5), cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const ab2 = i32x4.shuffle(a, b, 2, 6, 3, 7), cd2 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(target, i32x4.shuffle(ab, cd, 0, 1, 4, 5));
  v128.store(target, i32x4.shuffle(ab, cd, 2, 3, 6, 7), 32);
  v128.store(target, i32x4.shuffle(ab2, cd2, 0, 1, 4, 5), 64);
  v128.store(target, i32x4.shuffle(ab2, cd2, 2, 3, 6, 7), 96);
}
