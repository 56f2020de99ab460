// Chooses the outputs that the kernel computes together: panels of up to 8, with all inputs that their outputs need.

import type { Block } from '../../ir/structure.js';
import { isRange, range } from '../shared/permutation.js';

/** Columns of a panel: two vectors. */
export const PANEL = 8;

/** Outputs computed together, in the order of their lanes, and the inputs that any of them reads. */
export type Panel = { outputs: readonly number[]; inputs: readonly number[] };

/**
 * Cost of a panel on four pixels in units of one input's multiply-adds: measured on the kernel (x86-64), where a panel
 * takes 6 + 1.13 inputs ns, plus 0.12 ns per input that is found through a list and 0.9 ns per output that is stored
 * individually.
 */
const COST = { panel: 5, listed: 1.1, scattered: 0.8 } as const;

/** The cost of panels whose windows have `taps` taps. */
export const panelsCost = (panels: readonly Panel[], taps: number): number =>
  panels.reduce((sum, panel) => {
    const stores = isRange(panel.outputs) ? 0 : COST.scattered * panel.outputs.length;
    const reads = panel.inputs.length * (isRange(panel.inputs) ? 1 : COST.listed);
    return sum + COST.panel + stores + taps * reads;
  }, 0);

/**
 * The cheaper of two ways to divide all `outputs` into panels: cut the outputs in order, so that whole vectors are
 * stored; or fill panels block by block and combine the remaining outputs, each stored individually. Outputs in no
 * block read nothing.
 */
export const makePanels = (blocks: readonly Block[], outputs: number, taps: number): Panel[] => {
  const inputsOf = inputsByOutput(blocks, outputs);
  const cut = panelsOf(range(outputs), inputsOf);
  if (blocks.length < 2) return cut;
  const packed = packBlocks(blocks, outputs).map((members) => panelOf(members, inputsOf));
  return panelsCost(packed, taps) < panelsCost(cut, taps) ? packed : cut;
};

/** The order of outputs in which panels that are cut in order are full and read few inputs. */
export const panelOrder = (blocks: readonly Block[], outputs: number): number[] => packBlocks(blocks, outputs).flat();

const inputsByOutput = (blocks: readonly Block[], outputs: number): (readonly number[])[] => {
  const inputsOf = new Array<readonly number[]>(outputs).fill([]);
  for (const block of blocks) for (const output of block.outputs) inputsOf[output] = block.inputs;
  return inputsOf;
};

const panelsOf = (order: readonly number[], inputsOf: readonly (readonly number[])[]): Panel[] =>
  Array.from({ length: Math.ceil(order.length / PANEL) }, (_, i) =>
    panelOf(order.slice(i * PANEL, (i + 1) * PANEL), inputsOf),
  );

const panelOf = (outputs: readonly number[], inputsOf: readonly (readonly number[])[]): Panel => {
  const first = inputsOf[outputs[0]!]!;
  if (outputs.every((output) => inputsOf[output] === first)) return { outputs, inputs: first };
  const lists = new Set(outputs.map((output) => inputsOf[output]!));
  // typed arrays sort numbers without a comparison function; those of Hermes are not made from sets
  return { outputs, inputs: [...Int32Array.from([...new Set([...lists].flat())]).sort()] };
};

/** Full panels of every block, then panels of the blocks' remaining outputs and of outputs in no block. */
export const packBlocks = (blocks: readonly Block[], outputs: number): number[][] => {
  const left = new Set(range(outputs));
  const full: number[][] = [];
  const rests: number[][] = [];
  for (const { outputs: own } of blocks) {
    for (const output of own) left.delete(output);
    const whole = own.length - (own.length % PANEL);
    for (let at = 0; at < whole; at += PANEL) full.push(own.slice(at, at + PANEL));
    if (whole < own.length) rests.push(own.slice(whole));
  }
  for (const output of left) rests.push([output]);
  return [...full, ...fillBins(rests)];
};

/** First fit, largest first. A part never fits a bin that an earlier part of the same length did not fit. */
const fillBins = (parts: readonly number[][]): number[][] => {
  const bins: number[][] = [];
  let first = 0,
    length = 0;
  for (const part of [...parts].sort((a, b) => b.length - a.length)) {
    if (part.length !== length) [first, length] = [0, part.length];
    while (first < bins.length && bins[first]!.length + length > PANEL) first++;
    if (first < bins.length) bins[first]!.push(...part);
    else bins.push([...part]);
  }
  return bins;
};
