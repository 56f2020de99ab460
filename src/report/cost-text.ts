// Costs in words: for layers without multiply-accumulates, bytes instead of these.

import type { Cost } from './profile.js';
import { share } from './numbers.js';
import { inBytes, inMilliseconds, inThousands } from './units.js';

/** Multiply-accumulates, or bytes read and written; empty for a layer without a step. */
export const workText = ({ macs, bytes }: Cost): string => {
  if (macs) return `${inThousands(macs)} MACs`;
  return bytes ? inBytes(bytes) : '';
};

/** A time; a layer without a step is free. */
export const timeText = ({ bytes, milliseconds }: Cost): string => (bytes ? inMilliseconds(milliseconds) : 'free');

/** Multiply-accumulates or bytes per second. */
export const rateText = ({ macsPerSecond, bytes, milliseconds }: Cost): string => {
  if (macsPerSecond) return macRate(macsPerSecond);
  return bytes && milliseconds ? `${inThousands((bytes / milliseconds) * 1000)}B/s` : '';
};

/** The share of the time of all layers. */
export const shareText = (cost: Cost): string => (cost.bytes ? share(cost.share, 1) : '');

/** The share of the peak. */
export const peakText = ({ shareOfPeak }: Cost): string => (shareOfPeak ? wholePercent(shareOfPeak) : '');

/** A share without decimals. */
export const wholePercent = (part: number): string => `${(part * 100).toFixed(0)} %`;

/** Multiply-accumulates per second. */
export const macRate = (macsPerSecond: number): string => `${inThousands(macsPerSecond)}MAC/s`;
