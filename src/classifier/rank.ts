// Scores to the best labels.

/** A class with its probability; `index` is its place in the network's output. */
export type Classification = { label: string; index: number; score: number };

/** Which classes to return. */
export type RankOptions = {
  /** How many at most; default 5. */
  topK?: number;
  /** Lowest score; default 0. */
  threshold?: number;
  /** Only these classes, by label or index. */
  allow?: readonly (string | number)[];
  /** Not these classes, by label or index. */
  deny?: readonly (string | number)[];
};

/**
 * The classes with the highest scores, best first; equal scores in the order of their index. Without labels the index is
 * the label.
 *
 * @throws {RangeError} if `topK` is not a positive integer, `threshold` is NaN, or `allow` or `deny` name a class that does not exist
 */
export const rankScores = (
  scores: Float32Array,
  labels: readonly string[] | undefined,
  options: RankOptions,
): Classification[] => {
  const { topK = 5, threshold = 0 } = options;
  if (!(Number.isInteger(topK) && topK > 0) && topK !== Infinity)
    throw new RangeError(`topK is ${topK}; a positive integer is needed`);
  if (typeof threshold !== 'number' || Number.isNaN(threshold))
    throw new RangeError(`threshold is ${String(threshold)}; a number is needed`);
  if (scores.some(Number.isNaN))
    throw new RangeError('the network gives NaN for this image, so no class can be ranked');
  const labelOf = (index: number) => labels?.[index] ?? String(index);
  const allowed = options.allow && indicesOf('allow', options.allow, labels, scores.length);
  const denied = indicesOf('deny', options.deny ?? [], labels, scores.length);
  return Array.from(scores, (score, index) => ({ label: labelOf(index), index, score }))
    .filter(({ index, score }) => score >= threshold && !denied.has(index) && (!allowed || allowed.has(index)))
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, topK);
};

/** Places of classes named by label (all of that label) or index. */
const indicesOf = (
  option: string,
  classes: readonly (string | number)[],
  labels: readonly string[] | undefined,
  count: number,
): Set<number> => {
  const given: unknown = classes;
  if (!Array.isArray(given))
    throw new RangeError(`${option} is ${JSON.stringify(classes)}; a list of labels or indices is needed`);
  const indices = new Set<number>();
  for (const name of classes) {
    const before = indices.size;
    if (typeof name === 'number' && Number.isInteger(name) && name >= 0 && name < count) indices.add(name);
    if (typeof name === 'string') labels?.forEach((label, index) => label === name && indices.add(index));
    const isKnown = indices.size > before || (typeof name === 'number' ? indices.has(name) : labels?.includes(name));
    if (!isKnown) throw new RangeError(`${option} names ${JSON.stringify(name)}, which is no class of the model`);
  }
  return indices;
};
