// How a photo becomes a network's input, as model files store it.

import type { Filter } from './resample.js';

/** How a photo becomes the network's input; stored in the model file. */
export type Preprocess = {
  /** Size of the network's input in pixels. */
  width: number;
  height: number;
  /**
   * How the photo is brought to size; what is larger than the input afterwards is cropped at the centre, what is
   * smaller lies at the centre of a border of `fill`.
   *
   * - `short-side`: its short side to `shortSide`, the long side scaled alike and rounded half to even; the crop begins
   *   at `(size - input) >> 1`
   * - `short-side-truncated`: torchvision's `Resize(shortSide)` and `CenterCrop`: the long side is truncated, and the
   *   crop begins at `(size - input) / 2` rounded half to even
   * - `squash`: to the input, whatever its proportions
   * - `letterbox`: the largest size of the same proportions inside the input
   * - `none`: as it is
   */
  resize: 'short-side' | 'short-side-truncated' | 'squash' | 'letterbox' | 'none';
  /** The short side in pixels for the two forms of that name, else 0. */
  shortSide: number;
  filter: Filter;
  /**
   * Channels of the input. `grey` is one channel, `(19595 R + 38470 G + 7471 B + 32768) >> 16` taken before the photo
   * is resized, as Pillow's `convert('L')`.
   */
  order: 'RGB' | 'BGR' | 'grey';
  /** Value x of channel c becomes `(x / divisor - mean[c]) / std[c]`, each step in float32 as in NumPy and PyTorch. */
  divisor: number;
  /** One entry for all channels, or one for each in the order of `order`. */
  mean: number[];
  /** As `mean`; no entry is 0. */
  std: number[];
  /** Value 0..255 of the border, before the formula above. */
  fill: number;
};
