// The window of a convolution or pooling.

/** A window that slides over the spatial axes; `pads` are all begins, then all ends. */
export type Window = {
  kernel: readonly number[];
  strides: readonly number[];
  dilations: readonly number[];
  pads: readonly number[];
};

/** Splits the padding of each axis into begin and end; an odd one goes to the end unless `lower`. */
export const splitPads = (totals: readonly number[], lower: boolean): number[] => {
  const smaller = totals.map((total) => Math.floor(total / 2));
  const larger = totals.map((total, axis) => total - smaller[axis]!);
  return lower ? [...larger, ...smaller] : [...smaller, ...larger];
};
