// Consecutive layers that work row by row run in bands: only a few rows of the values between them are in memory, and
// these stay in cache (depth-first tiling; Waeijen et al. 2021, Alwani et al. 2016).

import { firstInput, type Graph, type Node } from '../ir/graph.js';
import {
  alignUp,
  type AddressOf,
  type Clock,
  type Plan,
  type RowsPlan,
  type RowsRead,
  type RowsStep,
  type Scratch,
  type Step,
} from '../ir/plan.js';
import { bytesOf, samplesOf, type Value } from '../ir/value.js';
import type { Kernels } from '../kernels/wasm.js';
import { advance, OVERREAD, rowZero, type Window } from '../ops/shared/row-window.js';
import { inputsOf, outputOf, type Unit } from './unit.js';

/** Layers run in bands if a sample's value between them is larger than this, in bytes. */
const MIN_BETWEEN = 1024 * 1024;

/** Target for the total size of the bands between a chain's layers, in bytes. */
const BAND_BYTES = 512 * 1024;

/**
 * Chains are so short that their bands have at least this many rows: each band moves the rows that it shares with the one
 * before it, which takes longer than the cache saves if they are most of its rows.
 */
const MIN_ROWS = 4;

/** A layer of a chain, which computes its output row by row. */
type BandLayer = { node: Node; rows: RowsPlan; plan: Plan };

/**
 * Joins units into chains: each unit is read only by the next, and all of them work on bands of rows, which are long enough.
 * `kept` values and outputs of the graph are computed as a whole.
 */
export const joinRowBands = (units: readonly Unit[], graph: Graph, kept: readonly Value[]): Unit[] => {
  const reads = new Map<Value, number>();
  for (const input of units.flatMap(inputsOf)) reads.set(input, (reads.get(input) ?? 0) + 1);
  const whole = new Set([...kept, ...graph.outputs.map(({ value }) => value)]);
  const follows = (unit: Unit, before: Unit): boolean => {
    const between = outputOf(before);
    return (
      unit.members[0]!.inputs[0] === between &&
      reads.get(between) === 1 &&
      !whole.has(between) &&
      unit.plan.rows !== undefined &&
      before.plan.rows !== undefined &&
      bytesOf(between) / samplesOf(between) >= MIN_BETWEEN
    );
  };
  const joined: Unit[] = [];
  for (let start = 0; start < units.length;) {
    let end = start + 1;
    while (end < units.length && follows(units[end]!, units[end - 1]!) && fits(units.slice(start, end + 1))) end++;
    const chain = units.slice(start, end);
    joined.push(chain.length > 1 ? joinChain(chain) : chain[0]!);
    start = end;
  }
  return joined;
};

/** Whether the bands of a chain are long enough. */
const fits = (chain: readonly Unit[]): boolean => {
  const layers = layersOf(chain);
  return layers.length === 2 || bandsOf(layers).rows >= Math.min(MIN_ROWS, rowsOf(layers.at(-1)!.node.output));
};

const layersOf = (chain: readonly Unit[]): BandLayer[] =>
  chain.map(({ members: [node], plan }) => ({ node: node!, rows: plan.rows!, plan }));

const joinChain = (units: readonly Unit[]): Unit => {
  const layers = layersOf(units);
  const bands = bandsOf(layers);
  const scratch = { bytes: bands.bytes };
  return {
    members: layers.map(({ node }) => node),
    plan: {
      tables: layers.flatMap(({ plan }) => plan.tables ?? []),
      scratch: [scratch],
      algorithms: layers.map(({ plan }) => plan.algorithms?.[0]),
      overwrites: layers.at(-1)!.plan.overwrites,
      bind: (kernels, address) => bindChain(layers, bands, scratch, kernels, address),
    },
  };
};

type Bands = { rows: number; offsets: number[]; bytes: number };

/**
 * The maximum number of rows of the last output whose bands fit, at least one, and the bands' offsets in scratch
 * memory.
 */
const bandsOf = (layers: readonly BandLayer[]): Bands => {
  let [low, high] = [1, rowsOf(layers.at(-1)!.node.output)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (layoutBands(layers, middle).bytes > BAND_BYTES) high = middle - 1;
    else low = middle;
  }
  return layoutBands(layers, low);
};

const layoutBands = (layers: readonly BandLayer[], rows: number): Bands => {
  const offsets = new Array<number>(layers.length - 1);
  let bytes = 0;
  let needed = rows;
  for (let i = layers.length - 2; i >= 0; i--) {
    const { output } = layers[i]!.node;
    const next = layers[i + 1]!;
    needed = Math.min(rowsOf(output), maxRowsRead(next.rows.reads, needed, rowsOf(next.node.output)));
    offsets[i] = bytes;
    bytes += alignUp(needed * rowBytes(output)) + OVERREAD;
  }
  return { rows, offsets, bytes };
};

/**
 * The maximum number of input rows that a band of `rows` output rows out of `total` reads. Windows that begin in the
 * padding above the image are cut off at its first row:
 *
 *     output row    0     1     2     3
 *     input rows  0..1  0..2  1..3  2..4     (3x3, one row of padding)
 *
 * As long as the first window of a band is cut off, later bands read more; from the first whole window on, bands read
 * the same number of rows, or fewer at the end of the image. So the last band that begins with a cut window, or the one
 * after it, is the longest.
 */
const maxRowsRead = (reads: RowsRead, rows: number, total: number): number => {
  const isCut = (first: number) => reads(first, first + 1)[0] === reads(0, 1)[0];
  let [low, high] = [0, total - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isCut(middle)) low = middle;
    else high = middle - 1;
  }
  return Math.max(
    ...[low, Math.min(low + 1, total - 1)].map((first) => {
      const [from, to] = reads(first, Math.min(total, first + rows));
      return to - from;
    }),
  );
};

const rowsOf = ({ shape }: Value): number => shape[1]!;

const rowBytes = (value: Value): number => imageBytes(value) / rowsOf(value);

const imageBytes = (value: Value): number => bytesOf(value) / samplesOf(value);

const bindChain = (
  layers: readonly BandLayer[],
  { rows, offsets }: Bands,
  scratch: Scratch,
  kernels: Kernels,
  address: AddressOf,
): Step => {
  const steps = layers.map((layer) => layer.rows.bind(kernels, address));
  const windows = offsets.map((offset, i): Window => {
    const { reads } = layers[i + 1]!.rows;
    return { address: address(scratch) + offset, rowBytes: rowBytes(layers[i]!.node.output), reads, from: 0, to: 0 };
  });
  const [x, y] = [firstInput(layers[0]!.node), layers.at(-1)!.node.output];
  const [samples, total] = y.shape as [number, number];
  const [input, output, xBytes, yBytes] = [address(x), address(y), imageBytes(x), imageBytes(y)];
  /** Computes rows of layer i's output, after the rows that they read and that are not in memory yet. */
  const make = (i: number, sample: number, first: number, last: number, clock?: Clock): void => {
    const [before, own] = [windows[i - 1], windows[i]];
    if (before) advance(before, before.reads(first, last), (a, b) => make(i - 1, sample, a, b, clock), kernels);
    const from = before ? rowZero(before) : input + sample * xBytes;
    const to = own ? rowZero(own) : output + sample * yBytes;
    steps[i]!(sample, first, last, from, to);
    clock?.(i);
  };
  return (clock) => {
    for (let sample = 0; sample < samples; sample++) {
      for (const window of windows) window.from = window.to = 0;
      for (let first = 0; first < total; first += rows) {
        make(layers.length - 1, sample, first, Math.min(total, first + rows), clock);
      }
    }
  };
};

/** The step that computes all rows of all samples. */
export const runAllRows = (step: RowsStep, x: Value, y: Value, address: AddressOf): Step => {
  const [samples, rows] = y.shape as [number, number];
  const [from, to, xBytes, yBytes] = [address(x), address(y), imageBytes(x), imageBytes(y)];
  return () => {
    for (let n = 0; n < samples; n++) step(n, 0, rows, from + n * xBytes, to + n * yBytes);
  };
};
