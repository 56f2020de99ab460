// Padding and cropping.

import { ShapeError } from '../errors.js';
import { shapeInWords, type Value } from '../ir/value.js';
import { defineOp } from '../ir/op.js';
import type { AttrsOf } from '../ir/schema.js';
import { checkChannelsStay, checkFinite, checkIntegers } from './shared/checks.js';
import { evenPlaces, placesAlong, planRemap, remapShape, remapTable, type Places } from './shared/remap.js';

const schema = { mode: ['constant', 'reflect', 'edge', 'wrap'], pads: 'i32s', value: 'f32' } as const;

type PadAttrs = AttrsOf<typeof schema>;

/**
 * `pads` are the numbers of elements to add before each axis, then after each; negative ones crop, before anything is
 * added. New elements are `value` or copies of remaining elements: mirrored without the edge, the edge, or wrapped
 * around. Of an int8 value, the channels stay, and new integers are 0 if they are not copies.
 */
export const pad = defineOp({
  code: 12,
  name: 'pad',
  inputs: { x: 'value' },
  int8: true,
  attrs: schema,
  shape: ({ x }, attrs) => {
    const { pads, mode, value } = attrs;
    checkIntegers('pads', pads, 2 * x.shape.length, -(2 ** 31));
    checkFinite('value', value === Infinity || value === -Infinity ? 0 : value);
    if (!schema.mode.includes(mode)) throw new ShapeError(`unknown pad mode ${mode}`);
    checkChannelsStay(x, value === 0 && !pads.at(-1) && !pads[x.shape.length - 1]);
    return remapShape(
      x.shape.map((size, axis) => {
        const { before, after, rest } = axisPads(size, pads, axis);
        if (rest < 1 && mode !== 'constant') {
          throw new ShapeError(`pads of ${before} and ${after} remove all ${size} elements`);
        }
        return size + before + after;
      }),
    );
  },
  plan: ({ x }, output, attrs) => {
    const shape = shapeInWords(x);
    const indices = shape.map((size, axis) => padIndices(size, axisPads(size, attrs.pads, axis), attrs.mode));
    return planRemap(x, output, remapTable(placesAlong(shape, indices)), fillBits(x, attrs));
  },
});

type AxisPads = { before: number; after: number; first: number; rest: number };

/** The pads of an axis; `rest` elements from `first` on are kept. */
const axisPads = (size: number, pads: readonly number[], axis: number): AxisPads => {
  const before = pads[axis]!;
  const after = pads[axis + pads.length / 2]!;
  return { before, after, first: Math.max(0, -before), rest: size + Math.min(0, before) + Math.min(0, after) };
};

const padIndices = (size: number, { before, after, first, rest }: AxisPads, mode: PadAttrs['mode']): Places => {
  const count = size + before + after;
  if (before <= 0 && after <= 0) return evenPlaces(count, first);
  const at = (i: number) => {
    const place = i - before - first;
    const index = place >= 0 && place < rest ? place : outside[mode](place, rest);
    return index < 0 ? -1 : first + index;
  };
  return { count, at };
};

const modulo = (place: number, size: number): number => ((place % size) + size) % size;

const outside: Record<PadAttrs['mode'], (place: number, rest: number) => number> = {
  constant: () => -1,
  edge: (place, rest) => Math.min(Math.max(place, 0), rest - 1),
  wrap: modulo,
  reflect: (place, rest) => {
    if (rest === 1) return 0;
    const index = modulo(place, 2 * (rest - 1));
    return Math.min(index, 2 * (rest - 1) - index);
  },
};

const fillBits = ({ type }: Value, { value }: PadAttrs): number =>
  type === 'float32' ? new Int32Array(Float32Array.of(value).buffer)[0]! : Math.trunc(value);
