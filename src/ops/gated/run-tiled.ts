// The work of a stage in tiles for one sample.

import { isPadded, paddedSizes } from '../conv/geometry.js';
import { chunkBytes, runProducts, runTiles, tilesOf, type TileRun } from '../conv/tiles.js';
import { placesOf, TAPS } from '../conv/winograd-weights.js';
import type { TiledStage } from './layout.js';
import { listChosen, listOutputs, packRange, type GatedProduct, type ListedPanels } from './pack.js';
import { CACHED_BYTES } from './panels.js';
import { macsOf, type Bound, type Chosen } from './stage.js';
import { LEAST_TILES, placeBytes } from './tile-places.js';

/**
 * Computes a sample of the stage with index `i` from the image at `x`, which holds the channels `read`, or all; returns its
 * multiply-accumulates, counted as those of a direct product.
 */
export const runTiled = (
  bound: Bound,
  i: number,
  stage: TiledStage,
  sample: number,
  read: Chosen | undefined,
  made: Chosen | undefined,
  x: number,
  y: number,
): number => {
  const { kernels, constants, sampleOf } = bound;
  const { tiles: own, sizes, places, member, geometry } = stage;
  const { bias, weights, taps } = constants[i]!;
  const gates = sampleOf(member.gates, sample);
  const kept = read ?? (gates ? keptChannels(bound, stage, gates) : undefined);
  const [channels, outputs] = [kept?.count ?? sizes.channels, made?.count ?? sizes.outputs];
  if (!outputs) return 0;
  const product: GatedProduct = { kernels, sizes, weights, bias: 0, places, limit: CACHED_BYTES };
  const reads = { gates, stride: channels, positions: kept?.positions ?? 0, taps };
  const panels = made ? listChosen(product, reads, made) : listOutputs(product, reads);
  if (made) kernels.gatherFilters(own.bias, bias, made.list, outputs, 1, sizes.outputs);
  const [, height, width] = member.node.output.shape as [number, number, number];
  const tiles = tilesOf(own.m, [height, width], channels, outputs, LEAST_TILES);
  const run: TileRun = {
    ...{ tiles, image: tiledImage(bound, stage, read, kept, x), row: paddedSizes(geometry)[1]! * channels, channels },
    ...{ y, height, width, outputs, bias: made ? own.bias : bias, residual: sampleOf(member.residual, sample) },
    ...{ low: member.attrs.low, high: member.attrs.high },
    ...{ read: own.pixels, made: own.pixels + chunkBytes(tiles, tiles.readStride), spare: own.spare },
  };
  runTiles(kernels, run, (rows) => multiplyTiles(product, panels, placeBytes(sizes, !!made), run, rows));
  return macsOf(stage, made, panels.macs * TAPS);
};

/** The channels that any head keeps. */
const keptChannels = ({ kernels }: Bound, { tiles: { list, positions }, sizes }: TiledStage, gates: number): Chosen => {
  const kept = kernels.gateUnion(list, positions, gates, sizes.heads, sizes.channels, 1);
  return { list, positions, kept, count: kept };
};

/** The padded image of the channels that the stage reads. */
const tiledImage = (
  { kernels }: Bound,
  { geometry, padded, sizes }: TiledStage,
  read: Chosen | undefined,
  kept: Chosen | undefined,
  x: number,
): number => {
  const [[height, width], [top, left, bottom, right]] = [geometry.sizes, geometry.pads] as [number[], number[]];
  const count = kept?.count ?? sizes.channels;
  if (!read && kept && count < sizes.channels) {
    kernels.padChosen(
      ...([padded!, x, kept.list, count, height!, width!, sizes.channels, top!, left!, bottom!, right!] as const),
    );
  } else if (!isPadded(geometry)) return x;
  else if (count) kernels.padImage(padded!, x, height!, width!, count, top!, left!, bottom!, right!);
  return padded!;
};

/** Packs the panels of all places and multiplies them with `rows` tiles; few enough panels at a time to stay in cache. */
const multiplyTiles = (
  product: GatedProduct,
  { ranges }: ListedPanels,
  weightBytes: number,
  run: TileRun,
  rows: number,
): void => {
  const { kernels, places, limit } = product;
  const total = placesOf(run.tiles.m);
  for (const range of ranges) {
    const fitting = Math.max(1, Math.floor(limit / range.bytes));
    const panels = {
      ...{ weights: places.panels, placeBytes: range.bytes },
      ...{ lists: places.lists, records: range.records, panels: range.count },
    };
    for (let first = 0; first < total; first += fitting) {
      const count = Math.min(fitting, total - first);
      packRange(product, range, weightBytes, first, count);
      runProducts(kernels, run, panels, rows, first, count);
    }
  }
};
