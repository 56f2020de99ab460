// Figures of a list of times, and the difference of two outputs.

/** @param {readonly number[]} times */
export const least = (times) => Math.min(...times);

/** @param {readonly number[]} times */
export const median = (times) => {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/**
 * The largest difference of two outputs, relative to the largest value of the reference; Infinity if they cannot be compared.
 * @param {readonly number[]} output
 * @param {readonly number[]} reference
 */
export const relativeDifference = (output, reference) => {
  if (output.length !== reference.length || output.some(Number.isNaN)) return Infinity;
  const largest = (values) => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0); // may be too many for Math.max
  return largest(reference.map((value, i) => value - output[i])) / largest(reference);
};
