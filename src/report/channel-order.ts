// Orders of a layer's channels in a picture of its groups.

import type { Block } from '../ir/structure.js';

/** A layer's channels and groups. */
export type Channels = { inputs: number; outputs: number; groups: readonly Block[] };

/** The position of every channel in the picture. */
export type Places = { inputs: readonly number[]; outputs: readonly number[] };

/** A run of adjacent positions. */
export type Run = readonly [start: number, length: number];

/** Channels in memory order. */
export const memoryOrder = ({ inputs, outputs }: Channels): Places => ({
  inputs: range(inputs),
  outputs: range(outputs),
});

/** Channels sorted by their groups; channels without a group come last. */
export const groupOrder = ({ inputs, outputs, groups }: Channels): Places => ({
  inputs: placesOf(
    membership(
      inputs,
      groups.map((group) => group.inputs),
    ),
  ),
  outputs: placesOf(
    membership(
      outputs,
      groups.map((group) => group.outputs),
    ),
  ),
});

/** Inputs that no output reads, and outputs that read nothing. */
export const idleChannels = ({ inputs, outputs, groups }: Channels): Block => {
  const working = groups.filter((group) => group.inputs.length && group.outputs.length);
  const [read, made] = [
    new Set(working.flatMap((group) => group.inputs)),
    new Set(working.flatMap((group) => group.outputs)),
  ];
  return {
    inputs: range(inputs).filter((input) => !read.has(input)),
    outputs: range(outputs).filter((output) => !made.has(output)),
  };
};

/** The runs of positions that channels occupy. */
export const runsOf = (channels: readonly number[], places: readonly number[]): Run[] => {
  const sorted = [...new Set(channels.map((channel) => places[channel]!))].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const place of sorted) {
    const last = runs.at(-1);
    if (last && last[0] + last[1] === place) last[1]++;
    else runs.push([place, 1]);
  }
  return runs;
};

/** Whether two orders are equal. */
export const sameOrder = (a: Places, b: Places): boolean =>
  a.inputs.every((place, i) => place === b.inputs[i]) && a.outputs.every((place, i) => place === b.outputs[i]);

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** The groups that contain each channel, ascending. */
const membership = (channels: number, groups: readonly (readonly number[])[]): number[][] => {
  const groupsOf = range(channels).map((): number[] => []);
  groups.forEach((members, group) => new Set(members).forEach((channel) => groupsOf[channel]!.push(group)));
  return groupsOf;
};

const placesOf = (groupsOf: readonly (readonly number[])[]): number[] => {
  const order = range(groupsOf.length).sort((a, b) => compare(groupsOf[a]!, groupsOf[b]!) || a - b);
  const places = new Array<number>(order.length);
  order.forEach((channel, place) => (places[channel] = place));
  return places;
};

/** Compares lists of groups by the first difference; an empty list comes last. */
const compare = (a: readonly number[], b: readonly number[]): number => {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] !== b[i]) return i ? (a[i] ?? -1) - (b[i] ?? -1) : (a[i] ?? Infinity) - (b[i] ?? Infinity);
  }
  return 0;
};
