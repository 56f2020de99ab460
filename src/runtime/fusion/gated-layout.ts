// The stages of a gated chain and where in scratch memory lies what they need.

import { alignUp } from '../arena.js';
import type { Node } from '../../ir/graph.js';
import { isFast3x3, slidingOf } from '../../ops/conv/bind.js';
import { isDepthwise, type ConvAttrs } from '../../ops/conv/blocks.js';
import { conv } from '../../ops/conv/conv.js';
import { gatedSizes } from '../../ops/conv/gated-conv.js';
import { CACHED_BYTES, gatedPlaces, type GatedPlaces, type GatedSizes } from '../../ops/conv/gated-product.js';
import { isPadded, isPointwise, paddedSizes, type Sliding } from '../../ops/conv/sliding.js';
import { sizeOf } from '../../ir/tensor.js';

/** Bytes that the bands between the layers should take together, if the layers can run in bands of rows. */
const BAND_BYTES = 512 * 1024;

/** Bytes behind an image that kernels may read. */
const OVERREAD = 64;

/** A layer with the places of what it needs in scratch memory. */
export type Stage = {
  node: Node;
  sliding: Sliding;
  sizes: GatedSizes;
  /** Whether it is depthwise; else it is a product. */
  filter: boolean;
  /** Of an image that it makes. */
  pixels: number;
  /** Of products. */
  places: GatedPlaces;
  /** Of products that need them: the image with zeros around it, and where windows begin. */
  padded: number;
  windows: number;
  /** Of depthwise stages: weights of the channels, then their bias. */
  filters: number;
  /** What the stage makes, its channels and each one's place among them; of all but the last stage. */
  made: number;
  list: number;
  positions: number;
};

/** Stages in `bytes` of scratch memory; `rows` of the last output at a time, all of them unless `banded`. */
export type Layout = { stages: Stage[]; rows: number; banded: boolean; bytes: number };

/** Whether a node is a depthwise convolution whose channels can be chosen. */
export const isFilter = ({ op, inputs: [x, , bias], attrs, output }: Node): boolean =>
  op === conv && isDepthwise(x!, bias!, attrs as ConvAttrs) && isFast3x3(slidingOf(x!, attrs as ConvAttrs), output);

/** Most bytes of panels that are packed at once: bands pass over all of them, whole images over those that stay in cache. */
export const packedBytes = (banded: boolean): number => (banded ? Infinity : CACHED_BYTES);

/** Lays out the stages of a chain from `start` on. */
export const layoutStages = (members: readonly Node[], start: number): Layout => {
  const rows = bandRows(members);
  const banded = rows < members.at(-1)!.output.shape[1]!;
  let end = start;
  const take = (bytes: number): number => {
    const place = end;
    end = alignUp(end + bytes);
    return place;
  };
  const stages = members.map((node, i): Stage => {
    const { inputs, output } = node;
    const sliding = slidingOf(inputs[0]!, node.attrs as ConvAttrs);
    const filter = isFilter(node);
    const sizes = gatedSizes(inputs, node.attrs as ConvAttrs);
    const places = gatedPlaces(sizes, end, filter ? 0 : packedBytes(banded));
    if (!filter) take(places.bytes - end);
    const [isLast, channels] = [i === members.length - 1, output.shape.at(-1)!];
    const pixels = sizeOf(output.shape.slice(1, -1));
    const held = banded ? mostRows(members, i, rows) * output.shape[2]! : pixels;
    return {
      node,
      sliding,
      sizes,
      filter,
      pixels,
      places,
      padded: !filter && isPadded(sliding) ? take(sizeOf(paddedSizes(sliding)) * sliding.channels * 4 + OVERREAD) : 0,
      windows: filter || isPointwise(sliding) ? 0 : take(pixels * 4),
      filters: filter ? take((sizes.taps + 1) * (channels + 3) * 4) : 0,
      made: isLast ? 0 : take(held * channels * 4 + OVERREAD),
      list: isLast ? 0 : take((channels + 1) * 4),
      positions: isLast ? 0 : take(channels * 4),
    };
  });
  return { stages, rows, banded, bytes: end };
};

/** Rows of the last output in a band; all where the chain is no pointwise layer, depthwise one and gated pointwise one. */
const bandRows = (members: readonly Node[]): number => {
  const [first, middle, last] = members;
  const total = members.at(-1)!.output.shape[1]!;
  const pointwise = ({ inputs, attrs }: Node) => isPointwise(slidingOf(inputs[0]!, attrs as ConvAttrs));
  if (members.length !== 3 || !isFilter(middle!) || !pointwise(first!) || !pointwise(last!)) return total;
  const bytes = (i: number, count: number) =>
    mostRows(members, i, count) * sizeOf(members[i]!.output.shape.slice(2)) * 4;
  let rows = total;
  while (rows > 1 && bytes(0, rows) + bytes(1, rows) > BAND_BYTES) rows--;
  return rows;
};

/** Most rows of what member i of a chain in bands makes that `rows` rows of the chain's output need. */
const mostRows = (members: readonly Node[], i: number, rows: number): number => {
  if (i > 0) return Math.min(rows, members[i]!.output.shape[1]!);
  return Math.min(members[0]!.output.shape[1]!, (rows - 1) * (members[1]!.attrs as ConvAttrs).strides[0]! + 3);
};
