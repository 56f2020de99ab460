// The largest or smallest values of an axis, in order.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { checkAxes, checkInteger, checkedShape } from '../shared/checks.js';
import { viewAround } from '../shared/axis-view.js';
import { planScript, type Elements } from './script.js';

/** The bit that tells negative numbers. */
const SIGN = 2 ** 31;

/**
 * The `k` largest values along `axis`, or the smallest unless `largest`, in order; of equal ones the first comes first. With
 * `indices` where they are, as int64.
 */
export const topK = defineOp({
  code: 25,
  name: 'topK',
  inputs: { x: 'value' },
  attrs: { axis: 'i32', k: 'i32', largest: 'bool', indices: 'bool' },
  type: ({ x }, { indices }) => {
    if (x.type === 'bool') throw new ShapeError(`${x.name} is bool; expected numbers`);
    return indices ? 'int64' : x.type;
  },
  shape: ({ x }, { axis, k }) => {
    checkAxes([axis], x.shape.length);
    checkInteger('k', k, 1, x.shape[axis]);
    return checkedShape(x.shape.map((size, i) => (i === axis ? k : size)));
  },
  plan: ({ x }, output, { axis, k, largest, indices }) => {
    const { outer, axis: size, inner } = viewAround(x.shape, axis);
    return planScript([x], output, ([values], y) => {
      const order = new Order(size, largest);
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < inner; i++) {
          const start = o * size * inner + i;
          order.sort(values!, start, inner);
          for (let rank = 0; rank < k; rank++) {
            const index = order.at(rank);
            y[(o * k + rank) * inner + i] = indices ? index : values![start + index * inner]!;
          }
        }
      }
    });
  },
});

/** The order of a row of numbers: a comparing function would be called millions of times, so keys are sorted instead. */
class Order {
  /** For each number a key of 64 bits: the number as an unsigned integer of the same order, then its index. */
  private readonly keys: BigUint64Array;
  private readonly words: Uint32Array;
  private readonly number = new Float32Array(1);
  private readonly bits = new Int32Array(this.number.buffer);

  constructor(
    private readonly size: number,
    private readonly largestFirst: boolean,
  ) {
    this.keys = new BigUint64Array(size);
    this.words = new Uint32Array(this.keys.buffer);
  }

  sort(values: Elements, start: number, step: number): void {
    const { size, words, largestFirst } = this;
    for (let index = 0; index < size; index++) {
      const value = values[start + index * step]!;
      const key = values instanceof Float32Array ? this.keyOfFloat(value) : value ^ SIGN;
      words[2 * index] = index;
      words[2 * index + 1] = largestFirst ? ~key : key;
    }
    this.keys.sort();
  }

  /** The index of the number of this rank. */
  at(rank: number): number {
    return this.words[2 * rank]!;
  }

  // the bits of floats have the order of the floats, backwards for negative ones (IEEE 754)
  private keyOfFloat(value: number): number {
    this.number[0] = value + 0; // -0 becomes 0
    const bits = this.bits[0]!;
    return bits < 0 ? ~bits : bits | SIGN;
  }
}
