// The integers of each value: the range of numbers that they cover, chosen from what the value was on calibration photos.

import { FARTHEST, MAX_SCALE } from '../ops/int8/checks.js';
import type { Target } from '../converter/int8/targets.js';

/** Intervals in which numbers are counted. */
const BINS = 2048;

/** Parts of the whole range that are tried, from the smallest. */
const SHARES = Array.from({ length: 60 }, (_, i) => 1 - (59 - i) / 75);

/** What numbers a value had: first its range, then how often it was in each part of it. */
export class Distribution {
  low = Infinity;
  high = -Infinity;
  private counts: Float64Array | undefined;

  /** Widens the range by the numbers of a photo. Numbers that are not finite are left out. */
  addRange(numbers: Float32Array): void {
    let { low, high } = this;
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i]!;
      if (number < low && number > -Infinity) low = number;
      if (number > high && number < Infinity) high = number;
    }
    [this.low, this.high] = [low, high];
  }

  /** Counts the numbers of a photo that are finite; after all ranges are added. */
  count(numbers: Float32Array): void {
    const { low, high } = this;
    const counts = (this.counts ??= new Float64Array(BINS));
    const perNumber = BINS / (high - low);
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i]!;
      if (!(number >= low && number <= high)) continue;
      const bin = (number - low) * perNumber;
      counts[bin >= BINS ? BINS - 1 : bin > 0 ? bin | 0 : 0]!++;
    }
  }

  private chosen: Target | undefined;

  /** The target with the least mean squared error of rounded numbers. */
  target(): Target {
    return (this.chosen ??= this.choose());
  }

  private choose(): Target {
    const { low, high, counts } = this;
    const [least, most] = [Math.min(0, low), Math.max(0, high)];
    if (!(most > least)) return targetFor(0, 1);
    if (!counts) return targetFor(least, most);
    let best = targetFor(least, most);
    let bestError = this.errorOf(best);
    for (const below of least < 0 ? SHARES : [1]) {
      for (const above of most > 0 ? SHARES : [1]) {
        if (least < 0 && most > 0 && Math.abs(below - above) > 0.25) continue;
        const target = targetFor(least * below, most * above);
        const error = this.errorOf(target);
        if (error < bestError) [best, bestError] = [target, error];
      }
    }
    return best;
  }

  /** The sum of squared errors: half a step's rounding within the range, and clipping beyond it. */
  private errorOf({ scale, low, high }: Target): number {
    const width = (this.high - this.low) / BINS;
    const [least, most] = [low * scale, high * scale];
    let error = 0;
    for (let bin = 0; bin < BINS; bin++) {
      const count = this.counts![bin]!;
      if (!count) continue;
      const middle = this.low + (bin + 0.5) * width;
      const beyond = middle < least ? least - middle : middle > most ? middle - most : 0;
      error += count * (beyond > 0 ? beyond * beyond : (scale * scale) / 12);
    }
    return error;
  }
}

/** Whether the numbers of a value have a scale that int8 layers accept. */
export const fitsScale = ({ low, high }: Distribution): boolean =>
  Math.max(0, high) - Math.min(0, low) <= FARTHEST * MAX_SCALE;

/** The target whose 256 integers cover the numbers from `low` to `high`, 0 among them. */
export const targetFor = (low: number, high: number): Target => {
  const scale = Math.fround(Math.max((high - low) / FARTHEST, 1 / MAX_SCALE));
  const least = Math.max(-FARTHEST, Math.round(low / scale));
  return { scale, low: least, high: least + FARTHEST };
};
