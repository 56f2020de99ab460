// Lifetimes to offsets: buffers that are never alive together share memory.

/** Every buffer starts at a multiple of this many bytes. */
export const ALIGNMENT = 64;

/** `bytes` rounded up to whole `ALIGNMENT`. */
export const alignUp = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** A buffer that must keep its contents from step `first` to step `last`, both included. */
export type Lifetime = { first: number; last: number; bytes: number };

/** Where each buffer lies, in bytes from the start of the arena, and the size of the arena. */
export type Placement = { offsets: number[]; bytes: number };

/**
 * Places the largest buffers first, each in the smallest gap that it fits among the buffers alive at the same time
 * (greedy by size; Pisarchyk and Lee 2020, "Efficient memory management for deep neural net inference").
 */
export const placeBuffers = (lifetimes: readonly Lifetime[]): Placement => {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const order = lifetimes.map((_, index) => index);
  order.sort((a, b) => lifetimes[b]!.bytes - lifetimes[a]!.bytes || lifetimes[a]!.first - lifetimes[b]!.first || a - b);
  const placed: number[] = []; // sorted by offset
  let arena = 0;
  for (const index of order) {
    const { first, last, bytes } = lifetimes[index]!;
    const size = alignUp(bytes);
    let best = -1, bestGap = Infinity, end = 0;
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

/** Bytes of the fullest step: no placement can need less. */
export const mostAlive = (lifetimes: readonly Lifetime[]): number => {
  const steps = lifetimes.reduce((last, lifetime) => Math.max(last, lifetime.last + 1), 0);
  const change = new Float64Array(steps + 1);
  for (const { first, last, bytes } of lifetimes) {
    change[first]! += alignUp(bytes);
    change[last + 1]! -= alignUp(bytes);
  }
  let alive = 0, most = 0;
  for (const step of change) most = Math.max(most, (alive += step));
  return most;
};
