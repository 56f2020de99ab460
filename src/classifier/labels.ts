// Checks that labels match the scores that they name.

import { check, STRINGS } from '../arguments.js';
import { ArgumentError } from '../errors.js';

/** Maximum number of score counts listed in a message. */
const MAX_LISTED = 3;

/**
 * @param scores number of scores in each output of a network
 * @throws {ArgumentError} unless the labels are strings, one per score of an output
 */
export const checkLabels = (labels: readonly string[], scores: readonly number[]): void => {
  check('labels', labels, STRINGS);
  if (labels.length && labels.every((label) => !label.trim()))
    throw new ArgumentError('all labels are empty', 'labels');
  if (scores.includes(labels.length)) return;
  const cure = scores.includes(labels.length + 1)
    ? ': it probably has a background class: add "background" before the other labels'
    : '';
  const counts = [...new Set(scores)].map(String);
  const listed = counts.slice(0, MAX_LISTED).concat(counts.length > MAX_LISTED ? '...' : []);
  throw new ArgumentError(
    `${labels.length} label${labels.length === 1 ? '' : 's'}, but the network gives ${listed.join(', ')} scores${cure}`,
    'labels',
  );
};
