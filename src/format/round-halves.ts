// Rounding weights to half precision such that the errors of a sum cancel.

import type { Steps } from '../next-task.js';
import { fromHalf, fromHalves, toHalf } from './half.js';

/** The weights that a product adds up: a filter's, or a column of a matrix [inputs, outputs]. */
type Sum = { first: number; stride: number; count: number };

const sumsOf = (length: number, shape: readonly number[]): Sum[] => {
  if (shape.length < 2) return [];
  const [rows, columns] = [shape[0]!, length / shape[0]!];
  return shape.length === 2
    ? Array.from({ length: columns }, (_, first) => ({ first, stride: columns, count: rows }))
    : Array.from({ length: rows }, (_, row) => ({ first: row * columns, stride: 1, count: columns }));
};

/**
 * Weights as bits of halves. Each is rounded to one of its two neighbours, mostly to the nearer one; a few are rounded
 * to the other so that the errors of a sum cancel. Rounding then does not shift outputs, which would accumulate over
 * layers.
 */
export function* toHalves(weights: Float32Array, shape: readonly number[]): Steps<Uint16Array> {
  const halves = new Uint16Array(weights.length);
  for (let i = 0; i < weights.length; i++) halves[i] = toHalf(weights[i]!);
  const rounded = fromHalves(halves);
  const sums = sumsOf(weights.length, shape);
  const candidates = new Candidates(sums[0]?.count ?? 0);
  for (const sum of sums) {
    cancelErrors(weights, halves, rounded, sum, candidates);
    yield;
  }
  return halves;
}

/** The bits of the half next to `half` in the direction of `weight`, which `half` approximates. */
const otherNeighbour = (half: number, rounded: number, weight: number): number =>
  half + (Math.abs(rounded) < Math.abs(weight) ? 1 : -1);

/**
 * Rounds weights to their other neighbours in the order of what that costs, each if it brings the sum of the errors
 * closer to 0. All changes have the sign that reduces the sum, so one is of use only below twice the sum.
 */
const cancelErrors = (
  weights: Float32Array,
  halves: Uint16Array,
  rounded: Float32Array,
  { first, stride, count }: Sum,
  candidates: Candidates,
): void => {
  let total = 0;
  for (let k = 0, i = first; k < count; k++, i += stride) total += rounded[i]! - weights[i]!;
  if (total === 0) return;
  const sign = Math.sign(total);
  candidates.clear();
  for (let k = 0, i = first; k < count; k++, i += stride) {
    const error = rounded[i]! - weights[i]!;
    if (error * sign <= 0) continue;
    const change = fromHalf(otherNeighbour(halves[i]!, rounded[i]!, weights[i]!)) - rounded[i]!;
    candidates.add(k, change, Math.abs(error + change) - Math.abs(error));
  }
  candidates.order();
  while (total * sign > 0 && candidates.size > 0) {
    const k = candidates.takeCheapest();
    const change = candidates.changes[k]!;
    if (Math.abs(total + change) < Math.abs(total)) {
      const i = first + k * stride;
      halves[i] = otherNeighbour(halves[i]!, rounded[i]!, weights[i]!);
      total += change;
    } else {
      candidates.keepBelow(2 * Math.abs(total));
    }
  }
};

/** The weights of a sum that may be rounded to their other neighbours: a binary heap by cost, then by place. */
class Candidates {
  size = 0;
  /** By place in the sum: how the rounded weight would change. */
  readonly changes: Float64Array;
  private readonly costs: Float64Array;
  /** Places in the sum. */
  private readonly heap: Int32Array;

  constructor(count: number) {
    this.changes = new Float64Array(count);
    this.costs = new Float64Array(count);
    this.heap = new Int32Array(count);
  }

  clear(): void {
    this.size = 0;
  }

  /** Adds a place; `order` must follow. */
  add(place: number, change: number, cost: number): void {
    this.changes[place] = change;
    this.costs[place] = cost;
    this.heap[this.size++] = place;
  }

  /** Makes a heap of what was added. */
  order(): void {
    for (let at = (this.size >> 1) - 1; at >= 0; at--) this.sift(at, this.heap[at]!);
  }

  takeCheapest(): number {
    const cheapest = this.heap[0]!;
    const last = this.heap[--this.size]!;
    if (this.size > 0) this.sift(0, last);
    return cheapest;
  }

  /** Drops the places whose weights would change by `limit` or more. */
  keepBelow(limit: number): void {
    const { heap, changes } = this;
    let kept = 0;
    for (let at = 0; at < this.size; at++) {
      const place = heap[at]!;
      if (Math.abs(changes[place]!) < limit) heap[kept++] = place;
    }
    this.size = kept;
    this.order();
  }

  /** Puts a place at `at`, or below if one there is cheaper. */
  private sift(at: number, place: number): void {
    const { heap, size } = this;
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && this.isCheaper(heap[child + 1]!, heap[child]!)) child++;
      if (!this.isCheaper(heap[child]!, place)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = place;
  }

  private isCheaper(a: number, b: number): boolean {
    const { costs } = this;
    return costs[a] === costs[b] ? a < b : costs[a]! < costs[b]!;
  }
}
