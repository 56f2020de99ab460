// The ops of int8 values by naive loops over integers.

import type { Node } from '../../src/ir/graph.js';
import type { Block } from '../../src/ir/structure.js';
import { sizeOf } from '../../src/ir/tensor.js';
import type { Value } from '../../src/ir/value.js';
import { blocksFor, type ConvAttrs } from './conv-reference.js';
import { isInside, placesOf } from './cases.js';
import { sourceIn } from './int8-moves.js';

/** The elements of a value: integers of an int8 value, floats of others. */
export type Elements = { shape: readonly number[]; data: readonly number[] };

type Attrs = Record<string, number> & { table: number[]; axis: number };

const f32 = Math.fround;

/** The nearest integer, ties to even, within the bounds; the least for what is not a number. */
const rounded = (x: number, { low, high }: { low: number; high: number }): number => {
  const within = Number.isNaN(x) ? low : Math.min(Math.max(x, low), high);
  const floor = Math.floor(within);
  const rest = within - floor;
  if (rest !== 0.5) return Math.round(within);
  return floor % 2 ? floor + 1 : floor;
};

const offsetIn = (shape: readonly number[], place: readonly number[]): number =>
  place.reduce((offset, i, axis) => offset * shape[axis]! + i, 0);

/** For each output the integers of its weights by tap and input. */
const integersOf = (
  weights: Float32Array,
  scales: Float32Array,
  blocks: readonly Block[],
  taps: number,
): Map<number, { input: number; tap: number; weight: number }[]> => {
  const byOutput = new Map<number, { input: number; tap: number; weight: number }[]>();
  let next = 0;
  for (const { inputs, outputs } of blocks) {
    for (const output of outputs) {
      const list: { input: number; tap: number; weight: number }[] = [];
      for (let tap = 0; tap < taps; tap++)
        for (const input of inputs) list.push({ input, tap, weight: Math.round(weights[next++]! / scales[output]!) });
      byOutput.set(output, list);
    }
  }
  return byOutput;
};

const convolved = (x: Elements, node: Node): number[] => {
  const attrs = node.attrs as unknown as ConvAttrs & { inputScale: number; outputScale: number };
  const [weights, scales, bias] = node.inputs.slice(1).map(({ data }) => data as Float32Array) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const { kernel, strides, dilations, pads } = attrs;
  const taps = placesOf(kernel);
  const rows = integersOf(weights, scales, blocksFor(x.shape.at(-1)!, bias.length, attrs), taps.length);
  const pixels = x.shape.slice(0, -1);
  const y: number[] = [];
  for (const [sample, ...window] of placesOf(node.output.shape.slice(0, -1))) {
    const starts = taps.map((tap) => {
      const spot = [sample!, ...tap.map((k, i) => window[i]! * strides[i]! + k * dilations[i]! - pads[i]!)];
      return isInside(pixels, spot) ? offsetIn(pixels, spot) * x.shape.at(-1)! : -1;
    });
    for (let output = 0; output < bias.length; output++) {
      let sum = Math.round(bias[output]! / (attrs.inputScale * scales[output]!));
      for (const { input, tap, weight } of rows.get(output) ?? [])
        if (starts[tap]! >= 0) sum += x.data[starts[tap]! + input]! * weight;
      const factor = f32(f32(attrs.inputScale * scales[output]!) / attrs.outputScale);
      y.push(rounded(f32(f32(sum) * factor), attrs));
    }
  }
  return y;
};

const maxima = (x: Elements, { attrs, output }: Node): number[] => {
  const { kernel, strides, dilations, pads } = attrs as unknown as ConvAttrs;
  const pixels = x.shape.slice(0, -1);
  return placesOf(output.shape).map(([sample, ...rest]) => {
    const window = rest.slice(0, -1);
    const found = placesOf(kernel)
      .map((tap) => [sample!, ...tap.map((k, i) => window[i]! * strides[i]! + k * dilations[i]! - pads[i]!)])
      .filter((spot) => isInside(pixels, spot))
      .map((spot) => x.data[offsetIn(x.shape, [...spot, rest.at(-1)!])]!);
    return Math.max(...found);
  });
};

/** Computes a node of the int8 ops, or one that moves int8 values. */
export const int8Reference = (node: Node, inputs: readonly Elements[]): number[] => {
  const attrs = node.attrs as unknown as Attrs & { low: number; high: number };
  const [a, b] = inputs as [Elements, Elements];
  const { shape } = node.output;
  const source = sourceIn(node, a);
  if (source) {
    return placesOf(shape).map((place) => {
      const from = source(place);
      return from ? a.data[offsetIn(a.shape, from)]! : 0;
    });
  }
  switch (node.op.name) {
    case 'quantize':
      return a.data.map((x) => rounded(f32(x / attrs.scale!), attrs));
    case 'dequantize':
      return a.data.map((x) => f32(x * attrs.scale!));
    case 'convInt8':
      return convolved(a, node);
    case 'addInt8': {
      const [af, bf] = [f32(attrs.aScale! / attrs.scale!), f32(attrs.bScale! / attrs.scale!)];
      return a.data.map((x, i) => rounded(f32(f32(x * af) + f32(b.data[i]! * bf)), attrs));
    }
    case 'mulInt8': {
      const factor = f32((attrs.aScale! * attrs.bScale!) / attrs.scale!);
      return placesOf(shape).map((place, i) => {
        const other = place.map((index, axis) => (b.shape[axis] === 1 ? 0 : index));
        return rounded(f32(a.data[i]! * b.data[offsetIn(b.shape, other)]! * factor), attrs);
      });
    }
    case 'mapInt8':
      return a.data.map((x) => attrs.table[x + 255]!);
    case 'meanInt8': {
      const pixels = sizeOf(a.shape.slice(1, -1));
      const channels = a.shape.at(-1)!;
      const factor = f32(attrs.inputScale! / f32(attrs.outputScale! * pixels));
      return placesOf(shape).map((place) => {
        let sum = 0;
        for (let p = 0; p < pixels; p++) sum += a.data[(place[0]! * pixels + p) * channels + place.at(-1)!]!;
        return rounded(f32(f32(sum) * factor), attrs);
      });
    }
    case 'maxInt8':
      return maxima(a, node);
    case 'concat':
      return placesOf(shape).map((place) => {
        let index = place[attrs.axis]!;
        const part = inputs.find((own) =>
          index < own.shape[attrs.axis]! ? true : ((index -= own.shape[attrs.axis]!), false),
        )!;
        return part.data[
          offsetIn(
            part.shape,
            place.map((i, axis) => (axis === attrs.axis ? index : i)),
          )
        ]!;
      });
    case 'reshape':
      return [...a.data];
    default:
      throw new Error(`no reference for ${node.op.name}`);
  }
};

/** Every value of a graph of such nodes. */
export const int8Values = (
  nodes: readonly Node[],
  known: Map<Value, readonly number[]>,
): Map<Value, readonly number[]> => {
  for (const node of nodes) {
    const inputs = node.inputs.map((value) => ({
      shape: value.shape,
      data: known.get(value) ?? Array.from(value.data as Float32Array),
    }));
    known.set(node.output, int8Reference(node, inputs));
  }
  return known;
};
