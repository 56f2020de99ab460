// Tables of a convolution's panels for the kernel `conv`: weights, lists of offsets, records.

import { floatTable, listTable, type Packer, type Table } from '../../ir/plan.js';
import type { Block } from '../../ir/structure.js';
import { sizeOf } from '../../ir/tensor.js';
import { PANEL_RECORD } from '../../kernels/layout.js';
import { isRange } from '../shared/permutation.js';
import { fullRuns, tapOffsets, type Geometry } from './geometry.js';
import { makePanels, PANEL, type Panel } from './panels.js';

/** Panels and their weights, which do not depend on the sizes of the image. */
export type PackedPanels = {
  panels: readonly Panel[];
  /** For each panel 8 biases, then its weights [taps][inputs][8]. */
  weights: Table;
};

/** How panels read an image of given sizes. */
export type PanelReads = {
  /** Byte offsets of what the panels read, and of the outputs of those that store them one by one. */
  lists: Table;
  /** A record for each panel. */
  records: Table;
};

/** The panels of a convolution of blocks; `weights` holds those of the blocks, block after block. */
export const packedPanels = (
  kernel: readonly number[],
  blocks: readonly Block[],
  weights: Float32Array,
  bias: Float32Array,
): PackedPanels => {
  const taps = sizeOf(kernel);
  const panels = makePanels(blocks, bias.length, taps);
  const words = panels.reduce((sum, panel) => sum + panelWords(panel, taps), 0);
  return {
    panels,
    weights: floatTable(words, (target, packer) => packPanels(target, panels, blocks, taps, weights, bias, packer)),
  };
};

/** The inputs of a panel, and where they are listed. */
type Reads = { inputs: readonly number[]; list: number; count: number; depth: number };

/** What the packed weights of panels consist of. */
export type PanelLayout = {
  /** Words before the weights, for each output of a panel: biases, factors. */
  head: number;
  /** Bytes of an output. */
  bytes: number;
};

/** Panels of floats: biases, then weights. */
const FLOATS: PanelLayout = { head: 1, bytes: 4 };

/** The lists and records of panels for an image of the geometry's sizes. */
export const panelReads = (geometry: Geometry, panels: readonly Panel[], layout: PanelLayout = FLOATS): PanelReads => {
  const taps = sizeOf(geometry.kernel);
  const lists: number[] = [];
  const records: number[] = [];
  let words = 0;
  let reads: Reads | undefined;
  for (const panel of panels) {
    // dense layers have the same inputs in all panels
    if (reads?.inputs !== panel.inputs) {
      const { list, depth } = readsOf(geometry, panel);
      reads = { inputs: panel.inputs, list: lists.length * 4, count: list.length, depth };
      for (const offset of list) lists.push(offset);
    }
    const isDense = isRange(panel.outputs);
    records.push(
      ...PANEL_RECORD.pack({
        list: reads.list,
        count: reads.count,
        depth: reads.depth,
        weights: words * 4,
        outputs: isDense ? -1 : lists.length * 4,
        column: isDense ? panel.outputs[0]! * layout.bytes : 0,
        width: panel.outputs.length,
      }),
    );
    if (!isDense) lists.push(...panel.outputs.map((output) => output * layout.bytes));
    words += panelWords(panel, taps, layout);
  }
  return { lists: listTable(Int32Array.from(lists)), records: listTable(Int32Array.from(records)) };
};

/** Words of a packed panel. */
export const panelWords = ({ inputs }: Panel, taps: number, { head }: PanelLayout = FLOATS): number =>
  PANEL * (head + taps * inputs.length);

/** How a panel reads a window: consecutive channels as runs, other channels individually. */
const readsOf = (
  geometry: Geometry,
  { inputs }: Panel,
): { list: Iterable<number> & { length: number }; depth: number } => {
  if (inputs.length === 0) return { list: new Int32Array(0), depth: 1 };
  if (isRange(inputs)) {
    if (inputs.length === geometry.channels) {
      const { taps, depth } = fullRuns(geometry);
      return { list: taps, depth };
    }
    return { list: tapOffsets(geometry).map((tap) => tap + inputs[0]! * 4), depth: inputs.length };
  }
  const list: number[] = [];
  for (const tap of tapOffsets(geometry)) for (const input of inputs) list.push(tap + input * 4);
  return { list, depth: 1 };
};

/** Writes [8 biases][taps][inputs][8] for each panel, or with only one `tap` of them. */
export const packPanels = (
  target: Float32Array,
  panels: readonly Panel[],
  blocks: readonly Block[],
  taps: number,
  weights: Float32Array,
  bias: Float32Array,
  packer: Packer,
  tap?: number,
): void => {
  const rows = rowsOf(blocks, taps, bias.length);
  const count = tap === undefined ? taps : 1;
  let at = 0;
  for (const { outputs, inputs } of panels) {
    for (let lane = 0; lane < PANEL; lane++) target[at + lane] = bias[outputs[lane]!] ?? 0;
    const own = target.subarray(at + PANEL, (at += PANEL * (1 + count * inputs.length)));
    const read = outputs.map((output) => rows.inputs[output]);
    const starts = outputs.map((output, lane) => rows.starts[output]! + (tap ?? 0) * (read[lane]?.length ?? 0));
    if (read.every((list) => list === inputs)) packer.interleave(own, PANEL, weights, starts);
    else addRows(own.fill(0), inputs, read, starts, count, weights);
  }
};

/** The inputs of every output in the blocks, and where its weights [taps][inputs] start; outputs in no block have none. */
type Rows = { inputs: (readonly number[] | undefined)[]; starts: Int32Array };

const rowsOf = (blocks: readonly Block[], taps: number, outputs: number): Rows => {
  const rows: Rows = { inputs: [], starts: new Int32Array(outputs) };
  let start = 0;
  for (const { inputs, outputs: own } of blocks) {
    for (const output of own) {
      rows.inputs[output] = inputs;
      rows.starts[output] = start;
      start += taps * inputs.length;
    }
  }
  return rows;
};

/** Adds each row to its lane of the panel, which is zero; the weights of an input that a block lists twice are added. */
const addRows = (
  target: Float32Array,
  inputs: readonly number[],
  read: readonly (readonly number[] | undefined)[],
  starts: readonly number[],
  taps: number,
  weights: Float32Array,
): void => {
  const places = placesOf(inputs);
  read.forEach((own = [], lane) => {
    for (let tap = 0; tap < taps; tap++) {
      const [base, from] = [tap * inputs.length * PANEL + lane, starts[lane]! + tap * own.length];
      own.forEach((input, k) => {
        target[base + places.get(input)! * PANEL]! += weights[from + k]!;
      });
    }
  });
};

/** The first index of each input in a panel's list. */
const placesOf = (inputs: readonly number[]): Map<number, number> => {
  const places = new Map<number, number>();
  inputs.forEach((input, place) => places.has(input) || places.set(input, place));
  return places;
};
