// Checks that labels match the scores that they name.

import { check, STRINGS } from '../arguments.js';
import { ArgumentError } from '../errors.js';

/**
 * @param scores number of scores in each output of a network
 * @throws {ArgumentError} unless the labels are strings, one per score of an output
 */
export const checkLabels = (labels: readonly string[], scores: readonly number[]): void => {
  check('labels', labels, STRINGS);
  if (scores.includes(labels.length)) return;
  const background = scores.includes(labels.length + 1)
    ? ': the network probably has a background class, whose name comes first'
    : '';
  throw new ArgumentError(
    `${labels.length} label${labels.length === 1 ? '' : 's'}, but the network's outputs have ${scores.join(', ')} scores${background}`,
  );
};
