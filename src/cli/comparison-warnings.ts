// Warnings about results that nobody wants: slower or larger than the network before, or with other classes.

import type { Comparison } from '../calibration/comparison.js';
import { percent, plural } from '../report/text.js';
import { bytesAlike, timesAlike } from '../report/units.js';

/**
 * Limits beyond which a result gets a warning, which docs/int8.md and docs/prune.md name: times and sizes within 2 % count as
 * the same, and measured speeds are up to 5 % below those that the cost model predicts.
 */
const LIMITS = { agreement: 0.9, same: 0.02, speed: 0.07, photos: 100 };

/** What to do about a result, which depends on how it was made. */
export type Cures = {
  slower: string;
  larger: string;
  agreement: string;
  /** Whether a smaller file is a gain, even if it is no faster. */
  sizeCounts: boolean;
};

/** What is wrong with the numbers of photos, and what to do; `wanted` is how many calibrate if there are enough. */
export const photoWarnings = ({ calibration, heldOut }: Comparison['photos'], wanted: number): string[] => {
  if (Math.min(calibration, heldOut) >= LIMITS.photos) return [];
  const isOption = heldOut >= LIMITS.photos && calibration >= wanted;
  return [
    `only ${plural(calibration, 'photo')} calibrate${calibration === 1 ? 's' : ''} and ${heldOut} judge${heldOut === 1 ? 's' : ''} the result: with fewer than ${LIMITS.photos} of each, the model and its figures are uncertain; ${isOption ? 'give a larger --photos' : 'give a folder with more photos'}`,
  ];
};

/** A warning that a model is clearly slower than was asked for, and what to do. */
export const speedWarnings = (wanted: number, measured: number): string[] => {
  if (measured >= wanted * (1 - LIMITS.speed)) return [];
  return [
    `the model is ${measured.toFixed(2)} times as fast as the original, not ${wanted} times as asked for: ask for more with --speed`,
  ];
};

/** What is wrong with a result, and what to do. */
export const warningsOf = (
  { speed: { measured, times }, bytes, likeness }: Pick<Comparison, 'speed' | 'bytes' | 'likeness'>,
  cures: Cures,
): string[] => {
  const [faster, smaller] = [measured, bytes.before / bytes.after].map((gain) => sideOf(gain)) as [number, number];
  const warnings: string[] = [];
  const [time, size] = [timesAlike(times), bytesAlike(bytes)];
  const compared = `${time.after} a run, ${time.before} before`;
  if (faster < 0) warnings.push(`the model is slower than the original (${compared}): ${cures.slower}`);
  else if (!faster && !(cures.sizeCounts && smaller > 0))
    warnings.push(`the model is no faster than the original (${compared}): ${cures.slower}`);
  if (smaller < 0)
    warnings.push(`the file is larger than the original (${size.after}, ${size.before} before): ${cures.larger}`);
  if (likeness.agreement < LIMITS.agreement)
    warnings.push(
      `only ${percent(likeness.agreement)} of the photos keep their best class, and less than ${LIMITS.agreement * 100} % is seldom useful: ${cures.agreement}`,
    );
  return warnings;
};

/** 1 for a gain, -1 for a loss, 0 for what is the same. */
const sideOf = (gain: number): number => (gain > 1 + LIMITS.same ? 1 : gain < 1 - LIMITS.same ? -1 : 0);
