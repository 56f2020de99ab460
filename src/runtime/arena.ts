// Places buffers in one arena: buffers that are never alive at the same time share memory.

import { alignUp } from '../ir/plan.js';

/** A buffer that must keep its contents from step `first` to step `last`, both included. */
export type Lifetime = { first: number; last: number; bytes: number };

/** The offset of each buffer from the start of the arena, and the size of the arena, in bytes. */
export type Placement = { offsets: number[]; bytes: number };

/** More buffers than this are placed in order of time, because placing them by size takes quadratic time. */
const MAX_BY_SIZE = 4096;

/** Places buffers so that none overlaps another that is alive at the same time. */
export const placeBuffers = (lifetimes: readonly Lifetime[]): Placement =>
  lifetimes.length <= MAX_BY_SIZE ? placeBySize(lifetimes) : placeByTime(lifetimes);

/**
 * Places the largest buffers first, each in the smallest gap it fits among the buffers alive at the same time
 * (greedy by size; Pisarchyk and Lee 2020, "Efficient memory management for deep neural net inference").
 */
const placeBySize = (lifetimes: readonly Lifetime[]): Placement => {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const order = lifetimes.map((_, index) => index);
  order.sort((a, b) => lifetimes[b]!.bytes - lifetimes[a]!.bytes || lifetimes[a]!.first - lifetimes[b]!.first || a - b);
  const placed: number[] = []; // sorted by offset
  let arena = 0;
  for (const index of order) {
    const { first, last, bytes } = lifetimes[index]!;
    const size = alignUp(bytes);
    let best = -1,
      bestGap = Infinity,
      end = 0;
    for (const other of placed) {
      const neighbour = lifetimes[other]!;
      if (neighbour.last < first || neighbour.first > last) continue;
      const gap = offsets[other]! - end;
      if (gap >= size && gap < bestGap) [best, bestGap] = [end, gap];
      end = Math.max(end, offsets[other]! + alignUp(neighbour.bytes));
    }
    const offset = best < 0 ? end : best;
    offsets[index] = offset;
    arena = Math.max(arena, offset + size);
    const position = placed.findIndex((other) => offsets[other]! > offset);
    placed.splice(position < 0 ? placed.length : position, 0, index);
  }
  return { offsets, bytes: arena };
};

/** Maximum number of gaps that are searched for one buffer. */
const MAX_GAPS = 256;

/** Places buffers step by step, each in the smallest of the first gaps it fits, and frees those no longer alive. */
const placeByTime = (lifetimes: readonly Lifetime[]): Placement => {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const sizes = lifetimes.map(({ bytes }) => alignUp(bytes));
  const indices = [...lifetimes.keys()];
  const byFirst = [...indices].sort((a, b) => lifetimes[a]!.first - lifetimes[b]!.first || sizes[b]! - sizes[a]!);
  const byLast = indices.sort((a, b) => lifetimes[a]!.last - lifetimes[b]!.last);
  const gaps = new Gaps();
  let ended = 0;
  for (const index of byFirst) {
    while (lifetimes[byLast[ended]!]!.last < lifetimes[index]!.first) {
      const old = byLast[ended++]!;
      gaps.give(offsets[old]!, sizes[old]!);
    }
    offsets[index] = gaps.take(sizes[index]!);
  }
  return { offsets, bytes: gaps.end };
};

/** The gaps of an arena that grows at its end, sorted by offset; adjacent gaps are merged. */
class Gaps {
  end = 0;
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];

  take(size: number): number {
    let best = -1;
    for (let i = 0; i < Math.min(this.starts.length, MAX_GAPS); i++) {
      const room = this.ends[i]! - this.starts[i]!;
      if (room >= size && (best < 0 || room < this.ends[best]! - this.starts[best]!)) best = i;
    }
    if (best < 0) return (this.end += size) - size;
    const start = this.starts[best]!;
    this.starts[best]! += size;
    if (this.starts[best] === this.ends[best]) this.remove(best);
    return start;
  }

  give(start: number, size: number): void {
    if (!size) return;
    const at = this.placeOf(start);
    const [joinsBefore, joinsAfter] = [this.ends[at - 1] === start, this.starts[at] === start + size];
    if (joinsBefore && joinsAfter) {
      this.ends[at - 1] = this.ends[at]!;
      this.remove(at);
    } else if (joinsBefore) this.ends[at - 1]! += size;
    else if (joinsAfter) this.starts[at] = start;
    else {
      this.starts.splice(at, 0, start);
      this.ends.splice(at, 0, start + size);
    }
  }

  /** The first gap after an offset. */
  private placeOf(offset: number): number {
    let low = 0,
      high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle]! < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private remove(at: number): void {
    this.starts.splice(at, 1);
    this.ends.splice(at, 1);
  }
}

/** Bytes alive in the fullest step; no placement can use less. */
export const mostAlive = (lifetimes: readonly Lifetime[]): number => {
  const steps = lifetimes.reduce((last, lifetime) => Math.max(last, lifetime.last + 1), 0);
  const change = new Float64Array(steps + 1);
  for (const { first, last, bytes } of lifetimes) {
    change[first]! += alignUp(bytes);
    change[last + 1]! -= alignUp(bytes);
  }
  let alive = 0,
    most = 0;
  for (const step of change) most = Math.max(most, (alive += step));
  return most;
};
