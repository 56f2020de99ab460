// Weights that are integers times a scale for each output: the scales, found from the weights.

/** The largest integers that are looked for: those of 8 bits, and differences of two of them. */
const LARGEST = 255;

/** How far a weight may be from an integer times the scale, in scales: what rounding to f32 adds up to. */
const TOLERANCE = 1e-4;

/**
 * The largest scale of which all weights of a row are multiples by integers of at most 255; undefined if there is none. A row of zeros
 * has scale 1.
 */
export const scaleOfRow = (row: Float32Array): number | undefined => {
  let largest = 0;
  for (const weight of row) largest = Math.max(largest, Math.abs(weight));
  if (largest === 0) return 1;
  for (let integer = 1; integer <= LARGEST; integer++) {
    const scale = Math.fround(largest / integer);
    if (scale > 0 && isGrid(row, scale)) return scale;
  }
  return undefined;
};

const isGrid = (row: Float32Array, scale: number): boolean => {
  for (const weight of row) {
    const steps = weight / scale;
    if (Math.abs(steps - Math.round(steps)) > TOLERANCE) return false;
  }
  return true;
};
