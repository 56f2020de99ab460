// Where the places of a resized axis lie on the axis before, and which values there they are made of.

/** How places of the result become coordinates of the input; ONNX's `coordinate_transformation_mode`. */
export type Coordinates =
  | 'half_pixel'
  | 'half_pixel_symmetric'
  | 'pytorch_half_pixel'
  | 'align_corners'
  | 'asymmetric'
  | 'tf_crop_and_resize';

/** How a coordinate becomes a place; ONNX's `nearest_mode`. */
export type Nearest = 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';

/** One axis that is resized. `start` and `end` are the region's bounds as parts of the axis. */
export type ResizedAxis = {
  from: number;
  to: number;
  scale: number;
  coordinates: Coordinates;
  start: number;
  end: number;
};

/** What makes the values of a resized axis. */
export type Filter = {
  mode: 'linear' | 'cubic';
  /** The constant of the cubic. */
  cubic: number;
  excludeOutside: boolean;
  antialias: boolean;
};

/** `y[j] = bias[j] + sum over t of weights[j * taps + t] * x[first[j] + t]`. */
export type Mixture = { taps: number; first: Int32Array; weights: Float32Array; bias: Float32Array };

const round = Math.fround;

/** The coordinate of every place of the result, in single precision; NaN where the result is the extrapolation value. */
export const coordinatesOf = (axis: ResizedAxis): number[] =>
  Array.from({ length: axis.to }, (_, place) => coordinateOf(axis, place));

const coordinateOf = ({ from, to, scale, coordinates, start, end }: ResizedAxis, place: number): number => {
  const centre = (shift: number) => round(round(shift + round((place + 0.5) / scale)) - 0.5);
  switch (coordinates) {
    case 'asymmetric':
      return round(place / scale);
    case 'align_corners':
      return to === 1 ? 0 : round(round(place * (from - 1)) / (to - 1));
    case 'pytorch_half_pixel':
      return to === 1 ? 0 : centre(0);
    case 'half_pixel_symmetric':
      return centre(round((from / 2) * round(1 - round(to / round(scale * from)))));
    case 'tf_crop_and_resize': {
      const x = regionCoordinate(start, end, from - 1, place, to - 1);
      return x < 0 || x > from - 1 ? NaN : x;
    }
    default:
      return centre(0);
  }
};

/** Where the part `place / steps` of a region lies on an axis whose last place is `last`; its middle if there are no steps. */
const regionCoordinate = (start: number, end: number, last: number, place: number, steps: number): number => {
  if (steps === 0) return round(round(0.5 * round(start + end)) * last);
  const shift = round(round(round(place * round(end - start)) * last) / steps);
  return round(round(start * last) + shift);
};

/** The place of the input that each place of the result takes, -1 for the extrapolation value. */
export const nearestPlaces = (axis: ResizedAxis, nearest: Nearest): number[] =>
  coordinatesOf(axis).map((x) => (Number.isNaN(x) ? -1 : Math.min(Math.max(roundTo(x, nearest), 0), axis.from - 1)));

const roundTo = (x: number, nearest: Nearest): number => {
  switch (nearest) {
    case 'floor':
      return Math.floor(x);
    case 'ceil':
      return Math.ceil(x);
    case 'round_prefer_ceil':
      return Math.floor(x + 0.5 + SLACK);
    default:
      return Math.ceil(x - 0.5 - SLACK);
  }
};

/** A coordinate this close to the middle of two places counts as there, as in ONNX Runtime. */
const SLACK = 1e-6;

/** Places on either side of a coordinate that a filter reaches. */
export const supportOf = ({ mode, antialias }: Filter, scale: number): number =>
  (mode === 'cubic' ? 2 : 1) * (antialias ? Math.max(1, 1 / scale) : 1);

/** Weights of neighbouring places of the input. */
type Weights = { first: number; values: number[] };

/** How the places of the result are mixed from the input. */
export const mixtureOf = (axis: ResizedAxis, filter: Filter, extrapolation: number): Mixture => {
  const coordinates = coordinatesOf(axis);
  const all = coordinates.map((x) => (Number.isNaN(x) ? NOTHING : weightsAt(x, axis, filter)));
  const taps = all.reduce((most, { values }) => Math.max(most, values.length), 1);
  const first = Int32Array.from(all, (own) => Math.min(own.first, axis.from - taps));
  const weights = new Float32Array(axis.to * taps);
  all.forEach((own, j) => weights.set(own.values, j * taps + own.first - first[j]!));
  const bias = Float32Array.from(coordinates, (x) => (Number.isNaN(x) ? extrapolation : 0));
  return { taps, first, weights, bias };
};

/** Whether a mixture changes nothing. */
export const isIdentity = ({ taps, first, weights, bias }: Mixture, from: number): boolean =>
  taps === 1 &&
  first.length === from &&
  first.every((place, j) => place === j) &&
  weights.every((weight) => weight === 1) &&
  bias.every((value) => value === 0);

const NOTHING: Weights = { first: 0, values: [] };

const weightsAt = (x: number, axis: ResizedAxis, filter: Filter): Weights => {
  const inside = filter.excludeOutside ? gatherWeights(x, axis, filter, false) : NOTHING;
  const sumInside = sumOf(inside);
  if (sumInside !== 0) return scaled(inside, sumInside);
  const all = gatherWeights(x, axis, filter, true);
  return scaled(all, filter.antialias ? sumOf(all) : 1);
};

/** The filter around `x`; what it has outside of the axis counts for the places at the ends, or not at all. */
const gatherWeights = (x: number, { from, scale }: ResizedAxis, filter: Filter, outside: boolean): Weights => {
  const support = supportOf(filter, scale);
  const stretch = filter.antialias ? Math.max(1, 1 / scale) : 1;
  const curve = filter.mode === 'cubic' ? cubicCurve(filter.cubic) : linearCurve;
  const clamp = (place: number) => Math.min(Math.max(place, 0), from - 1);
  const [begin, end] = [Math.ceil(x - support), Math.floor(x + support)];
  const first = clamp(begin);
  const values = new Array<number>(clamp(end) - first + 1).fill(0);
  for (let place = begin; place <= end; place++) {
    const at = clamp(place);
    if (outside || at === place) values[at - first]! += curve(Math.abs(place - x) / stretch);
  }
  return trimmed(first, values);
};

/** Without zeros at the ends. */
const trimmed = (first: number, values: number[]): Weights => {
  let [begin, end] = [0, values.length];
  while (end > begin && values[end - 1] === 0) end--;
  while (begin < end && values[begin] === 0) begin++;
  return begin === end ? NOTHING : { first: first + begin, values: values.slice(begin, end) };
};

const sumOf = ({ values }: Weights): number => values.reduce((sum, value) => sum + value, 0);

const scaled = ({ first, values }: Weights, sum: number): Weights => ({ first, values: values.map((value) => value / sum) });

const linearCurve = (distance: number): number => Math.max(0, 1 - distance);

/** Keys' cubic with constant `a`. */
const cubicCurve =
  (a: number) =>
  (distance: number): number => {
    if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
    if (distance < 2) return ((distance - 5) * distance + 8) * distance * a - 4 * a;
    return 0;
  };
