// Random masks of learned groups as FLGC, CondenseNet, DGConv and MSGC produce them: which outputs read which inputs.

import type { Block } from '../../src/ir/structure.js';
import { mulberry32 } from './seeded.js';

/**
 * For each output the factor of each input's weights: 0 if it does not read it, 2 or more if a tie connects them twice.
 */
export type Mask = readonly (readonly number[])[];

/** Repeatable random numbers. */
export type Random = {
  /** From `min` to `max`, both included. */
  integer: (min: number, max: number) => number;
  chance: (share: number) => boolean;
  pick: <T>(list: readonly T[]) => T;
  shuffled: <T>(list: readonly T[]) => T[];
  floats: (count: number, low: number, high: number) => Float32Array;
};

/** Random numbers for a seed. */
export const createRandom = (seed: number): Random => {
  const next = mulberry32(seed);
  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    integer,
    chance: (share) => next() < share,
    pick: (list) => list[integer(0, list.length - 1)]!,
    shuffled: (list) => {
      const left = [...list];
      return Array.from(list, () => left.splice(integer(0, left.length - 1), 1)[0]!);
    },
    floats: (count, low, high) => Float32Array.from({ length: count }, () => low + next() * (high - low)),
  };
};

/** The numbers from 0 to `count` - 1. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

type Draw = (random: Random, outputs: number, inputs: number) => Mask;

const maskOf = (outputs: number, inputs: number, factor: (output: number, input: number) => number): Mask =>
  range(outputs).map((output) => range(inputs).map((input) => factor(output, input)));

/** The product of two assignments to groups, each a list of groups for every channel. */
const product = (ofOutputs: number[][], ofInputs: number[][]): Mask =>
  maskOf(
    ofOutputs.length,
    ofInputs.length,
    (output, input) => ofOutputs[output]!.filter((group) => ofInputs[input]!.includes(group)).length,
  );

/**
 * A group for each channel; small numbers are more frequent if skewed. With ties some channels are in several groups.
 */
const assign = (random: Random, channels: number, groups: number, skewed: boolean, ties: number): number[][] =>
  range(channels).map(() => {
    const group = () =>
      skewed ? Math.min(random.integer(0, groups - 1), random.integer(0, groups - 1)) : random.integer(0, groups - 1);
    const own = [group()];
    while (random.chance(ties)) own.push(group());
    return [...new Set(own)];
  });

/** FLGC: groups of any size; some have no inputs or no outputs. */
const flgc =
  (skewed: boolean, ties: number): Draw =>
  (random, outputs, inputs) => {
    const groups = random.integer(1, 9);
    return product(assign(random, outputs, groups, skewed, ties), assign(random, inputs, groups, skewed, ties));
  };

/** Groups of 1, 3 and 17 channels, in order or scattered. */
const cut: Draw = (random, outputs, inputs) => {
  const parts = (channels: number) => {
    const list: number[][] = [];
    for (let group = 0; list.length < channels; group++)
      for (let i = random.pick([1, 3, 17]); i > 0; i--) list.push([group]);
    return random.chance(0.5) ? list.slice(0, channels) : random.shuffled(list.slice(0, channels));
  };
  return product(parts(outputs), parts(inputs));
};

/** CondenseNet: outputs belong to groups in turn, and each group reads the same number of random inputs. */
const condensed: Draw = (random, outputs, inputs) => {
  const groups = random.integer(2, 5);
  const count = Math.ceil(inputs / random.integer(2, 5));
  const sets = range(groups).map(() => new Set(random.shuffled(range(inputs)).slice(0, count)));
  return maskOf(outputs, inputs, (output, input) => Number(sets[output % groups]!.has(input)));
};

/** DGConv: channels are connected if their numbers agree in some bits. */
const bits: Draw = (random, outputs, inputs) => {
  const agree = random.integer(0, 15);
  return maskOf(outputs, inputs, (output, input) => Number((output & agree) === (input & agree)));
};

/** MSGC for one sample: heads of equal size, each with its own inputs, perhaps none. */
const heads: Draw = (random, outputs, inputs) => {
  const count = random.integer(1, 4);
  const kept = range(count).map(() => {
    const share = random.pick([0, 0.3, 0.5, 0.8]);
    return range(inputs).map(() => Number(random.chance(share)));
  });
  return maskOf(outputs, inputs, (output, input) => kept[Math.floor((output * count) / outputs)]![input]!);
};

/** Runs of outputs that read runs of inputs. */
const runs: Draw = (random, outputs, inputs) => {
  const rows: number[][] = [];
  while (rows.length < outputs) {
    const [start, length] = [random.integer(0, inputs - 1), random.integer(0, inputs)];
    const row = range(inputs).map((input) => Number(input >= start && input < start + length));
    for (let i = random.integer(1, 12); i > 0; i--) rows.push(row);
  }
  return rows.slice(0, outputs);
};

const DRAWS: readonly Draw[] = [flgc(false, 0), flgc(true, 0), flgc(false, 0.1), cut, condensed, bits, heads, runs];

/** A mask of any kind, sometimes with outputs that read nothing. */
export const randomMask: Draw = (random, outputs, inputs) => {
  const mask = random.pick(DRAWS)(random, outputs, inputs);
  const dead = random.chance(0.2) ? 0.2 : 0;
  return mask.map((row) => (random.chance(dead) ? row.map(() => 0) : row));
};

/** A mask of groups that do not overlap, so that each channel is in at most one block. */
export const randomGroups: Draw = (random, outputs, inputs) =>
  random.pick([flgc(false, 0), flgc(true, 0), cut, bits])(random, outputs, inputs);

/**
 * The blocks of a mask: one for each distinct set of inputs. Outputs that read nothing are in no block, or in one
 * without inputs.
 */
export const blocksOfMask = (mask: Mask, withEmpty = false): Block[] => {
  const blocks = new Map<string, { inputs: number[]; outputs: number[] }>();
  mask.forEach((row, output) => {
    const inputs = range(row.length).filter((input) => row[input] !== 0);
    if (!inputs.length && !withEmpty) return;
    const key = inputs.join();
    if (!blocks.has(key)) blocks.set(key, { inputs, outputs: [] });
    blocks.get(key)!.outputs.push(output);
  });
  return blocks.size ? [...blocks.values()] : [{ inputs: [], outputs: [] }];
};
