// Warnings about an int8 model that nobody wants.

import type { Comparison } from '../calibration/comparison.js';
import { percent } from '../report/text.js';
import { warningsOf, type Cures } from './comparison-warnings.js';
import { showEstimate, type QuantizeResult } from './quantize-text.js';

type Kept = QuantizeResult['kept'];

/** What is wrong with an int8 model, and what to do. */
export const int8Warnings = (compared: Pick<Comparison, 'speed' | 'bytes' | 'likeness'>, kept: Kept): string[] => [
  ...outOfReach(kept),
  ...warningsOf(compared, curesFor(kept)),
];

const outOfReach = (kept: Kept): string[] => {
  if (!kept || kept.expected.share - kept.expected.error >= kept.wanted) return [];
  return [
    `no choice of layers that was tried has an expected agreement of at least ${percent(kept.wanted)}: the model is the one with the highest, ${showEstimate(kept.expected)}`,
  ];
};

const curesFor = (kept: Kept): Cures => {
  const isMixed = kept !== undefined && kept.layers.length > 0;
  return {
    slower: isMixed
      ? 'layers in float and the conversions around them take the time: choose a lower --keep-agreement, or use the original'
      : "integers save nothing in layers that are small, or fast in float by Winograd's algorithm, so use the original",
    larger:
      'layers in float are stored in 32 bits: --weights int8 or f16 stores them in fewer, or use the original, whose weights may be stored in fewer already',
    agreement: `check that the photos are of the kind that the model will see and that --preprocess is right, then ${
      kept ? 'choose a higher --keep-agreement' : 'leave layers in float with --keep-agreement 0.99'
    }`,
    sizeCounts: true,
  };
};
