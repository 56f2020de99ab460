// The lines about a network before and after that commands print.

import type { Comparison } from '../calibration/comparison.js';
import { escaped } from '../errors.js';
import { percent, plural } from '../report/text.js';
import { inBytes, inMilliseconds } from '../report/units.js';
import { shortenName, table } from './output.js';

/** Photos that are listed. */
const MAX_WORST = 3;

/** The first line: what the network was adapted to; `what` is what photos are for. */
export const photosLine = ({ model, folder, photos }: Comparison, what: string): string => {
  const { calibration, choosing, heldOut, unreadable } = photos;
  const chosen = choosing === undefined ? '' : `, ${choosing} to choose layers`;
  const unread = unreadable ? `, ${unreadable} could not be read` : '';
  return `${escaped(model)} on ${escaped(folder)}: ${plural(calibration, 'photo')} to ${what}${chosen}, ${heldOut} others to judge${unread}`;
};

/** The speed, and what was predicted of it. */
export const speedLine = ({ speed: { measured, times } }: Comparison): string =>
  `speed      ${measured.toFixed(2)} times as fast: ${inMilliseconds(times.before)} -> ${inMilliseconds(times.after)}`;

/** How alike the networks are. */
export const likenessLines = ({ likeness: { agreement, scoreDifference, accuracy } }: Comparison): string[] => [
  `agreement  ${percent(agreement)} of the photos keep their best class`,
  `scores     differ by ${scoreDifference.toPrecision(2)} on average`,
  accuracy
    ? `accuracy   ${percent(accuracy.before)} -> ${percent(accuracy.after)} (${points(accuracy)}, ${plural(accuracy.photos, 'photo')})`
    : 'accuracy   unknown: the folders of the photos are not the classes of the model',
];

/** The difference of two shares, in percentage points. */
export const points = ({ before, after }: { before: number; after: number }): string => {
  const difference = (after - before) * 100;
  return `${difference < 0 ? '-' : '+'}${Math.abs(difference).toFixed(1)} points`;
};

/** The size of the file, and the time that all took. */
export const sizeLines = ({ bytes: { before, after }, seconds }: Comparison): string[] => [
  `size       ${inBytes(before)} -> ${inBytes(after)} (${(before / after).toFixed(2)} times smaller)`,
  `time       ${seconds.toFixed(0)} s`,
];

/** A table of the photos whose scores changed most. */
export const worstTable = ({ worst }: Comparison, labels: readonly string[] | undefined): string[] => {
  if (!worst.length) return [];
  const best = ([guess]: Comparison['worst'][number]['before']) =>
    `${shortenName(labels?.[guess!.index] ?? `${guess!.index}`)} ${guess!.score.toFixed(2)}`;
  const rows = worst
    .slice(0, MAX_WORST)
    .map(({ path, difference, before, after }) => [
      shortenName(path),
      difference.toFixed(2),
      best(before),
      best(after),
    ]);
  return ['', table(['most changed photos', 'a score by\t', 'before', 'after'], rows)];
};
