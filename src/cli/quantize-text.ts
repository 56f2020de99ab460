// The result of `groupwise convert --quantize int8`, and as text.

import type { Comparison } from '../calibration/comparison.js';
import type { Estimate } from '../calibration/expected-agreement.js';
import { floatLayers, showFloatLayers } from '../report/float-layers.js';
import { plural } from '../report/text.js';
import { likenessLines, photosLines, sizeLines, speedLine, worstTable } from './comparison-text.js';
import { showInt8Counts, type Int8Counts } from './int8-counts.js';
import { shortenName } from './output.js';

/** A layer of a network of which layers compute in int8. */
export type Int8Layer = {
  name: string;
  op: string;
  isInt8: boolean;
  /** Why a layer computes in float. */
  floatReason?: string;
  /** The signal-to-noise ratio of an int8 layer's output against the network of floats. */
  decibels?: number;
};

/** What `groupwise convert --quantize int8` did. */
export type QuantizeResult = Comparison & {
  counts: Int8Counts;
  /** The layers that stay in float for an agreement, those that cost most first, and the agreement that was expected. */
  kept?: { wanted: number; expected: Estimate; layers: string[] };
  layers: Int8Layer[];
};

/** Names of layers that are listed. */
const MAX_KEPT = 4;

/** A result as text; `labels` are the names of the classes. */
export const showQuantized = (result: QuantizeResult, labels: readonly string[] | undefined): string =>
  [
    ...photosLines(result, 'calibrate'),
    `int8       ${showInt8Counts(result.counts)}`,
    ...floatLine(result),
    ...keptLine(result),
    speedLine(result),
    ...likenessLines(result),
    ...noiseLine(result),
    ...sizeLines(result),
    ...worstTable(result, labels),
  ].join('\n');

/** An estimated share with its standard error. */
export const showEstimate = ({ share, error }: Estimate): string =>
  `${(share * 100).toFixed(2)} ± ${(error * 100).toFixed(2)} %`;

const floatLine = ({ layers }: QuantizeResult): string[] => {
  const groups = floatLayers(layers);
  return groups.length ? [`float      ${groups.map(showFloatLayers).join('; ')}`] : [];
};

const keptLine = ({ kept }: QuantizeResult): string[] => {
  if (!kept) return [];
  const { layers, expected } = kept;
  if (!layers.length) return [`kept       no layer in float: the expected agreement is ${showEstimate(expected)}`];
  const more = layers.length > MAX_KEPT ? ` and ${layers.length - MAX_KEPT} more` : '';
  const names = layers.slice(0, MAX_KEPT).map(shortenName).join(', ');
  return [
    `kept       ${plural(layers.length, 'layer')} in float, for an expected agreement of ${showEstimate(expected)}: ${names}${more}`,
  ];
};

/** The mean signal-to-noise ratio of the int8 layers, and the lowest. */
export const noiseOf = ({ layers }: QuantizeResult): { mean: number; worst: Int8Layer } | undefined => {
  const known = layers.filter(({ decibels = Infinity }) => decibels < Infinity);
  if (!known.length) return undefined;
  const worst = known.reduce((a, b) => (b.decibels! < a.decibels! ? b : a));
  return { mean: known.reduce((sum, { decibels }) => sum + decibels!, 0) / known.length, worst };
};

const noiseLine = (result: QuantizeResult): string[] => {
  const noise = noiseOf(result);
  if (!noise) return [];
  const { mean, worst } = noise;
  return [
    `noise      signal-to-noise of int8 layers ${mean.toFixed(1)} dB on average, at worst ${worst.decibels!.toFixed(1)} dB (${shortenName(worst.name)})`,
  ];
};
