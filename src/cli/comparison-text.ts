// The lines about a network before and after that commands print.

import type { Comparison } from '../calibration/comparison.js';
import { escaped } from '../errors.js';
import { percent, plural, sizeChange, speedChange } from '../report/text.js';
import { bytesAlike, timesAlike, type Shown } from '../report/units.js';
import { shortenName, table } from './output.js';

/** Photos that are listed: those that changed most, and those that could not be read. */
const [MAX_WORST, MAX_UNREAD] = [3, 3];

/** The first lines: what the network was adapted to, and what could not be read of it; `what` is what photos are for. */
export const photosLines = ({ model, folder, photos, unreadable }: Comparison, what: string): string[] => {
  const { calibration, choosing, heldOut } = photos;
  const chosen = choosing === undefined ? '' : `, ${choosing} to choose layers`;
  const first = `${escaped(model)} on ${escaped(folder)}: ${plural(calibration, 'photo')} to ${what}${chosen}, ${heldOut} others to judge`;
  return unreadable.length ? [`${first}, ${unreadable.length} could not be read`, ...unreadLines(unreadable)] : [first];
};

/** The photos that could not be read, one a line, with the reasons. */
const unreadLines = (unreadable: Comparison['unreadable']): string[] => [
  ...unreadable
    .slice(0, MAX_UNREAD)
    .map(({ path, reason }, i) => `${i ? ' '.repeat(11) : 'unread     '}${shortenName(path)}: ${reason}`),
  ...(unreadable.length > MAX_UNREAD ? [`           and ${unreadable.length - MAX_UNREAD} more`] : []),
];

/** The speed, and what was predicted of it. */
export const speedLine = ({ speed: { measured, times } }: Comparison): string =>
  `speed      ${speedChange(measured)}: ${change(timesAlike(times))}`;

const change = ({ before, after }: Shown): string => `${before} -> ${after}`;

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
export const sizeLines = ({ bytes, seconds }: Comparison): string[] => [
  `size       ${change(bytesAlike(bytes))} (${sizeChange(bytes)})`,
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
