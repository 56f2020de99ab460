// Which inputs each output of a convolution reads, as bits.

import type { Block } from '../../ir/structure.js';
import { weightRows } from '../../ops/conv/block-weights.js';
import { range } from '../../ops/shared/permutation.js';

/** Bits of a word. */
const WORD = 32;

/** For each output of a convolution the inputs that have a weight other than 0 for it; zero means exactly zero. */
export class Support {
  /** Words of an output's row; bit i % 32 of word i / 32 is input i. */
  private readonly width: number;
  private readonly bits: Int32Array;

  constructor(
    private readonly outputs: number,
    private readonly inputs: number,
  ) {
    this.width = Math.ceil(inputs / WORD);
    this.bits = new Int32Array(outputs * this.width);
  }

  /** Adds the inputs of the blocks whose weights, [outputs][taps][inputs] one after the other, are not 0 in all taps. */
  addWeights(weights: ArrayLike<number>, blocks: readonly Block[], taps: number): void {
    for (const { output, inputs, start } of weightRows(blocks, taps)) {
      for (let tap = 0, at = start; tap < taps; tap++) {
        for (let i = 0; i < inputs.length; i++, at++) if (weights[at] !== 0) this.add(output, inputs[i]!);
      }
    }
  }

  add(output: number, input: number): void {
    this.bits[output * this.width + (input >>> 5)]! |= 1 << (input & 31);
  }

  /** The inputs that any of these outputs reads, ascending. */
  union(outputs: readonly number[]): number[] {
    const inputs: number[] = [];
    for (let word = 0; word < this.width; word++) {
      let bits = 0;
      for (const output of outputs) bits |= this.wordOf(output, word);
      for (; bits; bits &= bits - 1) inputs.push(word * WORD + lowestBit(bits));
    }
    return inputs;
  }

  /** Sets of outputs that read the same, by their first outputs; outputs that read nothing are in none. */
  patterns(): number[][] {
    let sets = [this.readers()];
    // The longer the prefix of the rows that is compared, the more sets. Without a pattern all outputs are soon apart.
    for (let word = 0; word < this.width && sets.some((set) => set.length > 1); word++)
      sets = sets.flatMap((set) => (set.length > 1 ? this.splitByWord(set, word) : [set]));
    return sets.filter((set) => set.length).sort(([a], [b]) => a! - b!);
  }

  /**
   * The connected components of the graph that joins each output with the inputs it reads: never wrong, and not misled by
   * single zeros inside a block. Outputs that read nothing are in no component.
   */
  components(): Block[] {
    const used = this.union(range(this.outputs));
    const readers = this.readers();
    const sets = new DisjointSets(this.inputs);
    for (let apart = used.length - 1, i = 0; apart > 0 && i < readers.length; i++)
      apart -= this.joinInputs(readers[i]!, sets);
    const blocks = new Map<number, { inputs: number[]; outputs: number[] }>();
    const blockOf = (input: number) => {
      const root = sets.find(input);
      const block = blocks.get(root) ?? { inputs: [], outputs: [] };
      blocks.set(root, block);
      return block;
    };
    for (const output of readers) blockOf(this.firstInput(output)).outputs.push(output);
    for (const input of used) blockOf(input).inputs.push(input);
    return [...blocks.values()];
  }

  private wordOf(output: number, word: number): number {
    return this.bits[output * this.width + word]!;
  }

  /** The outputs that read something. */
  private readers(): number[] {
    return range(this.outputs).filter((output) => this.firstInput(output) >= 0);
  }

  /** The first input that an output reads; -1 if there is none. */
  private firstInput(output: number): number {
    for (let word = 0; word < this.width; word++) {
      const bits = this.wordOf(output, word);
      if (bits) return word * WORD + lowestBit(bits);
    }
    return -1;
  }

  private splitByWord(set: readonly number[], word: number): number[][] {
    const parts = new Map<number, number[]>();
    for (const output of set) {
      const part = parts.get(this.wordOf(output, word));
      if (part) part.push(output);
      else parts.set(this.wordOf(output, word), [output]);
    }
    return [...parts.values()];
  }

  /** Joins all inputs of an output. @returns how many sets there are less */
  private joinInputs(output: number, sets: DisjointSets): number {
    const first = this.firstInput(output);
    let joined = 0;
    for (let word = first >>> 5; word < this.width; word++) {
      for (let bits = this.wordOf(output, word); bits; bits &= bits - 1)
        joined += sets.join(first, word * WORD + lowestBit(bits));
    }
    return joined;
  }
}

const lowestBit = (bits: number): number => 31 - Math.clz32(bits & -bits);

/** Numbers in sets that can be joined. */
class DisjointSets {
  private readonly parents: Int32Array;

  constructor(size: number) {
    this.parents = Int32Array.from({ length: size }, (_, i) => i);
  }

  /** The number that stands for the set of `i`. */
  find(i: number): number {
    const { parents } = this;
    while (parents[i] !== i) i = parents[i] = parents[parents[i]!]!;
    return i;
  }

  /** @returns 1 if the numbers were in different sets, else 0 */
  join(a: number, b: number): number {
    const [first, second] = [this.find(a), this.find(b)];
    this.parents[second] = first;
    return first === second ? 0 : 1;
  }
}
