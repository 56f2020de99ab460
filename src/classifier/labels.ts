// Names of classes, checked against the scores that they name.

/**
 * @param scores numbers of scores that a network gives
 * @throws {TypeError} unless the labels are texts, one for each score of an output
 */
export const checkLabels = (labels: readonly string[], scores: readonly number[]): void => {
  if (!Array.isArray(labels) || !labels.every((label) => typeof label === 'string'))
    throw new TypeError('labels are a list of texts');
  if (scores.includes(labels.length)) return;
  const background = scores.includes(labels.length + 1)
    ? ': the network probably has a background class, whose name comes first'
    : '';
  throw new TypeError(
    `${labels.length} label${labels.length === 1 ? '' : 's'}, but the network's outputs have ${scores.join(', ')} scores${background}`,
  );
};
