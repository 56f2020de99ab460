// How a photo becomes a network's input, as model files store it.

/** Interpolation between pixels; both widen when an image shrinks (antialiasing). */
export type Filter = 'bilinear' | 'bicubic';

/** How a photo becomes the network's input; stored in the model file. */
export type Preprocess = {
  /** Width of the network's input in pixels. */
  width: number;
  /** Height of the network's input in pixels. */
  height: number;
  /**
   * How the photo is brought to size. A result that is larger than the input is cropped at the centre, a smaller one is
   * placed at the centre of a border of `fill`.
   *
   * - `short-side`: its short side becomes `shortSide`, the long side is scaled by the same factor and rounded half to
   *   even; the crop begins at `(size - input) >> 1`
   * - `short-side-truncated`: torchvision's `Resize(shortSide)` and `CenterCrop`: the long side is truncated, and the
   *   crop begins at `(size - input) / 2` rounded half to even
   * - `squash`: it becomes the input's size, whatever its proportions
   * - `letterbox`: it becomes as large as fits into the input at its own proportions
   * - `none`: it keeps its size
   */
  resize: 'short-side' | 'short-side-truncated' | 'squash' | 'letterbox' | 'none';
  /** The short side in pixels if `resize` uses it, else 0. */
  shortSide: number;
  /** How pixels are interpolated. */
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
  /** Value of the border from 0 to 255, before the formula above. */
  fill: number;
};

// The words of each field; the model file stores their indices.
export const RESIZES: readonly Preprocess['resize'][] = [
  'short-side',
  'short-side-truncated',
  'squash',
  'letterbox',
  'none',
];
export const FILTERS: readonly Filter[] = ['bilinear', 'bicubic'];
export const ORDERS: readonly Preprocess['order'][] = ['RGB', 'BGR', 'grey'];
