// Lists of the channels that a sample keeps.

import { bytesOf } from '../shared/words';

/**
 * Lists the channels whose gate is not 0, in ascending order, and returns their number. Writes one word past the list.
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
 * Lists the channels that any of `heads` rows of gates keeps, in ascending order, and returns their number
 *
 * Other channels, if there are any, are appended until the length is a multiple of `unit`. `positions` becomes the
 * index of each channel in the list, or -1.
 */
export function gateUnion(list: usize, positions: usize, gates: usize, heads: i32, channels: i32, unit: i32): i32 {
  let kept = 0;
  for (let c = 0; c < channels; c++) {
    let any = false;
    for (let h = 0, at = gates + bytesOf(c); h < heads; h++, at += bytesOf(channels)) any = any || load<f32>(at) != 0;
    if (any) store<i32>(list + bytesOf(kept), c);
    store<i32>(positions + bytesOf(c), any ? kept++ : -1);
  }
  for (let c = 0, count = kept; c < channels && count % unit != 0; c++) {
    if (load<i32>(positions + bytesOf(c)) >= 0) continue;
    store<i32>(list + bytesOf(count), c);
    store<i32>(positions + bytesOf(c), count++);
  }
  return kept;
}

/** How many numbers of an ascending list are below `bound` */
export function gateBelow(list: usize, count: i32, bound: i32): i32 {
  let below = 0;
  while (below < count && load<i32>(list + bytesOf(below)) < bound) below++;
  return below;
}
