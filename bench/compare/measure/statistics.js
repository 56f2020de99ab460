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
  const scale = Math.max(...reference.map(Math.abs));
  return Math.max(...reference.map((value, i) => Math.abs(value - output[i]))) / scale;
};
