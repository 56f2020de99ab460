// Removes the inputs of a panel one by one: each time the one whose loss the other weights can best make up for, which
// are corrected at once (Optimal Brain Compression, Frantar and Alistarh 2022, for groups of weights).

/** In what order inputs were removed, and the squared error of the panel after each. */
export type Removal = { order: number[]; errors: number[] };

/**
 * Removes inputs of a panel until `most` are gone.
 *
 * @param inverse of the matrix of the least-squares problem; its lower triangle is read
 * @param taps weights of an input; those of input i begin at `1 + i * taps`, after the bias, which stays
 * @param rows the best weights of the panel's outputs; not changed
 * @param first inputs that are removed before the others, because the panel does not read them
 * @param watch called after each removal with the number of inputs that are gone, and a function that gives the weights
 */
export const eliminate = (
  inverse: Float64Array,
  taps: number,
  rows: readonly Float64Array[],
  most: number,
  first: readonly number[] = [],
  watch: (removed: number, weights: () => Float64Array[]) => void = () => {},
): Removal => {
  const size = rows[0]!.length;
  const a = inverse.slice();
  const w = rows.map((row) => row.slice());
  const inputs = Array.from({ length: (size - 1) / taps }, (_, i) => i);
  const column = new Float64Array(size);
  const order: number[] = [],
    errors: number[] = [];
  let error = 0;
  while (order.length < most && inputs.length) {
    const wanted = first[order.length];
    const [best, least] = cheapest(a, w, size, taps, wanted === undefined ? inputs.keys() : [inputs.indexOf(wanted)]);
    error += least;
    order.push(inputs[best]!);
    errors.push(error);
    const active = 1 + inputs.length * taps;
    for (let tap = 0; tap < taps; tap++) removeWeight(a, w, size, active, 1 + best * taps + tap, column);
    const last = inputs.pop()!;
    if (best < inputs.length) {
      inputs[best] = last;
      for (let tap = 0; tap < taps; tap++)
        moveWeight(a, w, size, active, 1 + inputs.length * taps + tap, 1 + best * taps + tap);
    }
    watch(order.length, () => w.map((row) => inPlace(row, inputs, taps)));
  }
  return { order, errors };
};

/** Weights in the order of all inputs; `inputs` are those that are left. */
const inPlace = (row: Float64Array, inputs: readonly number[], taps: number): Float64Array => {
  const weights = new Float64Array(row.length);
  weights[0] = row[0]!;
  inputs.forEach((input, place) =>
    weights.set(row.subarray(1 + place * taps, 1 + (place + 1) * taps), 1 + input * taps),
  );
  return weights;
};

/** The place of the input whose removal costs least, and its cost. */
const cheapest = (
  a: Float64Array,
  w: readonly Float64Array[],
  size: number,
  taps: number,
  places: Iterable<number>,
): [number, number] => {
  let [best, least] = [0, Infinity];
  const block = new Float64Array(taps * taps);
  const part = new Float64Array(taps);
  for (const place of places) {
    const start = 1 + place * taps;
    const cost = taps === 1 ? costOfOne(a, w, size, start) : costOf(a, w, size, taps, start, block, part);
    if (cost < least) [best, least] = [place, cost];
  }
  return [best, least];
};

const costOfOne = (a: Float64Array, w: readonly Float64Array[], size: number, at: number): number => {
  let sum = 0;
  for (const row of w) sum += row[at]! * row[at]!;
  return sum / a[at * size + at]!;
};

/** Sum over the rows of v^T B^-1 v: the squared length of L^-1 v for the factor L of B. */
const costOf = (
  a: Float64Array,
  w: readonly Float64Array[],
  size: number,
  taps: number,
  start: number,
  block: Float64Array,
  part: Float64Array,
): number => {
  for (let i = 0; i < taps; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[(start + i) * size + start + j]!;
      for (let k = 0; k < j; k++) sum -= block[i * taps + k]! * block[j * taps + k]!;
      block[i * taps + j] = i === j ? Math.sqrt(Math.max(sum, Number.MIN_VALUE)) : sum / block[j * taps + j]!;
    }
  }
  let cost = 0;
  for (const row of w) {
    for (let i = 0; i < taps; i++) {
      let sum = row[start + i]!;
      for (let k = 0; k < i; k++) sum -= block[i * taps + k]! * part[k]!;
      part[i] = sum / block[i * taps + i]!;
      cost += part[i]! * part[i]!;
    }
  }
  return cost;
};

/** Removes one weight of every row, and its row and column of the inverse; the places keep zeros. */
const removeWeight = (
  a: Float64Array,
  w: readonly Float64Array[],
  size: number,
  active: number,
  at: number,
  column: Float64Array,
): void => {
  for (let j = 0; j < at; j++) column[j] = a[at * size + j]!;
  for (let i = at; i < active; i++) column[i] = a[i * size + at]!;
  const pivot = column[at]!;
  if (!(pivot > 0)) return;
  for (const row of w) {
    const factor = row[at]! / pivot;
    for (let j = 0; j < active; j++) row[j]! -= factor * column[j]!;
    row[at] = 0;
  }
  for (let i = 0; i < active; i++) {
    const factor = column[i]! / pivot;
    if (factor === 0) continue;
    for (let j = 0, p = i * size; j <= i; j++, p++) a[p]! -= factor * column[j]!;
  }
  for (let j = 0; j < at; j++) a[at * size + j] = 0;
  for (let i = at; i < active; i++) a[i * size + at] = 0;
};

/** Moves a weight with its row and column of the inverse from the place `from` to the smaller place `to`. */
const moveWeight = (
  a: Float64Array,
  w: readonly Float64Array[],
  size: number,
  active: number,
  from: number,
  to: number,
): void => {
  for (const row of w) row[to] = row[from]!;
  for (let j = 0; j < to; j++) a[to * size + j] = a[from * size + j]!;
  for (let i = to + 1; i < from; i++) a[i * size + to] = a[from * size + i]!;
  for (let i = from + 1; i < active; i++) a[i * size + to] = a[i * size + from]!;
  a[to * size + to] = a[from * size + from]!;
};
