// Collects what layers read, and what they should give, from calibration photos.

import { openObserver } from '../calibration/observe.js';
import { seededRandom, shuffled } from '../calibration/seeded.js';
import { firstInput, type Graph } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import type { Layer } from './layers.js';
import type { Multiply } from './multiply.js';
import { windowTaker } from './windows.js';

/** Photos as inputs of the network, the seed of the choice of pixels in them, and what multiplies matrices. */
export type Calibration = { inputs: readonly Float32Array[]; seed: number; multiply: Multiply };

/** Windows of a layer in the pruned network, and what the original network gives for them. */
export type Examples = {
  /** [count][1 + inputs * taps], each beginning with 1. */
  rows: Float32Array;
  /** Outputs of the original layer before they are clamped, [count][outputs]. */
  goals: Float32Array;
  /** What the layer adds to its products in the pruned network, if it adds anything. */
  added?: Float32Array;
};

/** Numbers in a row of a layer: 1 for the bias, then those that a window has. */
export const rowSize = ({ inputs, taps }: Layer): number => 1 + inputs * taps;

/** Windows that a layer gets: at least so many, and for each unknown weight of an output. */
const WINDOWS = { least: 8192, perWeight: 12 };

/** About how many windows of a layer are collected if photos have so many. */
export const windowsWanted = (layer: Layer): number => Math.max(WINDOWS.least, WINDOWS.perWeight * rowSize(layer));

/** The place of what a convolution adds among its inputs. */
const RESIDUAL = 3;

/** The windows that layers read, [count][row size] for each; `onPhoto` is called after each photo. */
export const collectRows = async (
  graph: Graph,
  layers: readonly Layer[],
  { inputs, seed }: Calibration,
  onPhoto: () => void = () => {},
): Promise<Float32Array[]> => {
  const writers = layers.map((layer) => rowWriter(layer, pixelsOf(layer, inputs.length, seed)));
  using observer = await openObserver(
    graph,
    layers.map(({ place }) => firstInput(graph.nodes[place]!)),
  );
  inputs.forEach((photo, index) => {
    observer.observe(photo).forEach((sample, i) => writers[i]!.write(index, sample));
    onPhoto();
  });
  return writers.map(({ rows }) => rows);
};

/** The examples for a layer of `pruned`, whose earlier layers are pruned; `onPhoto` is called after each photo. */
export const collectExamples = async (
  original: Graph,
  pruned: Graph,
  layer: Layer,
  { inputs, seed }: Calibration,
  onPhoto: () => void = () => {},
): Promise<Examples> => {
  const node = pruned.nodes[layer.place]!;
  const residual = node.inputs[RESIDUAL];
  const [goal, unclamped] = withoutClamp(original, layer);
  using before = await openObserver(unclamped, [goal]);
  using now = await openObserver(pruned, [firstInput(node), ...(residual ? [residual] : [])]);
  const pixels = pixelsOf(layer, inputs.length, seed);
  const writer = rowWriter(layer, pixels);
  const goals = outputWriter(layer, pixels);
  const added = residual && outputWriter(layer, pixels);
  inputs.forEach((photo, index) => {
    goals.write(index, before.observe(photo)[0]!);
    const [x, other] = now.observe(photo);
    writer.write(index, x!);
    added?.write(index, other!);
    onPhoto();
  });
  return { rows: writer.rows, goals: goals.rows, ...(added && { added: added.rows }) };
};

/** The pixels of a layer's output that are looked at in each photo. */
const pixelsOf = (layer: Layer, photos: number, seed: number): number[][] => {
  const random = seededRandom(seed + layer.place);
  const count = Math.min(layer.pixels, Math.ceil(windowsWanted(layer) / photos));
  const all = Array.from({ length: layer.pixels }, (_, pixel) => pixel);
  return Array.from({ length: photos }, () => (count === layer.pixels ? all : shuffled(all, random).slice(0, count)));
};

/** Writes rows one photo after another. */
type Writer = { rows: Float32Array; write: (photo: number, sample: Float32Array) => void };

const rowWriter = (layer: Layer, pixels: readonly (readonly number[])[]): Writer => {
  const size = rowSize(layer);
  const take = windowTaker(layer);
  const rows = new Float32Array(pixels.length * pixels[0]!.length * size);
  return {
    rows,
    write: (photo, sample) => {
      const own = pixels[photo]!;
      own.forEach((pixel, i) => {
        const at = (photo * own.length + i) * size;
        rows[at] = 1;
        take(sample, pixel, rows, at + 1);
      });
    },
  };
};

const outputWriter = ({ outputs }: Layer, pixels: readonly (readonly number[])[]): Writer => {
  const rows = new Float32Array(pixels.length * pixels[0]!.length * outputs);
  return {
    rows,
    write: (photo, sample) => {
      const own = pixels[photo]!;
      own.forEach((pixel, i) =>
        rows.set(sample.subarray(pixel * outputs, (pixel + 1) * outputs), (photo * own.length + i) * outputs),
      );
    },
  };
};

/** The layer's output without limits, and a graph that computes it. */
const withoutClamp = (graph: Graph, { place }: Layer): [Value, Graph] => {
  const node = graph.nodes[place]!;
  const output = { ...node.output, name: `${node.output.name} before the clamp` };
  const free = { ...node, attrs: { ...node.attrs, low: -Infinity, high: Infinity }, output };
  return [output, { ...graph, nodes: [...graph.nodes.slice(0, place + 1), free, ...graph.nodes.slice(place + 1)] }];
};
