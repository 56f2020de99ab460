// Resizing one axis: the input coordinate of every output element, and the input elements and weights it is computed
// from.

import { evenPlaces, type Places } from './remap.js';

/** How output indices become input coordinates; ONNX's `coordinate_transformation_mode`. */
export type Coordinates =
  'half_pixel' | 'half_pixel_symmetric' | 'pytorch_half_pixel' | 'align_corners' | 'asymmetric' | 'tf_crop_and_resize';

/** How a coordinate is rounded to an index; ONNX's `nearest_mode`. */
export type Nearest = 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';

/** One axis that is resized. `start` and `end` are the region's bounds as fractions of the axis. */
export type ResizedAxis = {
  from: number;
  to: number;
  scale: number;
  coordinates: Coordinates;
  start: number;
  end: number;
};

/** The interpolation filter. */
export type Filter = {
  mode: 'linear' | 'cubic';
  /** The coefficient a of Keys' cubic. */
  cubic: number;
  excludeOutside: boolean;
  antialias: boolean;
};

/** `y[j] = bias[j] + sum over t of weights[j * taps + t] * x[first[j] + t]`. */
export type Mixture = { taps: number; first: Int32Array; weights: Float32Array; bias: Float32Array };

const round = Math.fround;

/** The input coordinate of an output index, in single precision; NaN where the output is the extrapolation value. */
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

/**
 * The coordinate at fraction `place / steps` of a region, on an axis whose last index is `last`; the region's middle if
 * there are no steps.
 */
const regionCoordinate = (start: number, end: number, last: number, place: number, steps: number): number => {
  if (steps === 0) return round(round(0.5 * round(start + end)) * last);
  const shift = round(round(round(place * round(end - start)) * last) / steps);
  return round(round(start * last) + shift);
};

/** Whether resizing leaves an axis unchanged. */
export const isUnchanged = ({ from, to, scale, coordinates }: ResizedAxis): boolean =>
  from === to && (coordinates === 'align_corners' || (scale === 1 && coordinates !== 'tf_crop_and_resize'));

/** The input index of each output index, -1 for the extrapolation value. */
export const nearestPlaces = (axis: ResizedAxis, nearest: Nearest): Places => {
  if (isUnchanged(axis)) return evenPlaces(axis.to);
  const at = (place: number): number => {
    const x = coordinateOf(axis, place);
    return Number.isNaN(x) ? -1 : Math.min(Math.max(roundTo(x, nearest), 0), axis.from - 1);
  };
  return { count: axis.to, at };
};

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

/** A coordinate this close to halfway between two indices counts as halfway, as in ONNX Runtime. */
const SLACK = 1e-6;

/** How far a filter reaches to either side of a coordinate, in input elements. */
const supportOf = ({ mode, antialias }: Filter, scale: number): number =>
  (mode === 'cubic' ? 2 : 1) * (antialias ? Math.max(1, 1 / scale) : 1);

/** Maximum number of input elements that an output element is computed from. */
export const reachOf = (filter: Filter, scale: number): number => 2 * Math.ceil(supportOf(filter, scale)) + 1;

/** The input elements and weights of every output element. */
export const mixtureOf = (axis: ResizedAxis, filter: Filter, extrapolation: number): Mixture => {
  const { from, to } = axis;
  const reach = reachOf(filter, axis.scale);
  const [first, counts, bias] = [new Int32Array(to), new Int32Array(to), new Float32Array(to)];
  const [row, all] = [new Float64Array(reach), new Float64Array(to * reach)];
  let taps = 1;
  for (let j = 0; j < to; j++) {
    const x = coordinateOf(axis, j);
    if (Number.isNaN(x)) {
      bias[j] = extrapolation;
      continue;
    }
    const { first: place, start, end } = weightsAt(row, x, axis, filter);
    for (let t = start; t < end; t++) all[j * reach + t - start] = row[t]!;
    first[j] = place + start;
    counts[j] = end - start;
    taps = Math.max(taps, end - start);
  }
  const weights = new Float32Array(to * taps);
  for (let j = 0; j < to; j++) {
    const begin = Math.min(first[j]!, from - taps);
    const target = j * taps + first[j]! - begin;
    for (let t = 0; t < counts[j]!; t++) weights[target + t] = all[j * reach + t]!;
    first[j] = begin;
  }
  return { taps, first, weights, bias };
};

/** The range of a row's weights in use; weight t belongs to input element `first + t`. */
type Span = { first: number; start: number; end: number };

/** Writes the weights of the output at coordinate `x` into `row`. */
const weightsAt = (row: Float64Array, x: number, axis: ResizedAxis, filter: Filter): Span => {
  const inside = filter.excludeOutside ? gatherWeights(row, x, axis, filter, false) : NOTHING;
  const sumInside = sumOf(row, inside);
  if (sumInside !== 0) return scale(row, inside, sumInside);
  const all = gatherWeights(row, x, axis, filter, true);
  return filter.antialias ? scale(row, all, sumOf(row, all)) : all;
};

const NOTHING: Span = { first: 0, start: 0, end: 0 };

/** The filter around `x`; weights outside the axis are added to those at its ends, or left out. */
const gatherWeights = (
  row: Float64Array,
  x: number,
  { from, scale }: ResizedAxis,
  filter: Filter,
  outside: boolean,
): Span => {
  const support = supportOf(filter, scale);
  const stretch = filter.antialias ? Math.max(1, 1 / scale) : 1;
  const [begin, last] = [Math.ceil(x - support), Math.floor(x + support)];
  const first = clamp(begin, from);
  let [start, end] = [0, clamp(last, from) - first + 1];
  row.fill(0, 0, end);
  for (let place = begin; place <= last; place++) {
    const at = clamp(place, from);
    const distance = Math.abs(place - x) / stretch;
    if (outside || at === place)
      row[at - first]! += filter.mode === 'cubic' ? cubicCurve(filter.cubic, distance) : linearCurve(distance);
  }
  while (end > start && row[end - 1] === 0) end--;
  while (start < end && row[start] === 0) start++;
  return { first, start, end };
};

const clamp = (place: number, size: number): number => Math.min(Math.max(place, 0), size - 1);

const sumOf = (row: Float64Array, { start, end }: Span): number => {
  let sum = 0;
  for (let t = start; t < end; t++) sum += row[t]!;
  return sum;
};

const scale = (row: Float64Array, span: Span, sum: number): Span => {
  for (let t = span.start; t < span.end; t++) row[t]! /= sum;
  return span;
};

const linearCurve = (distance: number): number => Math.max(0, 1 - distance);

/** Keys' cubic with constant `a`. */
const cubicCurve = (a: number, distance: number): number => {
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  if (distance < 2) return ((distance - 5) * distance + 8) * distance * a - 4 * a;
  return 0;
};
