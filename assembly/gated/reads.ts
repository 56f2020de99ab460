// The byte offsets at which a gated convolution reads its input.

import { bytesOf } from '../shared/words';

/**
 * list[t][k] = taps[t] * scale + place(kept[k]) * 4: the byte offsets of the kept channels in a window
 *
 * place(c) is `positions[c]`, or c if `positions` is 0. If `kept` is 0, list[t] = taps[t] * scale.
 */
export function gateReads(
  list: usize,
  kept: usize,
  count: i32,
  positions: usize,
  taps: usize,
  tapCount: i32,
  scale: i32,
): void {
  for (let t = 0; t < tapCount; t++, taps += 4) {
    const base = load<i32>(taps) * scale;
    if (!kept) {
      store<i32>(list, base);
      list += 4;
      continue;
    }
    for (let at = kept, end = kept + bytesOf(count); at < end; at += 4, list += 4) {
      const channel = load<u32>(at);
      store<i32>(list, base + ((positions ? load<i32>(positions + bytesOf(channel)) : <i32>channel) << 2));
    }
  }
}

/** to[i] = from[i] * scale: offsets in pixels become byte offsets */
export function scaleOffsets(to: usize, from: usize, count: i32, scale: i32): void {
  for (; count > 0; count--, to += 4, from += 4) store<i32>(to, load<i32>(from) * scale);
}
