// A convolution's panels as the kernel `conv` reads them: weights, lists of offsets, records.

import { floatTable, listTable, type Block, type Table } from '../../ir/op.js';
import { sizeOf } from '../../ir/tensor.js';
import { PANEL, isRange, makePanels, type Panel } from './panels.js';
import { fullRuns, tapOffsets, type Sliding } from './sliding.js';

/** Panels with where their parts lie, in words; their weights take `words`. */
export type ConvPanels = { panels: readonly Panel[]; records: Int32Array; lists: Int32Array; words: number };

/** The panels of a convolution with the given blocks. */
export const convPanels = (sliding: Sliding, blocks: readonly Block[], outputs: number): ConvPanels => {
  const taps = sizeOf(sliding.kernel);
  const panels = makePanels(blocks, outputs, taps);
  const lists: number[] = [];
  const records: number[] = [];
  let words = 0;
  for (const panel of panels) {
    const { list, depth } = readsOf(sliding, panel);
    const column = isRange(panel.outputs) ? panel.outputs[0]! * 4 : -1;
    records.push(lists.length * 4, list.length, depth, words * 4);
    for (const offset of list) lists.push(offset);
    records.push(column < 0 ? lists.length * 4 : -1, Math.max(column, 0), panel.outputs.length);
    if (column < 0) lists.push(...panel.outputs.map((output) => output * 4));
    words += PANEL * (1 + taps * panel.inputs.length);
  }
  return { panels, records: Int32Array.from(records), lists: Int32Array.from(lists), words };
};

/** The weights of the panels; `w` holds those of the blocks [outputs][taps][inputs] one after the other. */
export const weightTable = (sliding: Sliding, blocks: readonly Block[], w: Float32Array, bias: Float32Array): Table => {
  const { panels, words } = convPanels(sliding, blocks, bias.length);
  return floatTable(words, (target) => packPanels(target.fill(0), panels, blocks, sizeOf(sliding.kernel), w, bias));
};

/** The tables in the order of `convPanels`'s use: lists, records. */
export const panelTables = ({ lists, records }: ConvPanels): Table[] => [listTable(lists), listTable(records)];

/** How a panel's part of a window is read: runs of channels where they follow each other, else channel by channel. */
const readsOf = (sliding: Sliding, { inputs }: Panel): { list: Int32Array; depth: number } => {
  if (inputs.length === 0) return { list: new Int32Array(0), depth: 1 };
  if (isRange(inputs)) {
    if (inputs.length === sliding.channels) {
      const { taps, depth } = fullRuns(sliding);
      return { list: taps, depth };
    }
    return { list: tapOffsets(sliding).map((tap) => tap + inputs[0]! * 4), depth: inputs.length };
  }
  const list = Array.from(tapOffsets(sliding), (tap) => inputs.map((input) => tap + input * 4));
  return { list: Int32Array.from(list.flat()), depth: 1 };
};

/** Writes [8 biases][taps][inputs][8] for each panel; a weight that no block has is 0. */
const packPanels = (
  target: Float32Array,
  panels: readonly Panel[],
  blocks: readonly Block[],
  taps: number,
  w: Float32Array,
  bias: Float32Array,
): void => {
  const rows = rowsByOutput(blocks, taps);
  let at = 0;
  for (const { outputs, inputs } of panels) {
    const place = new Map<number, number[]>();
    inputs.forEach((input, i) => place.set(input, [...(place.get(input) ?? []), i]));
    outputs.forEach((output, lane) => {
      target[at + lane] = bias[output]!;
      const row = rows.get(output);
      if (row) fillRow(target, at + PANEL + lane, row, inputs, place, taps, w);
    });
    at += PANEL * (1 + taps * inputs.length);
  }
};

type Row = { block: Block; start: number };

/** For each output its block and where its weights begin. */
const rowsByOutput = (blocks: readonly Block[], taps: number): Map<number, Row> => {
  const rows = new Map<number, Row>();
  let start = 0;
  for (const block of blocks) {
    for (const output of block.outputs) {
      rows.set(output, { block, start });
      start += taps * block.inputs.length;
    }
  }
  return rows;
};

/** One output's weights into its lane. A block of the panel's own inputs is copied in order, duplicates included. */
const fillRow = (
  target: Float32Array,
  to: number,
  { block, start }: Row,
  inputs: readonly number[],
  place: ReadonlyMap<number, readonly number[]>,
  taps: number,
  w: Float32Array,
): void => {
  const depth = block.inputs.length;
  const direct = block.inputs === inputs;
  for (let tap = 0; tap < taps; tap++) {
    const base = to + tap * inputs.length * PANEL;
    for (let k = 0; k < depth; k++) {
      const i = direct ? k : place.get(block.inputs[k]!)![0]!;
      target[base + i * PANEL]! += w[start + tap * depth + k]!;
    }
  }
};
